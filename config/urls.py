"""Addresses of the site: the admin, the portal, the API, probes and metrics for the operator."""

import importlib.util

from django.contrib import admin
from django.urls import include, path

from config import probes

admin.autodiscover()

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("collateral.api.urls")),
    path("livez", probes.livez, name="livez"),
    path("readyz", probes.readyz, name="readyz"),
    path("api/v1/", include("oracles.urls")),
    path("api/v1/", include("lending.urls")),
    path("api/v1/", include("governance.urls")),
    path("metrics", probes.metrics, name="metrics"),
]
if importlib.util.find_spec("portal.urls"):
    urlpatterns.append(path("", include("portal.urls")))
