"""New terms for a called loan: its borrower asks, those who vote decide (rule D8)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from collateral.domain.display import moment
from collateral.selectors.calls import WalletCall, proposal
from lending import services
from lending.domain.schedule import ScheduleKind
from lending.models import Loan, WorkoutOffer
from lending.selectors.cards import card_words
from lending.services.working_out import read_offer
from portal.acts.borrowing import signed_message, to_sign
from portal.acts.forms import ACT_REFUSED, Entry, Kind
from portal.acts.loans import DAY_S, SCHEDULES
from portal.acts.views import both
from portal.domain.formatting import percent, usd
from portal.owner.sign_in import wallet_of
from portal.rendering import static_page
from portal.selectors.borrower import may_work_out, offer_facts, standing_offer
from portal.selectors.governance import workout_proposals
from portal.selectors.loan import loan_page
from portal.selectors.rows import Figure
from settlement.selectors import chain_time

# An announcement, a vote and the delay take nine days as deployed; borrowers need some to spare.
OFFERED_FOR_DAYS = 45


def entries_of(loan: Loan) -> list[Entry]:
    """Return what a borrower fills in; the present terms stand in it at first."""
    return [
        Entry(name="schedule", label="Repaid", kind=Kind.CHOICE, choices=SCHEDULES),
        Entry(name="instalments", label="Number of due dates", kind=Kind.WHOLE, value="12"),
        Entry(name="days", label="Days between them", kind=Kind.WHOLE, value="30"),
        Entry(
            name="rate",
            label="Rate, % a year",
            kind=Kind.PERCENT,
            value=f"{loan.rate_bps // 100}.{loan.rate_bps % 100:02d}",
            may_be_empty=True,
            help=f"At most the present {percent(loan.rate_bps)}.",
        ),
        Entry(
            name="grace",
            label="Days of grace",
            kind=Kind.WHOLE,
            value=str(max(1, loan.grace_period // DAY_S)),
        ),
        Entry(
            name="cure",
            label="Days to cure it",
            kind=Kind.WHOLE,
            value=str(max(1, loan.cure_window // DAY_S)),
            help="They begin when the vote takes effect.",
        ),
        Entry(
            name="fee",
            label="Late fee, % of one part",
            kind=Kind.PERCENT,
            value=f"{loan.late_fee_bps // 100}.{loan.late_fee_bps % 100:02d}",
            may_be_empty=True,
            help=f"At most the present {percent(loan.late_fee_bps)}.",
        ),
    ]


@both
def workout(request: HttpRequest, loan_id: int) -> HttpResponse:
    """Ask for new terms, take the question back, or bring it to a vote."""
    loan = Loan.objects.filter(pk=loan_id).first()
    if loan is None:
        raise Http404
    mine, step = wallet_of(request) == loan.borrower, request.POST.get("step", "")
    context: dict[str, Any] = {"problem": "", "reason": request.POST.get("reason", "")}
    try:
        if mine and step in ("sign", "withdraw"):
            _decided(request, loan, step)
            return HttpResponseRedirect(reverse("portal:workout", args=[loan_id]))
        if mine and step == "terms":
            context |= _terms(request, loan)
        elif step == "propose":
            context["call"] = proposal_call(loan)
    except ACT_REFUSED as refusal:
        context["problem"] = str(refusal)
    return static_page(
        request,
        "portal/acts/workout.html",
        "loans",
        status=400 if context["problem"] else 200,
        loan=loan,
        mine=mine,
        **_standing(loan),
        fields=_fields(request, loan),
        **context,
    )


def _standing(loan: Loan) -> dict[str, Any]:
    """Return what the page shows whoever looks at it."""
    page = loan_page(loan_id=loan.pk)
    now = page.stamp.chain_time if page else 0
    offer = standing_offer(loan, now=now)
    past = list(loan.workout_offers.filter(agreed_at__gt=0))
    return {
        "page": page,
        "may": may_work_out(loan),
        "offer": offer,
        "facts": _facts(offer) if offer else [],
        "proposal": workout_proposals([offer]).get(offer.pk) if offer else None,
        "agreed": [moment(one.agreed_at) for one in past],
    }


def _facts(offer: WorkoutOffer) -> list[Figure]:
    return [Figure(label=label, value=value) for label, value in offer_facts(offer).items()]


def _fields(request: HttpRequest, loan: Loan) -> list[dict[str, Any]]:
    return [
        {"entry": entry, "value": request.POST.get(entry.name, entry.value)}
        for entry in entries_of(loan)
    ]


def _decided(request: HttpRequest, loan: Loan, step: str) -> None:
    if step == "withdraw":
        services.withdraw_workout(loan_id=loan.pk, borrower=loan.borrower)
        return
    message, signature = signed_message(request)
    services.offer_workout(
        workout=message | {"loanId": loan.pk},
        signature=signature,
        reason=request.POST.get("reason", ""),
    )


def _terms(request: HttpRequest, loan: Loan) -> dict[str, Any]:
    """Return the new terms for the borrower's wallet to sign."""
    asked = {entry.name: entry.read(request.POST) for entry in entries_of(loan)}
    reason = Entry(name="reason", label="Why", kind=Kind.TEXT).read(request.POST)
    now = chain_time()
    typed = services.workout_terms(
        loan_id=loan.pk,
        borrower=loan.borrower,
        terms=services.NewTerms(
            rate_bps=asked["rate"],
            schedule=ScheduleKind(int(asked["schedule"])),
            instalments=asked["instalments"],
            interval=asked["days"] * DAY_S,
            grace_period=asked["grace"] * DAY_S,
            cure_window=asked["cure"] * DAY_S,
            late_fee_bps=asked["fee"],
        ),
        deadline=now + OFFERED_FOR_DAYS * DAY_S,
        now=now,
    )
    asked_for = WorkoutOffer(
        loan=loan, workout=typed["message"], offered_at=now, deadline=typed["message"]["deadline"]
    )
    return {"sheet": to_sign(typed, _facts(asked_for)), "reason": reason}


def proposal_call(loan: Loan) -> WalletCall:
    """Return the proposal by which anyone with enough votes brings an offer to a vote."""
    offer = read_offer(loan=loan, now=chain_time())
    debt = usd(loan.state.debt_up(chain_time()))
    return proposal(
        label="Bring it to a vote",
        words=f"Your wallet proposes to governance the new terms that the borrower of {loan} "
        f"signed. {debt} stay owed, and the loan stays called until it is cured. The proposal "
        "fails if collateral is added, sold or taken before it takes effect: then bring it again.",
        contract="LoanBook",
        function="workOut",
        arguments=[
            {name: int(value) for name, value in offer.workout.items()},
            offer.signature,
            card_words(loan),
        ],
        reason=f"New terms for loan {loan.lane_id}-{loan.number} (offer {offer.nonce}): "
        f"{offer.reason}",
    )
