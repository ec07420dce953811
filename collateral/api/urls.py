"""Addresses of the API of collateral, under /api/v1/."""

from django.urls import path

from collateral.api import devices, identifiers

app_name = "collateral_api"
urlpatterns = [
    path("classes", identifiers.classes, name="classes"),
    path("identifiers/check", identifiers.check, name="check_identifier"),
    path("devices", devices.devices, name="devices"),
    path("devices/locations", devices.locations, name="device_locations"),
    path("devices/challenges", devices.challenges, name="device_challenges"),
    path("devices/round", devices.uptime_round, name="uptime_round"),
    path("telemetry", devices.telemetry, name="telemetry"),
]
