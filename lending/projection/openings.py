"""A loan's opening: its terms as the classes of its collateral give them at that moment."""

from collateral.models import Asset
from contracts.types import Event
from lending.domain import loans as domain
from lending.domain.health import Terms
from lending.domain.loans import LoanState
from lending.domain.schedule import ScheduleKind
from lending.models import ClassTerms, Lane, Loan, RequestStatus, TermsRequest
from lending.projection.ledger import book, note

LRT_CLASS = 14


def on_loan_opened(event: Event) -> None:
    """The draw is paid out; the terms that a basket shares are the strictest of its classes."""
    terms = event.args["terms"]
    classes = class_terms(terms["assets"], terms["lrtAmount"], now=event.block_time)
    state = opened_state(event, classes)
    lane = Lane.objects.get(pk=terms["lane"])
    lane.loans += 1
    lane.save(update_fields=["loans"])
    loan = Loan(
        loan_id=event.args["loanId"],
        lane=lane,
        borrower=event.args["borrower"],
        nonce=terms["nonce"],
        opened_tx=event.tx_hash,
    )
    book(event, loan, *domain.apply_open(state))
    note(event, loan.pk, "opened", amount=state.principal, party=loan.borrower)
    TermsRequest.objects.filter(
        borrower=loan.borrower, lane_number=lane.number, nonce=loan.nonce
    ).update(status=RequestStatus.OPENED, loan=loan, reason="")


def opened_state(event: Event, classes: list[Terms]) -> LoanState:
    """Return the loan as it stands right after the draw."""
    terms = event.args["terms"]
    return LoanState(
        principal=terms["principal"],
        rate_bps=event.args["rateBps"],
        last_accrual=event.block_time,
        base_principal=terms["principal"],
        schedule=ScheduleKind(terms["schedule"]),
        instalments=terms["instalments"],
        interval=terms["interval"],
        opened_at=event.block_time,
        grace_period=min(one.grace_period for one in classes),
        cure_window=min(one.cure_window for one in classes),
        late_fee_bps=max(one.late_fee_bps for one in classes),
        limit=terms["limit"] if terms["limit"] > terms["principal"] else 0,
    )


def class_terms(token_ids: list[int], lrt_amount: int, *, now: int) -> list[Terms]:
    """Return the terms of every class in a basket as they are then."""
    class_ids = set(Asset.objects.filter(token_id__in=token_ids).values_list("class_id", flat=True))
    if lrt_amount:
        class_ids.add(LRT_CLASS)
    return [row.terms_at(now) for row in ClassTerms.objects.filter(pk__in=class_ids)]
