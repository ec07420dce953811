"""Borrowing: choose what to pledge, see what it gives and costs, sign the terms."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from collateral.domain.portfolio.errors import CellError
from collateral.selectors.calls import WalletCall, wallet_call
from contracts.typed_data import TypedData, for_wallet
from lending import services
from lending.domain.schedule import ScheduleKind
from portal.acts.forms import ACT_REFUSED, Entry, Kind, bringing
from portal.acts.loans import BOOK, DAY_S, SCHEDULES
from portal.acts.views import both
from portal.domain.formatting import day, percent, span, token_amount, usd
from portal.owner.sign_in import signed_in, wallet_of
from portal.rendering import static_page
from portal.selectors.borrower import pledgeable, restaking_tokens
from portal.selectors.rows import Figure
from settlement.selectors import chain_time

# Terms are signed, wait for a round and its proofs, and are tried at several rounds.
USABLE_FOR_S = 3 * DAY_S
TOKENS = Entry(name="tokens", label="Restaking tokens", kind=Kind.TOKENS, may_be_empty=True)
WANTED = (
    Entry(name="amount", label="Amount, in US dollars", kind=Kind.USD),
    Entry(
        name="limit",
        label="Most that you may draw later",
        kind=Kind.USD,
        may_be_empty=True,
        help="Leave empty for the amount above.",
    ),
    Entry(name="schedule", label="Repaid", kind=Kind.CHOICE, choices=SCHEDULES),
    Entry(name="instalments", label="Number of due dates", kind=Kind.WHOLE, value="12"),
    Entry(name="days", label="Days between them", kind=Kind.WHOLE, value="30"),
)


@dataclass(frozen=True, kw_only=True)
class ToSign:
    """A message for a wallet: as JSON, its chain, and in words."""

    message: str
    chain_id: int
    facts: list[Figure]


def to_sign(typed: TypedData, facts: list[Figure]) -> ToSign:
    """Return typed data as a page hands it to a wallet."""
    return ToSign(
        message=json.dumps(for_wallet(typed)), chain_id=typed["domain"]["chainId"], facts=facts
    )


def signed_message(request: HttpRequest) -> tuple[dict[str, Any], str]:
    """Return the message and the signature of a form, or raise `CellError`."""
    try:
        message = json.loads(request.POST.get("message", ""))["message"]
        if not isinstance(message, dict):
            raise TypeError("no object")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CellError("MESSAGE_FORMAT", "The terms cannot be read. Begin again.") from error
    return message, request.POST.get("signature", "").strip()


@both
@signed_in
def borrow(request: HttpRequest) -> HttpResponse:
    """What can be had, what it costs, what could go wrong; and the terms to sign."""
    context: dict[str, Any] = {"problem": ""}
    step = request.POST.get("step", "")
    try:
        if step == "sign":
            message, signature = signed_message(request)
            services.request_loan(terms=message, signature=signature)
            return HttpResponseRedirect(reverse("portal:my_loans"))
        if step:
            basket = _basket(request)
            quote = services.quote(**basket, now=chain_time())
            # Set before the terms are looked at: what is wrong with them leaves the form open.
            context["quote"] = _quote_facts(quote)
            if step == "terms":
                context |= _terms(request, basket, quote)
    except ACT_REFUSED as refusal:
        context["problem"] = str(refusal)
    wallet = wallet_of(request)
    return static_page(
        request,
        "portal/acts/borrow.html",
        "my_loans",
        status=400 if context["problem"] else 200,
        things=pledgeable(wallet),
        held=restaking_tokens(wallet),
        picked=request.POST.getlist("token"),
        tokens=request.POST.get("tokens", ""),
        wanted=[_typed(entry, request) for entry in WANTED],
        wallet=wallet,
        **context,
    )


def _typed(entry: Entry, request: HttpRequest) -> dict[str, Any]:
    typed = request.POST.get(entry.name, entry.value)
    return {"entry": entry, "value": typed}


def _basket(request: HttpRequest) -> dict[str, Any]:
    token_ids = [one for one in request.POST.getlist("token") if one.isdecimal() and len(one) < 79]
    return {
        "borrower": wallet_of(request),
        "token_ids": [int(one) for one in token_ids],
        "lrt_amount": TOKENS.read(request.POST),
    }


def _terms(request: HttpRequest, basket: dict[str, Any], quote: services.Quote) -> dict[str, Any]:
    """Return what the wallet is to sign, and the allowance that it gives first."""
    asked, now = {entry.name: entry.read(request.POST) for entry in WANTED}, chain_time()
    typed = services.loan_terms(
        **basket,
        principal=asked["amount"],
        limit=asked["limit"],
        schedule=ScheduleKind(int(asked["schedule"])),
        instalments=asked["instalments"],
        interval=asked["days"] * DAY_S,
        max_rate_bps=quote.rate_bps,
        deadline=now + USABLE_FOR_S,
        now=now,
    )
    services.check_terms(typed["message"], now=now)
    allowance = None
    if basket["lrt_amount"]:
        allowance = _allowance(basket["borrower"], basket["lrt_amount"])
    return {"sheet": to_sign(typed, _terms_facts(typed["message"], quote)), "call": allowance}


def _allowance(wallet: str, lrt_amount: int) -> WalletCall:
    return wallet_call(
        label="Allow the tokens",
        words=f"Before the loan opens, your wallet allows the loan book to take the "
        f"{token_amount(lrt_amount)} restaking tokens that you pledge.",
        sender=wallet,
        calls=bringing(BOOK, lrt_amount),
    )


def _quote_facts(quote: services.Quote) -> list[Figure]:
    most = min(quote.limit_units, quote.room_units)
    return [
        Figure(
            label="Most that you can borrow",
            value=usd(most),
            note=f"the collateral allows {usd(quote.limit_units)}"
            if most == quote.limit_units
            else f"the collateral allows {usd(quote.limit_units)}; the pool has less at hand",
        ),
        Figure(label="Rate", value=f"{percent(quote.rate_bps)} a year", note="fixed when you draw"),
        Figure(
            label="Longest term",
            value=span(quote.max_tenor_s),
            note=f"and not beyond {day(quote.matures_before)}",
        ),
        Figure(
            label="Repaid",
            value="In equal parts" if quote.must_amortise else "As you choose",
            note="this collateral loses value with time" if quote.must_amortise else "",
        ),
        Figure(
            label="Grace", value=span(quote.grace_period_s), note="after a due date that is missed"
        ),
        Figure(
            label="Time to cure",
            value=span(quote.cure_window_s),
            note="after a call, before a sale",
        ),
    ]


def _terms_facts(message: dict[str, Any], quote: services.Quote) -> list[Figure]:
    last = message["instalments"] * message["interval"]
    return [
        Figure(label="Paid out to you", value=usd(message["principal"])),
        Figure(label="Most that you may draw in all", value=usd(message["limit"])),
        Figure(label="Rate, at most", value=f"{percent(message['maxRateBps'])} a year"),
        Figure(
            label="Repaid",
            value=f"{message['instalments']} due dates, {message['interval'] // DAY_S} days apart",
            note=f"the last {span(last)} after the draw",
        ),
        Figure(
            label="If a due date is missed",
            value=f"A late fee of {percent(quote.late_fee_bps)} of that part",
            note=f"after {span(quote.grace_period_s)} the loan can be called",
        ),
        Figure(
            label="If values fall",
            value="The loan can be called, and sold if it is not cured",
            note=f"you then have {span(quote.cure_window_s)} to cure it",
        ),
        Figure(label="These terms hold until", value=day(message["deadline"])),
    ]
