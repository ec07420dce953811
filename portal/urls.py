"""Addresses of the portal. Loans and assets are named by the ids that the ledger gives them."""

from django.urls import path

from portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("loans/", views.loans, name="loans"),
    path("loans.csv", views.loans_csv, name="loans_csv"),
    path("loans/<int:loan_id>/", views.loan, name="loan"),
    path("assets/", views.assets, name="assets"),
    path("assets/<int:token_id>/", views.asset, name="asset"),
    path("devices/", views.devices, name="devices"),
    path("devices/<int:device_id>/", views.device, name="device"),
    path("auctions/", views.auctions, name="auctions"),
    path("auctions/<int:loan_id>/", views.auction, name="auction"),
    path("pool/", views.pool, name="pool"),
    path("status/", views.status, name="status"),
]
