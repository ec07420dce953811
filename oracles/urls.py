"""Addresses of the oracles' API."""

from django.urls import path, re_path

from oracles import api

app_name = "oracles"
urlpatterns = [
    path("assets/<str:asset_id>/proof", api.proof, name="proof"),
    path("proofs", api.proofs, name="proofs"),
    path("rounds/<int:number>", api.round, name="round"),
    re_path(
        r"^rounds/(?P<number>[0-9]{1,9})/(?P<name>snapshot|leaves)$",
        api.round_document,
        name="round_document",
    ),
]
