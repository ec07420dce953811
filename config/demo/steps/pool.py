"""The lenders: their deposits, sized to what the owners will ask for, and the pool's closes."""

from django.db.models import Sum

from config.demo.actors import Call
from config.demo.stage import DAY_S, Stage
from config.demo.steps.lending import plans
from config.demo.steps.setting import RESERVE_UNITS, catch_up
from config.demo.steps.values import hold_round
from config.demo.waiting import wait_until
from contracts.wallet import LocalWallet
from lending import tasks
from lending.models import PoolState
from oracles.models import Valuation
from oracles.selectors import newest_round

BPS = 10_000
EPOCH_S = DAY_S
# Owners will draw about a quarter of what they pledge; the pool holds twice that, so that no lane
# runs short while closes level their cash.
POOL_SHARE_BPS = 5_000
MOST_UNITS = 400_000_000_000_000
# Lender by place: the vault of its tranche, and its share of the pool.
SHARES_BPS = (("SeniorVault", 5_000), ("SeniorVault", 2_000), ("JuniorVault", 3_000))


def open_pool(stage: Stage) -> None:
    """Take deposits and close two epochs, after which the lanes have cash (rule P1)."""
    deposit(stage)
    for day in (1, 2):
        close_epoch(stage, stage.day(day))
    hold_round(stage, stage.day(2))


def deposit(stage: Stage) -> None:
    """The lenders ask to deposit in their tranches, and governance fills the reserve."""
    encode = stage.chain.encode
    if stage.chain.call("LendingPool", "reserve") != 0:
        return
    size = min(_pledgeable() * POOL_SHARE_BPS // BPS, MOST_UNITS)
    calls = [
        _request(stage, wallet, vault, size * share // BPS)
        for wallet, (vault, share) in zip(stage.cast.lenders, SHARES_BPS, strict=True)
    ]
    reserve = encode("LendingPool", "fundReserve", RESERVE_UNITS)
    stage.send([*calls, Call(stage.cast.governor, stage.chain.address("LendingPool"), reserve)])
    catch_up(stage)


def _request(stage: Stage, lender: LocalWallet, vault: str, amount: int) -> Call:
    owner = lender.address
    data = stage.chain.encode(vault, "requestDeposit", amount, owner, owner)
    return Call(lender, stage.chain.address(vault), data)


def _pledgeable() -> int:
    """Return what the assets are worth that the owners mean to pledge, ledger units."""
    assets = [asset.pk for plan in plans() for asset in plan.assets]
    rows = Valuation.objects.filter(round=newest_round(), asset__in=assets)
    return int(rows.aggregate(sum=Sum("value_units"))["sum"] or 0)


def close_epoch(stage: Stage, moment: int) -> None:
    """Move to a moment and let the workers close the pool's epoch, if it has run its time."""
    stage.clock.advance_to(moment)
    tasks.close_epoch.delay()
    wait_until(
        what="the pool's close",
        done=lambda: PoolState.objects.get().epoch_started_at + EPOCH_S > moment,
    )
