"""Runs of batches that only collect: most of what is ever settled, applied by few columns.

A loan is read and written once for all its words in a run, and only where collections reach. The
outcome is that of `batches.settle_word`, word by word.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from contracts.domain.columns import columns_of_words
from contracts.domain.words import WORD_BYTES, Kind, Result, decode_results
from contracts.types import Event
from lending.domain.collecting import Collected
from lending.domain.lanes import LaneSums
from lending.domain.units import lane_of, loan_id_of
from lending.models import LoanEntry
from settlement.bulk import append_text, execute, numbers

_READ = """
SELECT loan_id, principal, prefunded, accrued_scaled, last_accrual, rate_bps, status, operations,
    failed_in_row
FROM lending_loan WHERE loan_id = ANY(%s::bigint[])
"""
_WRITE = """
UPDATE lending_loan SET principal = new.principal, prefunded = new.prefunded,
    accrued_scaled = new.accrued_scaled, last_accrual = new.last_accrual, status = new.status,
    operations = new.operations, failed_in_row = new.failed_in_row
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::bigint[], %s::smallint[],
    %s::integer[], %s::integer[])
    AS new (id, principal, prefunded, accrued_scaled, last_accrual, status, operations,
        failed_in_row)
WHERE loan_id = new.id
"""
_COLLECT = bytes([Kind.COLLECT])
# A line of the journal, by its columns.
ENTRY = ("loan_id", "name", "amount", "party", "details", "at", "block_number", "tx_hash")


@dataclass(frozen=True, slots=True)
class Run:
    """The collections of one batch by columns, in their order, and where they were settled."""

    event: Event
    loan_ids: Sequence[int]
    numbers: Sequence[int]
    amounts: Sequence[int]
    results: Sequence[int]


def only_collects(words: bytes) -> bool:
    """Tell whether all words of a batch are collections; one with a card is none."""
    return words[::WORD_BYTES] == _COLLECT * (len(words) // WORD_BYTES)


def run_of(event: Event) -> Run:
    """Return a settled batch that only collects, by its columns."""
    _, numbers, loan_numbers, amounts = columns_of_words(event.words)
    first = loan_id_of(lane=event.args["lane"], number=0)
    results = decode_results(bytes.fromhex(event.args["results"][2:]), len(numbers))
    return Run(event, (loan_numbers + first).tolist(), numbers.tolist(), amounts.tolist(), results)


def settle(runs: Sequence[Run]) -> tuple[dict[int, LaneSums], Iterable[int]]:
    """Write what runs of collections did to loans, with a line each in the journal.

    Returns the changes of the lanes' sums, and the loans that may have changed.
    """
    loans = _read({loan_id for run in runs for loan_id in run.loan_ids})
    before = _parts(loans)
    append_text(LoanEntry, ENTRY, [_lines(run, loans) for run in runs])
    _write(loans)
    return _moved(before, _parts(loans)), loans


def _lines(run: Run, loans: Mapping[int, Collected]) -> str:
    """Apply a run to its loans and return its lines of the journal, as `COPY` takes them."""
    now, lines = run.event.block_time, []
    end = f"{now}\t{run.event.block_number}\t{run.event.tx_hash}\n"
    words = zip(run.loan_ids, run.numbers, run.amounts, run.results, strict=True)
    for loan_id, number, amount, result in words:
        loan = loans.get(loan_id)
        if loan is None:
            continue
        if result == Result.APPLIED:
            loan.collect(amount, now)
            lines.append(f'{loan_id}\tcollected\t{amount}\t\t{{"word": {number}}}\t{end}')
        elif result == Result.FAILED:
            loan.fail()
            told = f'{{"kind": {Kind.COLLECT:d}, "word": {number}}}'
            lines.append(f"{loan_id}\tfailed\t0\t\t{told}\t{end}")
    return "".join(lines)


def _parts(loans: Mapping[int, Collected]) -> dict[int, list[int]]:
    """Return what these loans add together to each lane's `a`, `b` and `owed`."""
    sums: dict[int, list[int]] = {}
    for loan_id, loan in loans.items():
        a, b, owed = loan.lane_part()
        lane = sums.setdefault(lane_of(loan_id), [0, 0, 0])
        lane[0] += a
        lane[1] += b
        lane[2] += owed
    return sums


def _moved(
    before: Mapping[int, Sequence[int]], after: Mapping[int, Sequence[int]]
) -> dict[int, LaneSums]:
    changes = {}
    for lane, parts in after.items():
        a, b, owed = (now - was for now, was in zip(parts, before[lane], strict=True))
        changes[lane] = LaneSums(a=a, b=b, owed=owed)
    return changes


def _read(loan_ids: Iterable[int]) -> dict[int, Collected]:
    with connection.cursor() as cursor:
        cursor.execute(_READ, [numbers(sorted(loan_ids))])
        return {
            loan_id: Collected(principal, prefunded, int(accrued), *rest)
            for loan_id, principal, prefunded, accrued, *rest in cursor.fetchall()
        }


def _write(loans: Mapping[int, Collected]) -> None:
    ids = sorted(loans)
    rows = [loans[loan_id] for loan_id in ids]
    columns = [
        ids,
        [row.principal for row in rows],
        [row.prefunded for row in rows],
        [row.accrued_scaled for row in rows],
        [row.last_accrual for row in rows],
        [int(row.status) for row in rows],
        [row.operations for row in rows],
        [row.failed_in_row for row in rows],
    ]
    execute(_WRITE, [numbers(column) for column in columns])
