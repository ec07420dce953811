"""The demo's figures, counted from chain events."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from collateral.domain.classes import CLASSES
from collateral.models import Asset, AssetStatus
from contracts import typed_data
from contracts.abi import decode_arguments
from contracts.access import SpeedUp, access_sets, ideal_speedup
from contracts.client import Chain
from contracts.domain.cards import decode_card
from contracts.domain.words import Kind, decode_operations, decode_results
from lending.selectors import loss_by_tranche
from lending.services import reconcile
from oracles.selectors import values_by_class
from settlement.models import Batch, Block, EventLog

APPLIED = 1
WAITING = (AssetStatus.DRAFT, AssetStatus.SUBMITTED)
DAY_S = 86_400


@dataclass(frozen=True)
class Auctioned:
    """One lot's way: offered at `start`, sold at `price` after `elapsed_s` (ledger units)."""

    loan_id: int
    token_id: int
    start: int
    floor: int
    price: int
    elapsed_s: int
    to_reserve: bool


@dataclass(frozen=True)
class Figures:
    """What the report shows; amounts in ledger units (1e-6 USD)."""

    assets_registered: int
    assets_waiting: int
    assets_minted: int
    assets_attested: int
    assets_valued: int
    rounds: int
    values: list[tuple[str, int, int]]
    loans: int
    drawn: int
    operations_settled: int
    operations_failed: int
    batches: int
    lanes: int
    settle_gas: int
    calls: Counter[int]
    cures: int
    auctions: int
    lots: list[Auctioned]
    debt_called: int
    proceeds: int
    surplus: int
    losses: int
    written_down: int
    senior_loss: int
    junior_loss: int
    closes: int
    speedup: SpeedUp | None
    differences: list[str]
    balances_checked: int


def _times(events: Iterable[EventLog]) -> dict[int, int]:
    numbers = {event.block_number for event in events}
    rows = Block.objects.filter(number__in=numbers).values_list("number", "timestamp")
    return dict(rows)


def _events(*names: str) -> list[EventLog]:
    return list(EventLog.objects.filter(name__in=names).order_by("block_number", "log_index"))


def _total(events: Iterable[EventLog], argument: str) -> int:
    return sum(int(event.args[argument]) for event in events)


def _settled(batches: list[EventLog]) -> Counter[int]:
    """Count results over all batches: 1 applied, 2 failed, 3 skipped."""
    counts: Counter[int] = Counter()
    for event in batches:
        results = bytes.fromhex(str(event.args["results"]).removeprefix("0x"))
        counts.update(decode_results(results, int(event.args["count"])))
    return counts


def _lots() -> list[Auctioned]:
    """Pair each offer of a lot with its sale."""
    sold = {(event.args["loanId"], event.args["tokenId"]): event for event in _events("LotSold")}
    times = _times(sold.values())
    lots = []
    for offer in _events("LotOffered"):
        sale = sold.get((offer.args["loanId"], offer.args["tokenId"]))
        if sale is not None:
            lots.append(_lot(offer, sale, times[sale.block_number]))
    return lots


def _lot(offer: EventLog, sale: EventLog, sold_at: int) -> Auctioned:
    return Auctioned(
        loan_id=int(offer.args["loanId"]),
        token_id=int(offer.args["tokenId"]),
        start=int(offer.args["startPrice"]),
        floor=int(offer.args["floorPrice"]),
        price=int(sale.args["price"]),
        elapsed_s=sold_at - int(offer.args["startedAt"]),
        to_reserve=bool(sale.args["toReserve"]),
    )


def trace_collecting(chain: Chain) -> SpeedUp | None:
    """Trace the collecting batches of the newest day that had any.

    Nodes trace what they still have the state of, so this is asked while it is fresh.
    """
    collecting = [event for event in _events("BatchSettled") if _collects(event.tx_hash)]
    if not collecting:
        return None
    times = _times(collecting)
    newest = max(times.values()) // DAY_S
    hashes = [event.tx_hash for event in collecting if times[event.block_number] // DAY_S == newest]
    return ideal_speedup(access_sets(chain, hashes))


def _collects(tx_hash: str) -> bool:
    """Whether a settle transaction holds nothing but collections."""
    batch = Batch.objects.get(tx_hash=tx_hash)
    given = decode_arguments(batch.contract, batch.function, bytes(batch.data))["words"]
    words = [typed_data.bytes_of(word) for word in given]
    return all(operation.kind == Kind.COLLECT for operation in decode_operations(words))


def _principal(opened: EventLog) -> int:
    """Return what a loan drew at its opening, ledger units."""
    words = [typed_data.bytes_of(word) for word in opened.args["card"]]
    return decode_card(words).base_principal


def _class_values() -> list[tuple[str, int, int]]:
    labels: dict[int, Any] = {row.id: row.label for row in CLASSES}
    return [(labels[row.class_id], row.count, row.value_units) for row in values_by_class()]


def collect(chain: Chain, speedup: SpeedUp | None) -> Figures:
    """Count everything; the last step compares the database with the chain, to the unit.

    ``speedup`` was traced while the instalments were collected.
    """
    batches, called, applied = (
        _events("BatchSettled"),
        _events("LoanCalled"),
        _events("SaleApplied"),
    )
    results, closed = _settled(batches), _events("EpochClosed")
    published, opened = _events("RoundPublished"), _events("LoanOpened")
    values = _class_values()
    senior, junior = loss_by_tranche()
    reconciliation = reconcile()
    return Figures(
        assets_registered=Asset.objects.count(),
        assets_waiting=Asset.objects.filter(status__in=WAITING).count(),
        assets_minted=len(_events("AssetMinted")),
        assets_attested=EventLog.objects.filter(name="AttestationSpent").count(),
        assets_valued=sum(count for _, count, _ in values),
        rounds=len(published),
        values=values,
        loans=len(opened),
        drawn=sum(_principal(event) for event in opened),
        operations_settled=results[APPLIED],
        operations_failed=results[2],
        batches=len(batches),
        lanes=len(_events("LaneAdded")),
        settle_gas=Batch.objects.filter(kind="settle").aggregate(gas=Sum("gas_used"))["gas"] or 0,
        calls=Counter(int(event.args["reason"]) for event in called),
        cures=len(_events("LoanCured")),
        auctions=len({event.args["loanId"] for event in _events("LotOffered")}),
        lots=_lots(),
        debt_called=_total(called, "debt"),
        proceeds=_total(applied, "proceeds"),
        surplus=_total(applied, "surplus"),
        losses=_total(_events("LoanWrittenOff"), "loss"),
        written_down=_total(closed, "seniorLoss") + _total(closed, "juniorLoss"),
        senior_loss=senior.loss,
        junior_loss=junior.loss,
        closes=len(_events("LoanClosed")),
        speedup=speedup,
        differences=reconciliation.differences,
        balances_checked=reconciliation.checked,
    )
