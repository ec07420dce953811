"""Addresses of the API of lending, under /api/v1/."""

from django.urls import path

from lending import api

app_name = "lending_api"
urlpatterns = [
    path("loans", api.loans, name="loans"),
    path("loans/quote", api.quote, name="quote"),
    path("loans/terms", api.terms, name="terms"),
    path("loans/requests", api.requests, name="requests"),
    path("loans/requests/<int:pk>", api.loan_request, name="request"),
    path("loans/<int:loan_id>", api.loan, name="loan"),
    path("loans/<int:loan_id>/workout", api.workout, name="workout"),
    path("loans/<int:loan_id>/workout/terms", api.workout_terms, name="workout_terms"),
    path("calls", api.calls, name="calls"),
    path("pool", api.pool, name="pool"),
    path("auctions", api.auctions, name="auctions"),
]
