"""Addresses of the site: the admin, the portal, probes and metrics for whoever runs the service."""

import importlib.util

from django.contrib import admin
from django.urls import include, path

from config import probes

urlpatterns = [
    path("admin/", admin.site.urls),
    path("livez", probes.livez, name="livez"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
]
if importlib.util.find_spec("portal.urls"):
    urlpatterns.append(path("", include("portal.urls")))
