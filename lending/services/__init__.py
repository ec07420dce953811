"""What lending does: takes requests, collects, calls, auctions, closes and reconciles."""

from lending.services.calling import call_loans, open_auctions, take_for_reserve
from lending.services.closing import close_epoch, close_repaid
from lending.services.collecting import charge_missed, collect_due
from lending.services.quoting import Quote, check_terms, loan_terms, quote
from lending.services.reconciliation import Reconciliation, reconcile
from lending.services.requesting import request_loan, send_requests
from lending.services.working_out import (
    NewTerms,
    offer_workout,
    withdraw_workout,
    workout_terms,
)

__all__ = [
    "NewTerms",
    "Quote",
    "Reconciliation",
    "call_loans",
    "charge_missed",
    "check_terms",
    "close_epoch",
    "close_repaid",
    "collect_due",
    "loan_terms",
    "offer_workout",
    "open_auctions",
    "quote",
    "reconcile",
    "request_loan",
    "send_requests",
    "take_for_reserve",
    "withdraw_workout",
    "workout_terms",
]
