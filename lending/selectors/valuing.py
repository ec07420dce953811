"""What pledged things are worth by the rounds in force, for many loans in a few queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from collateral.models import Asset
from lending.domain import health
from lending.domain.clock import Clock
from lending.domain.health import Item, Pair, Terms
from lending.domain.pauses import Pauses
from lending.models import (
    ClassTerms,
    Loan,
    LoanCollateral,
    OracleClock,
    PledgeStatus,
    ProtocolPause,
)
from lending.parameters import oracle_parameters
from oracles.models import RoundStatus, Valuation

LRT_CLASS = 14
# Status of a leaf that, for restaking tokens, says that the band for calling is broken (rule V6).
_FROZEN = 1


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One value of a round: lower bound in ledger units, status 0 when usable."""

    lower: int
    status: int
    valid_until: int


@dataclass(frozen=True, kw_only=True)
class Pledge:
    """A pledged thing with the id under which the oracle knows it and its last two values."""

    item: Item
    oracle_id: int
    pair: Pair
    usable: bool
    active: bool
    band_broken: bool = False


def clock() -> Clock:
    """Return the oracle's clock."""
    row = OracleClock.objects.filter(id=1).first()
    return row.clock if row else Clock()


def stopped_seconds(moment: int) -> int:
    """Return the seconds for which clocks have stood still by then (rule C5)."""
    return clock().stopped_at(moment, ttl=oracle_parameters().ttl)


def pauses() -> Pauses:
    """Return the guardian's pauses, during which grace stands still (rule C5)."""
    spans = ProtocolPause.objects.order_by("begun_at").values_list("begun_at", "ends_at")
    return Pauses(spans=tuple(spans))


def all_terms(*, now: int) -> dict[int, Terms]:
    """Return the terms in force then, by class."""
    return {row.class_id: row.terms_at(now) for row in ClassTerms.objects.all()}


def lrt_oracle_id(address: str) -> int:
    """Return the number under which the oracle values a restaking token."""
    return int(address, 16)


def leaves(round_number: int, oracle_ids: Iterable[int], now: int) -> dict[int, Leaf]:
    """Return the values of a round that have not run out, by the oracle's id."""
    wanted = set(oracle_ids)
    if not round_number or not wanted:
        return {}
    valid = Valuation.objects.filter(
        round__number=round_number, round__status=RoundStatus.PUBLISHED, valid_until__gte=now
    ).values_list("asset__token_id", "token", "lower_units", "status", "valid_until")
    # Two look-ups by index: one condition with OR would read the whole round.
    assets, tokens = valid.filter(asset__token_id__in=wanted), valid.filter(asset__isnull=True)
    rows = assets.union(tokens, all=True)
    return {
        lrt_oracle_id(token) if token else token_id: Leaf(
            lower=lower, status=status, valid_until=valid_until
        )
        for token_id, token, lower, status, valid_until in rows
    }


def pledges_of(loans: Sequence[Loan], *, now: int) -> dict[int, list[Pledge]]:
    """Return what each loan holds, in the contract's order: assets as pledged, then tokens."""
    held = list(
        LoanCollateral.objects.filter(loan__in=loans, status=PledgeStatus.HELD).order_by("id")
    )
    held.sort(key=lambda row: (row.loan_id, row.token_id == 0, row.pk))
    pledged = pledges(
        [(row.token_id, row.class_id, row.lrt, row.lrt_amount) for row in held], now=now
    )
    found: dict[int, list[Pledge]] = {loan.pk: [] for loan in loans}
    for row, pledge in zip(held, pledged, strict=True):
        found[row.loan_id].append(pledge)
    return found


def pledges(things: Sequence[tuple[int, int, str, int]], *, now: int) -> list[Pledge]:
    """Return pledges of (token id, class, restaking token, its amount), in that order."""
    times, terms = clock(), all_terms(now=now)
    ids = [lrt_oracle_id(lrt) if token_id == 0 else token_id for token_id, _, lrt, _ in things]
    newest, previous = leaves(times.newest, ids, now), leaves(times.previous, ids, now)
    assets = Asset.objects.in_bulk([i for i, *_ in things if i], field_name="token_id")
    return [
        _pledge(thing, oracle_id, terms, assets, newest.get(oracle_id), previous.get(oracle_id))
        for thing, oracle_id in zip(things, ids, strict=True)
    ]


