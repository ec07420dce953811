"""What belongs to one borrower: its loans, what it asked for, what it may pledge."""

from collections.abc import Sequence
from dataclasses import dataclass

from collateral.models import Asset, AssetStatus
from lending.domain.loans import Status
from lending.models import Loan, RequestStatus, TermsRequest, TokenBalance, WorkoutOffer
from lending.selectors.wallets import LRT
from portal.domain.formatting import DAY_S, day, moment, percent, token_amount, usd
from portal.domain.states import State
from portal.selectors.book import loan_rows
from portal.selectors.pipeline import read_stamp
from portal.selectors.rows import LoanRow
from portal.selectors.stamp import Stamp

REQUESTS_SHOWN, ASSETS_SHOWN = 20, 200
_REQUEST_STATES = {
    RequestStatus.WAITING: State("watch", "▲", "Waiting"),
    RequestStatus.SENT: State("watch", "▲", "Sent"),
    RequestStatus.OPENED: State("steady", "●", "Opened"),
    RequestStatus.REFUSED: State("called", "■", "Refused"),
}


@dataclass(frozen=True, kw_only=True)
class RequestRow:
    """One request for a loan, and what became of it."""

    at: str
    amount: str
    state: State
    words: str
    loan_id: int | None


@dataclass(frozen=True, kw_only=True)
class MyLoansPage:
    """A borrower's loans, those that need attention first, and its requests."""

    stamp: Stamp
    sentence: str
    loans: list[LoanRow]
    requests: list[RequestRow]


@dataclass(frozen=True, kw_only=True)
class Pledgeable:
    """Something that may be pledged."""

    token_id: int
    title: str
    note: str


def my_loans_page(wallet: str) -> MyLoansPage:
    """Gather what a borrower has and asked for."""
    stamp = read_stamp()
    rows = loan_rows(Loan.objects.filter(borrower=wallet), now=stamp.chain_time)
    asked = TermsRequest.objects.filter(borrower=wallet).order_by("-id")[:REQUESTS_SHOWN]
    return MyLoansPage(
        stamp=stamp,
        sentence=_sentence(rows),
        loans=rows,
        requests=[_request(one) for one in asked],
    )


def _sentence(rows: Sequence[LoanRow]) -> str:
    """Return in words whether its borrower is safe."""
    running = [row for row in rows if row.state.key != "done"]
    called = [row for row in running if row.state.key == "called"]
    watched = [row for row in running if row.state.key == "watch"]
    if called:
        return f"Loan {called[0].name} is called: cure it before its time runs out."
    if watched:
        return f"Keep an eye on loan {watched[0].name}. {watched[0].words}"
    return "Your loans are steady." if running else "You have no open loan."


def _request(one: TermsRequest) -> RequestRow:
    words = {
        RequestStatus.WAITING: one.reason or "It is sent with the next values.",
        RequestStatus.SENT: "On its way to the ledger.",
        RequestStatus.OPENED: "The money was paid out.",
        RequestStatus.REFUSED: one.reason,
    }
    status = RequestStatus(one.status)
    return RequestRow(
        at=f"{one.created_at:%-d %b %Y, %H:%M} UTC",
        amount=usd(one.principal),
        state=_REQUEST_STATES[status],
        words=words[status],
        loan_id=one.loan_id,
    )


def may_work_out(loan: Loan) -> bool:
    """Return whether new terms can be asked for: a vote gives them to called loans only (D8)."""
    return loan.status in (Status.CALLED, Status.AUCTIONED)


def standing_offer(loan: Loan, *, now: int) -> WorkoutOffer | None:
    """Return the offer of new terms that a vote could give now."""
    offer = loan.workout_offers.filter(withdrawn=False, agreed_at=0, deadline__gt=now).last()
    return offer if may_work_out(loan) else None


def offer_facts(offer: WorkoutOffer) -> dict[str, str]:
    """Return what an offer asks for, in words by label."""
    asked = {name: int(value) for name, value in offer.workout.items()}
    how = "in equal parts" if asked["schedule"] == 0 else "all at the end"
    apart = f"{asked['interval'] // DAY_S} days apart"
    return {
        "Repaid": f"{how}, {asked['instalments']} due dates {apart}",
        "Rate": f"{percent(asked['rateBps'])} a year once it is cured",
        "Grace": f"{asked['gracePeriod'] // DAY_S} days",
        "Time to cure": f"{asked['cureWindow'] // DAY_S} days from the vote's effect",
        "Late fee": f"{percent(asked['lateFeeBps'])} of one instalment's share",
        "Offered": f"{day(offer.offered_at)}; holds until {moment(offer.deadline)}",
    }


def pledgeable(wallet: str) -> list[Pledgeable]:
    """Return the free assets of a wallet."""
    free = Asset.objects.filter(
        holder_address=wallet, status=AssetStatus.MINTED, token_id__isnull=False
    ).order_by("token_id")[:ASSETS_SHOWN]
    return [
        Pledgeable(
            token_id=one.token_id,
            title=one.name,
            note=f"{one.asset_class.label}, appraised at {usd(one.appraisal_cap_units or 0)}",
        )
        for one in free
    ]


def restaking_tokens(wallet: str) -> str:
    """Return how many restaking tokens a wallet holds, empty for none."""
    row = TokenBalance.objects.filter(token=LRT, address=wallet, amount__gt=0).first()
    return token_amount(row.amount) if row else ""
