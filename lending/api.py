"""Lending over HTTP: quotes, terms to sign, requests, workouts, and calls for one's own wallet.

Amounts are strings of digits. Nobody signs in: what commits somebody carries its signature.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest

from collateral.api.json import BadRequest, body_of, door, text_of
from collateral.domain.addresses import checksum_address
from contracts.deployment_record import load
from contracts.errors import ChainError
from contracts.typed_data import TypedData, for_wallet
from lending import services
from lending.domain.errors import LendingRefused
from lending.domain.schedule import ScheduleKind
from lending.models import AuctionLot, Loan, LotStatus, PoolState, TermsRequest, Tranche
from lending.selectors.valuing import stopped_seconds
from lending.selectors.wallets import ACTIONS, wallet_call
from lending.services.signed import read_number
from lending.services.working_out import read_offer
from oracles.domain.errors import OracleError
from settlement.errors import SettlementError
from settlement.selectors import chain_time

MOST_LISTED = 200
_MISSING = frozenset({"loan_unknown", "offer_missing", "request_unknown"})
_FORBIDDEN = frozenset({"not_the_borrower", "signature_wrong"})
_CONFLICTS = frozenset({"nonce_used", "wrong_status"})


def lending_door(*methods: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a view as `collateral.api.json.door` does, which knows lending's refusals too."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @door(*methods)
        @wraps(function)
        def guarded(request: HttpRequest, **arguments: Any) -> Any:
            try:
                return function(request, **arguments)
            except LendingRefused as refusal:
                code = refusal.code
                raise BadRequest(code.upper(), refusal.sentence, _status(code)) from refusal
            except OracleError as refusal:
                raise BadRequest(refusal.code, str(refusal), 422) from refusal
            except SettlementError as error:
                raise BadRequest("NOT_NOW", str(error), 503) from error

        return guarded

    return decorate


def _status(code: str) -> int:
    if code in _MISSING:
        return 404
    if code in _FORBIDDEN:
        return 403
    return 409 if code in _CONFLICTS else 422


@lending_door("GET")
def loans(request: HttpRequest) -> dict[str, Any]:
    """Return the loans of `?borrower=`, or all by number, at most 200; `?after=` goes on."""
    after = read_number(request.GET.get("after", "0"), "after", 63)
    found = Loan.objects.filter(pk__gt=after).order_by("pk")
    if "borrower" in request.GET:
        found = found.filter(borrower=checksum_address(request.GET["borrower"]))
    now = chain_time()
    return {"as_of": now, "loans": [loan_fields(one, now) for one in found[:MOST_LISTED]]}


@lending_door("GET")
def loan(request: HttpRequest, loan_id: int) -> dict[str, Any]:
    """Return one loan."""
    now = chain_time()
    return {"as_of": now, **loan_fields(_loan(loan_id), now)}


def loan_fields(loan: Loan, now: int) -> dict[str, Any]:
    """Return a loan as JSON; ledger units as text, seconds."""
    return {
        "loan": str(loan.pk),
        "lane": loan.lane_id,
        "borrower": loan.borrower,
        "status": loan.state.status.name.lower(),
        "debt": str(loan.state.debt_up(now)),
        "principal": str(loan.principal),
        "prefunded": str(loan.prefunded),
        "rate_bps": loan.rate_bps,
        "schedule": loan.state.schedule.name.lower(),
        "instalments": loan.instalments,
        "interval": loan.interval,
        "opened_at": loan.opened_at,
        "grace_period": loan.grace_period,
        "cure_window": loan.cure_window,
        "late_fee_bps": loan.late_fee_bps,
    }


@lending_door("POST")
def quote(request: HttpRequest) -> dict[str, Any]:
    """Return what a basket gives its borrower now."""
    body = body_of(request)
    made = services.quote(**_basket(body), now=chain_time())
    return {
        "limit": str(made.limit_units),
        "room": str(made.room_units),
        "rate_bps": made.rate_bps,
        "late_fee_bps": made.late_fee_bps,
        "grace_period": made.grace_period_s,
        "cure_window": made.cure_window_s,
        "max_tenor": made.max_tenor_s,
        "matures_before": made.matures_before,
        "must_amortise": made.must_amortise,
        "lines": [
            {
                "asset": str(one.token_id),
                "value": str(one.value_units),
                "limit": str(one.limit_units),
                "freshness_bps": one.freshness_bps,
            }
            for one in made.lines
        ],
    }


@lending_door("POST")
def terms(request: HttpRequest) -> dict[str, Any]:
    """Return the terms for the borrower's wallet to sign, checked against today's rules."""
    body, now = body_of(request), chain_time()
    made = services.loan_terms(
        **_basket(body),
        principal=_number(body, "principal", 56),
        limit=_number(body, "limit", 56, default=0),
        max_rate_bps=_number(body, "max_rate_bps", 16),
        deadline=_number(body, "deadline", 63),
        **_schedule(body),
        now=now,
    )
    services.check_terms(made["message"], now=now)
    return _signable(made)


@lending_door("POST")
def requests(request: HttpRequest) -> tuple[dict[str, Any], int]:
    """Take signed terms; they are sent with the next proofs. Safe to repeat."""
    body = body_of(request)
    kept = services.request_loan(terms=_message(body), signature=text_of(body, "signature"))
    return request_fields(kept), 201


@lending_door("GET")
def loan_request(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return what became of a request."""
    found = TermsRequest.objects.filter(pk=pk).first()
    if found is None:
        raise LendingRefused("request_unknown", f"There is no request {pk}.")
    return request_fields(found)