def _pledge(
    thing: tuple[int, int, str, int],
    oracle_id: int,
    terms: Mapping[int, Terms],
    assets: Mapping[int, Asset],
    newest: Leaf | None,
    previous: Leaf | None,
) -> Pledge:
    token_id, class_id, _, lrt_amount = thing
    asset = assets.get(token_id)
    item = Item(
        token_id=token_id,
        terms=terms[class_id],
        appraisal_cap=(asset.appraisal_cap_units or 0) if asset else None,
        attested_at=(asset.attested_at or 0) if asset else 0,
        valid_until=(asset.valid_until or 0) if asset else 0,
        lrt_amount=None if asset else lrt_amount,
    )
    pair = Pair(
        newest=newest.lower if newest else None, previous=previous.lower if previous else None
    )
    return Pledge(
        item=item,
        oracle_id=oracle_id,
        pair=pair,
        usable=newest is not None and newest.status == 0,
        active=asset is None or asset.status not in ("frozen", "revoked"),
        band_broken=asset is None and newest is not None and newest.status == _FROZEN,
    )


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """How a loan stands; ledger units. `None` where the last rounds give no value.

    `both_limit` counts the higher of two rounds and decides a call; `newest_limit` shows today.
    `unborne`: an asset lost its attestation, and the other things are not known to bear the debt.
    """

    debt: int
    value: int | None
    newest_limit: int | None
    both_limit: int | None
    cure_limit: int | None
    moved: bool
    unborne: bool
    has_pair: bool
    pledges: list[Pledge]

    @property
    def is_unhealthy(self) -> bool:
        """Whether the debt is above the limit in both rounds."""
        return self.has_pair and self.both_limit is not None and self.debt > self.both_limit


def assess(loans: Sequence[Loan], *, now: int) -> dict[int, Assessment]:
    """Return how each loan stands at `now` (chain time)."""
    held = pledges_of(loans, now=now)
    return {loan.pk: _assess(loan, held[loan.pk], now) for loan in loans}


def _assess(loan: Loan, held: list[Pledge], now: int) -> Assessment:
    today = _values(held, both=False)
    both = _values(held, both=True)
    bearing = None if today is None else _bearing(held, today)
    active = None if today is None else _active(held, today)
    debt = loan.state.debt_up(now)
    return Assessment(
        debt=debt,
        value=None if today is None else sum(value for _, value in today),
        newest_limit=None if bearing is None else health.liquidation_limit(bearing),
        both_limit=None if both is None else health.liquidation_limit(_bearing(held, both)),
        cure_limit=None if active is None else health.cure_limit(active),
        moved=any(_moved(pledge) for pledge in held),
        unborne=_is_unborne(held, debt),
        has_pair=bool(held)
        and all(pledge.band_broken or pledge.pair.previous is not None for pledge in held),
        pledges=held,
    )


def _is_unborne(held: Sequence[Pledge], debt: int) -> bool:
    """What lost its attestation, or has left its price band, bears nothing (rules V4, V6)."""
    if all(pledge.active for pledge in held):
        return False
    left = _values([one for one in held if one.active and not one.band_broken], both=False)
    return left is None or debt > health.liquidation_limit(left)


def _values(held: Sequence[Pledge], *, both: bool) -> list[tuple[Item, int]] | None:
    values = []
    for pledge in held:
        pair = pledge.pair if both else Pair(newest=pledge.pair.newest)
        value = health.calling_value(pledge.item, pair)
        if value is None:
            return None
        values.append((pledge.item, value))
    return values


def _active(held: Sequence[Pledge], values: Sequence[tuple[Item, int]]) -> list[tuple[Item, int]]:
    """Leave out what is frozen or revoked: it does not count for a cure."""
    bears = zip(held, values, strict=True)
    return [pair for pledge, pair in bears if pledge.active and not pledge.band_broken]


def _bearing(held: Sequence[Pledge], values: Sequence[tuple[Item, int]]) -> list[tuple[Item, int]]:
    """Leave out restaking tokens that broke their price band: they bear no debt (rule V6)."""
    return [pair for pledge, pair in zip(held, values, strict=True) if not pledge.band_broken]


def _moved(pledge: Pledge) -> bool:
    """Whether a physical asset jumped; restaking tokens may."""
    limit = pledge.item.terms.move_limit_bps
    is_asset = pledge.item.lrt_amount is None
    return is_asset and health.moved_too_far(pledge.pair, move_limit_bps=limit)
