"""The list of all loans, by state and order."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from lending.models import Loan
from portal.selectors.book import by_need, loan_rows
from portal.selectors.pipeline import read_stamp
from portal.selectors.rows import Choice, LoanRow
from portal.selectors.stamp import Stamp

ROWS_ON_A_PAGE = 25
CSV_HEADER = (
    "loan_id",
    "name",
    "borrower",
    "state",
    "collateral",
    "debt_units",
    "collateral_value_units",
    "call_value_units",
)
STATES = (
    ("", "All"),
    ("steady", "Steady"),
    ("watch", "Watch"),
    ("called", "Called"),
    ("done", "Ended"),
)
ORDERS = (("", "Most in need first"), ("debt", "Largest debt first"), ("newest", "Newest first"))


@dataclass(frozen=True, kw_only=True)
class LoansPage:
    """The list of loans."""

    stamp: Stamp
    loans: Page
    filters: list[Choice]
    orders: list[Choice]


def loans_page(*, state: str, sort: str, number: int) -> LoansPage:
    """Gather the list: all loans that have not ended are assessed, the others only counted."""
    stamp = read_stamp()
    rows = loan_rows(Loan.objects.all(), now=stamp.chain_time)
    shown = [row for row in rows if not state or row.state.key == state]
    counts = {code: sum(not code or row.state.key == code for row in rows) for code, _ in STATES}
    return LoansPage(
        stamp=stamp,
        loans=Paginator(_ordered(shown, sort), ROWS_ON_A_PAGE).get_page(number),
        filters=[
            Choice(code=code, label=label, count=f"{counts[code]:,}", chosen=code == state)
            for code, label in STATES
        ],
        orders=[
            Choice(code=code, label=label, count="", chosen=code == sort) for code, label in ORDERS
        ],
    )


def csv_rows() -> Iterator[tuple[object, ...]]:
    """Return every loan for a spreadsheet, in order of its id."""
    rows = loan_rows(Loan.objects.all(), now=read_stamp().chain_time)
    for row in sorted(rows, key=lambda one: one.id):
        mark = row.gauge.call_value if row.gauge else ""
        yield (
            row.id,
            row.name,
            row.borrower,
            row.state.word,
            row.collateral,
            row.debt,
            row.value or "",
            mark,
        )


def _ordered(rows: list[LoanRow], sort: str) -> list[LoanRow]:
    if sort == "debt":
        return sorted(rows, key=lambda row: (-row.debt, row.id))
    if sort == "newest":
        return sorted(rows, key=lambda row: -(row.id & ((1 << 40) - 1)))
    return sorted(rows, key=by_need)
