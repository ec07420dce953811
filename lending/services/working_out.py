"""Workouts: new terms that the borrower of a called loan offers, and a vote gives (rule D8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from collateral.models import Asset, AssetStatus
from contracts.deployment_record import load
from contracts.typed_data import TypedData, loan_workout
from contracts.wallet import recover
from lending.domain.errors import LendingRefused
from lending.domain.loans import Status
from lending.domain.schedule import ScheduleKind
from lending.models import Loan, PledgeStatus, WorkoutOffer
from lending.nonces import fresh_nonce
from lending.services.signed import read_numbers, signed_bytes
from settlement.selectors import chain_time

DAY_S = 86_400
MIN_INTERVAL_S = DAY_S
# The bounds that any class has (TermBounds): windows from one day to sixty, ten years at most.
MIN_WINDOW_S, MAX_WINDOW_S = DAY_S, 60 * DAY_S
MAX_TENOR_S = 3_650 * DAY_S
REASON_LENGTH = 1_000
BITS = {
    "loanId": 63,
    "rateBps": 16,
    "schedule": 8,
    "instalments": 16,
    "interval": 32,
    "gracePeriod": 24,
    "cureWindow": 24,
    "lateFeeBps": 16,
    "nonce": 256,
    "deadline": 63,
}


@dataclass(frozen=True, kw_only=True)
class NewTerms:
    """What a borrower asks for: basis points, seconds."""

    rate_bps: int
    schedule: ScheduleKind
    instalments: int
    interval: int
    grace_period: int
    cure_window: int
    late_fee_bps: int


def workout_terms(
    *, loan_id: int, borrower: str, terms: NewTerms, deadline: int, now: int
) -> TypedData:
    """Return the typed data for the borrower's wallet, or raise the first bound that it breaks."""
    workout = {
        "loanId": loan_id,
        "rateBps": terms.rate_bps,
        "schedule": int(terms.schedule),
        "instalments": terms.instalments,
        "interval": terms.interval,
        "gracePeriod": terms.grace_period,
        "cureWindow": terms.cure_window,
        "lateFeeBps": terms.late_fee_bps,
        "nonce": fresh_nonce(),
        "deadline": deadline,
    }
    loan = _loan_of(loan_id, borrower)
    _check(loan, _plain(workout), now)
    return typed_workout(workout)


def typed_workout(workout: Mapping[str, Any]) -> TypedData:
    """Return a workout as the typed data that is signed."""
    deployment = load()
    return loan_workout(
        chain_id=deployment.chain_id, loan_book=deployment.address("LoanBook"), workout=workout
    )


def offer_workout(*, workout: Mapping[str, Any], signature: str, reason: str) -> WorkoutOffer:
    """Keep what a borrower signed for governance to decide; earlier offers of the loan end.

    Safe to repeat. Raises `LendingRefused` when the signature is not the borrower's, the loan is
    not called, or the terms break a bound that the contract would refuse.
    """
    plain = _plain(workout)
    loan = _loan_of(plain["loanId"])
    known = WorkoutOffer.objects.filter(loan=loan, nonce=plain["nonce"]).first()
    if known is not None:
        return _same(known, plain)
    _check_signature(plain, signature, loan.borrower)
    now = chain_time()
    _check(loan, plain, now)
    if not reason.strip():
        raise LendingRefused("reason_missing", "Say why: those who vote read nothing else of you.")
    with transaction.atomic():
        # One offer stands at a time: the loan's row keeps two requests apart.
        Loan.objects.select_for_update().get(pk=loan.pk)
        loan.workout_offers.filter(agreed_at=0).update(withdrawn=True)
        return WorkoutOffer.objects.create(
            loan=loan,
            nonce=plain["nonce"],
            deadline=plain["deadline"],
            workout=plain | {"nonce": str(plain["nonce"])},
            signature=signature,
            reason=reason.strip()[:REASON_LENGTH],
            offered_at=now,
        )


def withdraw_workout(*, loan_id: int, borrower: str) -> None:
    """Take the standing offer off the list. Who kept a copy can still bring it to a vote until its
    deadline, unless its borrower withdraws it on chain: ``wallet_call("withdraw_consent")``.
    """
    loan = _loan_of(loan_id, borrower)
    if not loan.workout_offers.filter(withdrawn=False, agreed_at=0).update(withdrawn=True):
        raise LendingRefused("offer_missing", f"{loan} has no offer that could be withdrawn.")


