"""Loans from opening to close, by the events of LoanBook."""

from collections.abc import Mapping

from contracts.types import Event
from lending.domain import loans as domain
from lending.domain.lanes import LaneSums
from lending.domain.loans import CallReason
from lending.domain.schedule import ScheduleKind
from lending.models import Lane, Loan, Shortfall
from lending.projection.auctions import withdraw_lot
from lending.projection.ledger import book, credit, loan_of, note, shift_lane
from lending.projection.openings import on_loan_opened
from lending.projection.rooms import flow_in, give_back
from lending.selectors.valuing import stopped_seconds

GIVEN_BY_WORKOUT = (
    *("rateBps", "schedule", "instalments", "interval"),
    *("gracePeriod", "cureWindow", "lateFeeBps"),
)


def on_lane_added(event: Event) -> None:
    """A new escrow begins empty."""
    escrow = event.args["escrow"]
    Lane.objects.get_or_create(
        number=event.args["lane"], defaults={"escrow": escrow, "till": escrow}
    )


def on_cash_moved(event: Event) -> None:
    """Cash between the pool and a lane."""
    shift_lane(event.args["lane"], LaneSums(cash=event.args["amount"]), event)


def on_prefunded(event: Event) -> None:
    """Cash set aside for instalments."""
    loan, amount = loan_of(event), event.args["amount"]
    book(event, loan, *domain.apply_prefund(loan.state, amount=amount))
    note(event, loan.pk, "prefunded", amount=amount, party=event.args["payer"])


def on_prefund_withdrawn(event: Event) -> None:
    """Cash set aside goes back to its borrower."""
    loan, amount = loan_of(event), event.args["amount"]
    book(event, loan, *domain.apply_withdraw(loan.state, amount=amount))
    note(event, loan.pk, "prefund_withdrawn", amount=amount, party=loan.borrower)


def on_loan_drawn(event: Event) -> None:
    """More is paid out on an open loan."""
    loan, amount = loan_of(event), event.args["amount"]
    change = domain.apply_draw(
        loan.state, amount=amount, rate_bps=event.args["rateBps"], now=event.block_time
    )
    book(event, loan, *change)
    flow_in(loan, amount=amount, now=event.block_time)
    note(event, loan.pk, "drawn", amount=amount, party=loan.borrower)


def on_loan_extended(event: Event) -> None:
    """A new schedule: an open loan's by the table of the day, a called one's by a workout."""
    loan, args = loan_of(event), event.args
    commitment = loan.commitment
    terms = domain.NewSchedule(
        rate_bps=args["rateBps"],
        schedule=ScheduleKind(args["schedule"]),
        instalments=args["instalments"],
        interval=args["interval"],
        grace_period=args["gracePeriod"],
        cure_window=args["cureWindow"],
        late_fee_bps=args["lateFeeBps"],
    )
    if loan.status == domain.Status.OPEN:
        book(event, loan, *domain.apply_extend(loan.state, terms=terms, now=event.block_time))
        name = "extended"
    else:
        _work_out(event, loan, terms)
        name = "worked_out"
        _agree(loan, args, now=event.block_time)
    give_back(loan, max(0, commitment - loan.commitment))
    note(event, loan.pk, name, instalments=terms.instalments, rate_bps=terms.rate_bps)


def _agree(loan: Loan, given: Mapping[str, int], *, now: int) -> None:
    """Mark the offer whose terms the vote gave; its nonce is not in the event."""
    for offer in loan.workout_offers.filter(agreed_at=0, offered_at__lte=now).order_by("-id"):
        if all(int(offer.workout[name]) == given[name] for name in GIVEN_BY_WORKOUT):
            offer.agreed_at = now
            offer.save(update_fields=["agreed_at"])
            return


def _work_out(event: Event, loan: Loan, terms: domain.NewSchedule) -> None:
    """A loan in trouble gets a new schedule and stays called; a lot of it is for sale no more."""
    now = event.block_time
    change = domain.apply_workout(loan.state, terms=terms, now=now, stopped=stopped_seconds(now))
    book(event, loan, *change)
    withdraw_lot(event, loan.pk)


def on_collected(event: Event) -> None:
    """Prefunded cash paid a debt outside of a batch."""
    loan, amount = loan_of(event), event.args["amount"]
    book(event, loan, *domain.apply_collect(loan.state, amount=amount, now=event.block_time))
    note(event, loan.pk, "collected", amount=amount)


def on_charged(event: Event) -> None:
    """A missed due date bore its fee outside of a batch."""
    loan = loan_of(event)
    before = loan.state.debt_up(event.block_time)
    change = domain.apply_charge(loan.state, index=event.args["index"], now=event.block_time)
    book(event, loan, *change)
    note(event, loan.pk, "charged", amount=loan.state.debt_up(event.block_time) - before)


def on_income_kept(event: Event) -> None:
    """Income that no debt needs waits for the borrower."""
    loan, amount = loan_of(event), event.args["amount"]
    credit(loan.lane_id, event.args["party"], amount)
    shift_lane(loan.lane_id, LaneSums(cash=amount, owed=amount), event)
    note(event, loan.pk, "income_kept", amount=amount, party=event.args["party"])


def on_repaid(event: Event) -> None:
    """A payment by anyone."""
    loan, amount = loan_of(event), event.args["amount"]
    change = domain.apply_repay(loan.state, amount=amount, now=event.block_time)
    book(event, loan, *change)
    if loan.status == domain.Status.REPAID:
        withdraw_lot(event, loan.pk)
    note(event, loan.pk, "repaid", amount=amount, party=event.args["payer"])