def request_fields(one: TermsRequest) -> dict[str, Any]:
    """Return a request as JSON."""
    loan_id = str(one.loan_id) if one.loan_id else None
    return {"request": one.pk, "status": one.status, "reason": one.reason, "loan": loan_id}


@lending_door("GET", "POST")
def workout(request: HttpRequest, loan_id: int) -> Any:
    """Return the new terms that a called loan's borrower asks for, or take signed ones."""
    if request.method == "GET":
        return offer_fields(read_offer(loan=_loan(loan_id), now=chain_time()))
    body = body_of(request)
    message = _message(body) | {"loanId": _loan(loan_id).pk}
    kept = services.offer_workout(
        workout=message, signature=text_of(body, "signature"), reason=text_of(body, "reason")
    )
    return offer_fields(kept), 201


@lending_door("POST")
def workout_terms(request: HttpRequest, loan_id: int) -> dict[str, Any]:
    """Return new terms for the borrower's wallet to sign."""
    body = body_of(request)
    asked = services.NewTerms(
        rate_bps=_number(body, "rate_bps", 16),
        grace_period=_number(body, "grace_period", 24),
        cure_window=_number(body, "cure_window", 24),
        late_fee_bps=_number(body, "late_fee_bps", 16),
        **_schedule(body),
    )
    made = services.workout_terms(
        loan_id=loan_id,
        borrower=checksum_address(text_of(body, "borrower")),
        terms=asked,
        deadline=_number(body, "deadline", 63),
        now=chain_time(),
    )
    return _signable(made)


def offer_fields(offer: Any) -> dict[str, Any]:
    """Return an offer of new terms as JSON: the message and its signature prove it."""
    return {
        "loan": str(offer.loan_id),
        "message": {name: str(value) for name, value in offer.workout.items()},
        "signature": offer.signature,
        "reason": offer.reason,
        "offered_at": offer.offered_at,
    }


@lending_door("POST")
def calls(request: HttpRequest) -> dict[str, Any]:
    """Return the transaction of an action for the caller's own wallet: ``{"action", …}``."""
    body = body_of(request)
    action = text_of(body, "action")
    given = {name: _argument(name, value) for name, value in body.items() if name != "action"}
    if action in ACTIONS:
        try:
            inspect.signature(ACTIONS[action]).bind(**given)
        except TypeError as error:
            sentence = f"{action} does not take these arguments: {error}."
            raise BadRequest("ARGUMENTS_WRONG", sentence, 422) from error
    try:
        call = wallet_call(action, **given)
    except ChainError as error:
        raise BadRequest("ARGUMENTS_WRONG", str(error), 422) from error
    return {"to": call.to, "data": call.data}


