"""Settled batches: every applied word is computed again, in bulk."""

from collections.abc import Callable

from contracts.domain.words import Kind, Result, Word
from contracts.types import Event
from lending.domain import loans as domain
from lending.domain.lanes import LaneSums
from lending.domain.units import loan_id_of
from lending.models import Loan
from lending.projection.ledger import Entry, changed, collect, entry_of, loans_of, shift_lane
from lending.projection.runs import only_collects, run_of
from settlement.projection import settled_words

Step = Callable[[domain.LoanState, Word, int], domain.Change]
NAMES = {Kind.COLLECT: "collected", Kind.CHARGE: "charged"}


class WordsMissing(Exception):
    """A batch without its words cannot be applied; the reader stops rather than skip it."""


def on_batch_settled(event: Event) -> None:
    """Apply a batch to its loans in memory, with one line each in the journal."""
    if only_collects(event.words):
        run = run_of(event)
        _check_count(event, len(run.numbers))
        collect(run)
        return
    lane = event.args["lane"]
    words = settled_words(event)
    _check_count(event, len(words))
    loans = loans_of({loan_id_of(lane=lane, number=w.loan_number) for w, _ in words})
    total, entries = LaneSums(), []
    for word, result in words:
        loan = loans.get(loan_id_of(lane=lane, number=word.loan_number))
        if loan is not None and result in (Result.APPLIED, Result.FAILED):
            change, entry = settle_word(event, loan, word, applied=result == Result.APPLIED)
            total = total.plus(change)
            entries += entry
    changed(loans.values(), entries)
    shift_lane(lane, total, event)


def _check_count(event: Event, found: int) -> None:
    if found != event.args["count"]:
        raise WordsMissing(
            f"The batch of lane {event.args['lane']} in {event.tx_hash} settled "
            f"{event.args['count']} words, but {found} were found in its transaction."
        )


def settle_word(
    event: Event, loan: Loan, word: Word, *, applied: bool
) -> tuple[LaneSums, list[Entry]]:
    """Apply one word to a loan in memory; a failed one only counts."""
    loan.operations += 1
    if not applied:
        loan.failed_in_row += 1
        return LaneSums(), [entry_of(event, loan.pk, "failed", kind=word.kind, word=word.number)]
    loan.failed_in_row = 0
    kind = Kind(word.kind)
    if kind == Kind.CLOSE:
        # `LoanClosed` came before this event and has booked the close.
        return LaneSums(), []
    # A loan's row becomes a state, and back, once: this runs for every word ever settled.
    now, before = event.block_time, loan.state
    after, change = STEPS[kind](before, word, now)
    loan.state, amount = after, word.amount
    if kind == Kind.CHARGE:
        amount = after.debt_up(now) - before.debt_up(now)
    return change, [entry_of(event, loan.pk, NAMES[kind], amount=amount, word=word.number)]


def _collect(state: domain.LoanState, word: Word, now: int) -> domain.Change:
    return domain.apply_collect(state, amount=word.amount, now=now)


def _charge(state: domain.LoanState, word: Word, now: int) -> domain.Change:
    return domain.apply_charge(state, index=word.amount, now=now)


STEPS: dict[Kind, Step] = {Kind.COLLECT: _collect, Kind.CHARGE: _charge}


HANDLERS = {"BatchSettled": on_batch_settled}
