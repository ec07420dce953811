"""Figures over the whole book, for pages and the report."""

from dataclasses import dataclass

from django.db.models import Count, Sum

from lending.domain.loans import Status
from lending.models import AuctionLot, Loan, LoanEntry, LotStatus, PoolState, Tranche


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """Counts and sums over all loans; amounts in ledger units."""

    loans: int
    by_status: dict[str, int]
    drawn: int
    debt: int
    prefunded: int
    collected: int
    collections: int
    repaid: int
    late_fees: int
    calls: int
    cures: int
    auctions: int
    lots_sold: int
    lots_to_reserve: int
    proceeds: int
    surplus: int
    losses: int
    closes: int


@dataclass(frozen=True, kw_only=True)
class TrancheLoss:
    """What written-off debts have cost a tranche, ledger units."""

    tranche: str
    loss: int


def portfolio(*, now: int) -> Portfolio:
    """Return the book's figures at `now` (chain time)."""
    loans = list(Loan.objects.all())
    counts, sums = _journal()
    lots = dict(AuctionLot.objects.order_by().values_list("status").annotate(Count("pk")))
    by_status: dict[str, int] = {}
    for loan in loans:
        name = Status(loan.status).name.lower()
        by_status[name] = by_status.get(name, 0) + 1
    return Portfolio(
        loans=len(loans),
        by_status=by_status,
        drawn=sum(loan.base_principal for loan in loans),
        debt=sum(loan.state.debt_up(now) for loan in loans),
        prefunded=sum(loan.prefunded for loan in loans),
        collected=sums.get("collected", 0),
        collections=counts.get("collected", 0),
        repaid=sums.get("repaid", 0),
        late_fees=sums.get("charged", 0),
        calls=counts.get("called", 0),
        cures=counts.get("cured", 0),
        auctions=counts.get("auctioned", 0),
        lots_sold=lots.get(LotStatus.SOLD, 0),
        lots_to_reserve=lots.get(LotStatus.RESERVE, 0),
        proceeds=sums.get("sold", 0),
        surplus=_surplus(),
        losses=sum(loan.loss for loan in loans),
        closes=counts.get("closed", 0),
    )


def loss_by_tranche() -> list[TrancheLoss]:
    """Return who bears the written-off debts, senior first: junior as far as it reaches (P2).

    What a close writes a called loan down by is not in it: an auction may bring that back.
    """
    written_off = int(Loan.objects.aggregate(sum=Sum("loss"))["sum"] or 0)
    pool = PoolState.objects.first() or PoolState()
    senior = max(0, min(written_off, pool.senior_due - pool.senior_value))
    return [
        TrancheLoss(tranche=Tranche.SENIOR.label, loss=senior),
        TrancheLoss(tranche=Tranche.JUNIOR.label, loss=written_off - senior),
    ]


def _journal() -> tuple[dict[str, int], dict[str, int]]:
    rows = (
        LoanEntry.objects.order_by().values("name").annotate(count=Count("pk"), sum=Sum("amount"))
    )
    found = list(rows)
    counts = {row["name"]: row["count"] for row in found}
    return counts, {row["name"]: int(row["sum"] or 0) for row in found}


def _surplus() -> int:
    sales = LoanEntry.objects.filter(name="sold").values_list("details", flat=True)
    return sum(int(details.get("surplus", 0)) for details in sales)