def on_loan_called(event: Event) -> None:
    """The debt is frozen; the event tells what the proofs made of the collateral."""
    loan, reason = loan_of(event), CallReason(event.args["reason"])
    now = event.block_time
    change = domain.apply_call(
        loan.state,
        reason=reason,
        recovery=event.args["impaired"],
        now=now,
        stopped=stopped_seconds(now),
    )
    book(event, loan, *change)
    note(
        event,
        loan.pk,
        "called",
        amount=event.args["debt"],
        reason=reason.name.lower(),
        cure_until=event.args["cureUntil"],
        set_off=event.args["setOff"],
    )


def on_loan_cured(event: Event) -> None:
    """Arrears are paid and the opening LTV is restored."""
    loan, paid = loan_of(event), event.args["paid"]
    book(event, loan, *domain.apply_cure(loan.state, amount=paid, now=event.block_time))
    withdraw_lot(event, loan.pk)
    note(event, loan.pk, "cured", amount=paid, party=event.args["payer"])


def on_loan_auctioned(event: Event) -> None:
    """The cure window has passed."""
    loan = loan_of(event)
    book(event, loan, *domain.apply_auction(loan.state))
    note(event, loan.pk, "auctioned", amount=loan.state.debt_up(event.block_time))


def on_sale_applied(event: Event) -> None:
    """A lot's proceeds pay the debt; the surplus waits for the borrower."""
    loan = loan_of(event)
    state, change, to_debt, surplus = domain.apply_sale(
        loan.state, proceeds=event.args["proceeds"], now=event.block_time
    )
    book(event, loan, state, change)
    credit(loan.lane_id, loan.borrower, surplus)
    note(event, loan.pk, "sold", amount=event.args["proceeds"], to_debt=to_debt, surplus=surplus)


def on_loan_written_off(event: Event) -> None:
    """What no lot has paid is lost and stands against the borrower."""
    loan = loan_of(event)
    state, change, loss = domain.apply_write_off(loan.state)
    loan.loss = loss
    book(event, loan, state, change)
    give_back(loan, loan.commitment)
    row, _ = Shortfall.objects.get_or_create(borrower=loan.borrower)
    row.amount += loss
    row.save()
    note(event, loan.pk, "written_off", amount=loss)


def on_loan_closed(event: Event) -> None:
    """The collateral is its owner's again."""
    loan = loan_of(event)
    book(event, loan, *domain.apply_close(loan.state))
    give_back(loan, loan.commitment)
    note(event, loan.pk, "closed", party=loan.borrower)


def on_return_waits(event: Event) -> None:
    """Something of a loan that closes could not be moved: it waits in the escrow (rule D9)."""
    loan = loan_of(event)
    shift_lane(loan.lane_id, LaneSums(), event)
    note(event, loan.pk, "return_waits", party=loan.borrower)


def on_donation_swept(event: Event) -> None:
    """Cash that was in no book went to the reserve: only the event's number is the lane's."""
    shift_lane(event.args["lane"], LaneSums(), event)


def on_till_turned(event: Event) -> None:
    """The lane's cash goes to its other escrow from now on; what it had lies aside (rule L5)."""
    number = event.args["lane"]
    lane = shift_lane(number, LaneSums(), event)
    shift_lane(number, LaneSums(aside=lane.cash), event).till = event.args["till"]


def on_till_gathered(event: Event) -> None:
    """Cash that lay aside came to the till; what was in no book can be swept from there."""
    lane = shift_lane(event.args["lane"], LaneSums(), event)
    gathered = min(lane.aside, event.args["amount"])
    shift_lane(event.args["lane"], LaneSums(aside=-gathered), event)


def on_claimed(event: Event) -> None:
    """A party fetched what a lane owed it."""
    lane, amount = event.args["lane"], event.args["amount"]
    credit(lane, event.args["party"], -amount)
    shift_lane(lane, LaneSums(cash=-amount, owed=-amount), event)


def on_shortfall_paid(event: Event) -> None:
    """A past loss is made good to the lane that receives it."""
    amount = event.args["amount"]
    row = Shortfall.objects.get(pk=event.args["borrower"])
    row.amount -= amount
    row.save()
    shift_lane(event.args["lane"], LaneSums(cash=amount), event)


HANDLERS = {
    "LaneAdded": on_lane_added,
    "CashMoved": on_cash_moved,
    "LoanOpened": on_loan_opened,
    "Prefunded": on_prefunded,
    "PrefundWithdrawn": on_prefund_withdrawn,
    "LoanDrawn": on_loan_drawn,
    "LoanExtended": on_loan_extended,
    "Collected": on_collected,
    "Charged": on_charged,
    "IncomeKept": on_income_kept,
    "Repaid": on_repaid,
    "LoanCalled": on_loan_called,
    "LoanCured": on_loan_cured,
    "LoanAuctioned": on_loan_auctioned,
    "SaleApplied": on_sale_applied,
    "LoanWrittenOff": on_loan_written_off,
    "LoanClosed": on_loan_closed,
    "Claimed": on_claimed,
    "ReturnWaits": on_return_waits,
    "DonationSwept": on_donation_swept,
    "TillTurned": on_till_turned,
    "TillGathered": on_till_gathered,
    "ShortfallPaid": on_shortfall_paid,
}