@lending_door("GET")
def pool(request: HttpRequest) -> dict[str, Any]:
    """Return the pool as its last close left it; shares in their own units."""
    state = PoolState.objects.first() or PoolState()
    return {
        "epoch": state.epoch,
        "epoch_started_at": state.epoch_started_at,
        "cash": str(state.cash),
        "reserve": str(state.reserve),
        "senior": {"value": str(state.senior_value), "shares": str(state.senior_shares)},
        "junior": {"value": str(state.junior_value), "shares": str(state.junior_shares)},
    }


@lending_door("GET")
def auctions(request: HttpRequest) -> dict[str, Any]:
    """Return the lots for sale and their prices now; of restaking tokens, for 10^18 of them."""
    now = chain_time()
    stopped = stopped_seconds(now)
    lots = AuctionLot.objects.filter(status=LotStatus.RUNNING).order_by("started_at", "pk")
    return {
        "as_of": now,
        "lots": [
            {
                "loan": str(lot.loan_id),
                "asset": str(lot.token_id),
                "lrt_amount": str(lot.lrt_amount),
                "price": str(lot.path.price(lot.elapsed_s(now=now, stopped=stopped))),
                "floor_price": str(lot.floor_price),
                "started_at": lot.started_at,
                "duration": lot.duration,
            }
            for lot in lots[:MOST_LISTED]
        ],
    }


def _loan(loan_id: int) -> Loan:
    found = Loan.objects.filter(pk=loan_id).first()
    if found is None:
        raise LendingRefused("loan_unknown", f"There is no loan {loan_id}.")
    return found


def _basket(body: Mapping[str, Any]) -> dict[str, Any]:
    assets = body.get("assets", [])
    if not isinstance(assets, list):
        raise BadRequest("FIELD_TYPE", "assets is no list of token ids.")
    return {
        "borrower": checksum_address(text_of(dict(body), "borrower")),
        "token_ids": [read_number(one, "assets", 256) for one in assets],
        "lrt_amount": _number(body, "lrt_amount", 128, default=0),
    }


def _schedule(body: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {kind.name.lower(): kind for kind in ScheduleKind}
    kind = body.get("schedule")
    if not isinstance(kind, str) or kind not in kinds:
        raise BadRequest("FIELD_TYPE", f"schedule is one of {', '.join(kinds)}.")
    return {
        "schedule": kinds[kind],
        "instalments": _number(body, "instalments", 16),
        "interval": _number(body, "interval", 32),
    }


def _number(body: Mapping[str, Any], name: str, bits: int, default: int | None = None) -> int:
    value = body.get(name, default)
    if value is None:
        raise BadRequest("FIELD_TYPE", f"{name} is missing.")
    return read_number(value, name, bits)


def _message(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was signed: the whole typed data, or its message alone."""
    message = body.get("message")
    if isinstance(message, dict) and isinstance(message.get("message"), dict):
        message = message["message"]
    if not isinstance(message, dict):
        raise BadRequest("MESSAGE_FORMAT", "message is no EIP-712 message. Send what was signed.")
    return message


def _signable(made: TypedData) -> dict[str, Any]:
    return {"message": for_wallet(made)}


def _argument(name: str, value: Any) -> Any:
    """Return an argument of an action; which there are is the action's to say."""
    if name in ("borrower", "owner"):
        return checksum_address(value if isinstance(value, str) else "")
    if name == "token_ids":
        if not isinstance(value, list):
            raise BadRequest("FIELD_TYPE", "token_ids is no list.")
        return [read_number(one, name, 256) for one in value]
    if name in ("contract", "token"):
        if not isinstance(value, str) or value not in load().addresses:
            raise BadRequest("FIELD_TYPE", f"{name} is none of the deployment's contracts.")
        return value
    number = read_number(value, name, 256)
    if name == "tranche" and number not in list(Tranche):
        raise BadRequest("FIELD_TYPE", "tranche is 0 (senior) or 1 (junior).")
    return number
