"""A loan's opening: the card that the event carries has its terms."""

from contracts.domain.cards import Card, decode_card
from contracts.types import Event
from lending.domain import loans as domain
from lending.domain.loans import LoanState
from lending.domain.schedule import ScheduleKind
from lending.domain.units import lane_of
from lending.models import Loan
from lending.projection.ledger import book, changed_lane, note
from lending.projection.rooms import enter


def on_loan_opened(event: Event) -> None:
    """The draw is paid out; the card says on which terms."""
    card = decode_card([bytes.fromhex(word[2:]) for word in event.args["card"]])
    state = opened_state(event, card)
    lane = changed_lane(lane_of(event.args["loanId"]))
    lane.loans += 1
    loan = Loan(
        loan_id=event.args["loanId"],
        lane=lane,
        borrower=event.args["borrower"],
        nonce=event.args["nonce"],
        classes=card.classes,
        lrt_opening_price=card.lrt_opening_price,
        opened_tx=event.tx_hash,
    )
    book(event, loan, *domain.apply_open(state))
    enter(loan, principal=state.principal, now=event.block_time)
    note(event, loan.pk, "opened", amount=state.principal, party=loan.borrower)


def opened_state(event: Event, card: Card) -> LoanState:
    """Return the loan as it stands right after the draw."""
    return LoanState(
        principal=card.base_principal,
        rate_bps=event.args["rateBps"],
        last_accrual=event.block_time,
        base_principal=card.base_principal,
        schedule=ScheduleKind(card.schedule),
        instalments=card.instalments,
        interval=card.interval,
        opened_at=card.opened_at,
        grace_period=card.grace_period,
        cure_window=card.cure_window,
        late_fee_bps=card.late_fee_bps,
        limit=card.limit,
    )
