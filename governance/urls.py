"""Addresses of the API of governance, under /api/v1/."""

from django.urls import path

from governance import api

app_name = "governance_api"
urlpatterns = [
    path("proposals", api.proposals, name="proposals"),
    path("proposals/<int:number>", api.proposal, name="proposal"),
]