def read_offer(*, loan: Loan, now: int) -> WorkoutOffer:
    """Return the offer that stands and that a vote could still give, or raise why there is none."""
    offer = loan.workout_offers.filter(withdrawn=False, agreed_at=0).last()
    if offer is None:
        raise LendingRefused(
            "offer_missing", f"The borrower of {loan} has not asked for new terms."
        )
    _check(loan, _plain(offer.workout), now)
    return offer


def _loan_of(loan_id: int, borrower: str = "") -> Loan:
    loan = Loan.objects.filter(pk=loan_id).first()
    if loan is None:
        raise LendingRefused("loan_unknown", f"There is no loan {loan_id}.")
    if borrower and loan.borrower != borrower:
        raise LendingRefused(
            "not_the_borrower", f"Only {loan.borrower} can ask for new terms of {loan}."
        )
    return loan


def _same(known: WorkoutOffer, plain: dict[str, int]) -> WorkoutOffer:
    if _plain(known.workout) == plain:
        return known
    raise LendingRefused(
        "nonce_used", f"Nonce {plain['nonce']} was signed for other terms. Make them anew."
    )


def _check_signature(workout: dict[str, int], signature: str, borrower: str) -> None:
    try:
        signer = recover(typed_workout(workout), signed_bytes(signature))
    except ValueError as error:
        raise LendingRefused(
            "signature_malformed", "The signature cannot be read. Sign the new terms again."
        ) from error
    if signer != borrower:
        raise LendingRefused(
            "signature_wrong", f"The loan is {borrower}'s, but {signer} signed for it."
        )


def _check(loan: Loan, workout: Mapping[str, int], now: int) -> None:
    """Raise the first bound that the contract would refuse."""
    for broken, code, sentence in (*_rules(loan, workout, now), *_lasting(loan, workout, now)):
        if broken:
            raise LendingRefused(code, sentence)


def _rules(loan: Loan, workout: Mapping[str, int], now: int) -> list[tuple[bool, str, str]]:
    tenor = workout["instalments"] * workout["interval"]
    windows = workout["gracePeriod"], workout["cureWindow"]
    return [
        (
            loan.status not in (Status.CALLED, Status.AUCTIONED),
            "wrong_status",
            f"{loan} is {loan.get_status_display().lower()}. A vote gives new terms to called "
            "loans only; an open one is extended on the present table's terms.",
        ),
        (now >= workout["deadline"], "terms_expired", "The offer has run out. Make it anew."),
        (
            workout["schedule"] not in list(ScheduleKind),
            "schedule_invalid",
            "Principal is repaid in equal parts (0) or at the end (1).",
        ),
        (
            workout["instalments"] < 1 or workout["interval"] < MIN_INTERVAL_S,
            "schedule_invalid",
            "It takes at least one due date, and a day or more between due dates.",
        ),
        (
            tenor > MAX_TENOR_S,
            "tenor_too_long",
            f"It would last {tenor // DAY_S:,} days; {MAX_TENOR_S // DAY_S:,} are the most.",
        ),
        (
            workout["rateBps"] > loan.rate_bps,
            "rate_too_high",
            f"The rate cannot rise: give 0 to {loan.rate_bps} basis points.",
        ),
        (
            workout["lateFeeBps"] > loan.late_fee_bps,
            "late_fee_too_high",
            f"The late fee cannot rise: give 0 to {loan.late_fee_bps} basis points.",
        ),
        (
            not all(MIN_WINDOW_S <= window <= MAX_WINDOW_S for window in windows),
            "window_out_of_bounds",
            "Grace and the time to cure are of one day to sixty.",
        ),
    ]


def _lasting(loan: Loan, workout: Mapping[str, int], now: int) -> list[tuple[bool, str, str]]:
    """No asset may be revoked, or lose its attestation before the last due date (rule A4)."""
    held = loan.collateral.filter(status=PledgeStatus.HELD).exclude(token_id=0)
    assets = Asset.objects.filter(token_id__in=held.values_list("token_id", flat=True))
    ends = now + workout["instalments"] * workout["interval"]
    return [
        rule
        for asset in assets
        for rule in (
            (
                asset.status in (AssetStatus.FROZEN, AssetStatus.REVOKED),
                "asset_unusable",
                f"{asset} is {asset.get_status_display().lower()}: its loan can get no new terms.",
            ),
            (
                (asset.valid_until or 0) < ends,
                "beyond_attestation",
                f"The loan would outlast the attestation of {asset}. Ask for a shorter one, or "
                "have the asset attested anew.",
            ),
        )
    ]


def _plain(workout: Mapping[str, Any]) -> dict[str, int]:
    return read_numbers(workout, BITS)
