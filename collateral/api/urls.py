"""Addresses of the API of collateral, under /api/v1/."""

from django.urls import path

from collateral.api import assets, devices, identifiers

app_name = "collateral_api"
urlpatterns = [
    path("assets", assets.assets, name="assets"),
    path("assets/<int:asset_id>/disclosures", assets.disclosures, name="disclosures"),
    path("assets/<int:asset_id>/board/nonce", devices.board_nonce, name="board_nonce"),
    path("assets/<int:asset_id>/board", devices.board_token, name="board_token"),
    path("requests/text", assets.to_sign, name="request_text"),
    path("parcels/check", assets.parcels, name="check_parcel"),
    path("classes", identifiers.classes, name="classes"),
    path("identifiers/check", identifiers.check, name="check_identifier"),
    path("devices", devices.devices, name="devices"),
    path("devices/locations", devices.locations, name="device_locations"),
    path("devices/challenges", devices.challenges, name="device_challenges"),
    path("devices/round", devices.uptime_round, name="uptime_round"),
    path("telemetry", devices.telemetry, name="telemetry"),
]
