"""The pool from its closes, requests and claims, by the events of LendingPool."""

from contracts.types import Event
from lending.domain import pool as domain
from lending.domain.pool import FillKind
from lending.models import Lane, PoolEpoch, PoolFill, PoolPosition, PoolState, Tranche
from lending.parameters import pool_parameters
from lending.projection.tokens import NOBODY

SHARES = {"SeniorShare": Tranche.SENIOR, "JuniorShare": Tranche.JUNIOR}


def state() -> PoolState:
    """Return the pool's row."""
    return PoolState.objects.get_or_create(id=1)[0]


def on_authority_updated(event: Event) -> None:
    """The first event of the pool: the first epoch starts with its deployment."""
    PoolState.objects.get_or_create(
        id=1, defaults={"epoch": 1, "epoch_started_at": event.block_time}
    )


def on_deposit_requested(event: Event) -> None:
    """A lender's cash waits for a close."""
    position, amount = _position(event), event.args["assets"]
    position.deposit_requested += amount
    position.save()
    _move(held=amount)


def on_redeem_requested(event: Event) -> None:
    """A lender's shares wait for a close."""
    position = _position(event)
    position.redeem_requested += event.args["shares"]
    position.save()


def on_deposit_claimed(event: Event) -> None:
    """A filled deposit became shares."""
    position, amount = _position(event), event.args["assets"]
    position.deposit_requested -= amount
    position.deposited += amount
    position.save()


def on_deposit_refunded(event: Event) -> None:
    """A deposit without a fair price came back."""
    position, amount = _position(event), event.args["assets"]
    position.deposit_requested -= amount
    position.save()
    _move(held=-amount)


def on_redeem_claimed(event: Event) -> None:
    """A filled redemption was paid out."""
    position, amount = _position(event), event.args["assets"]
    position.redeem_requested -= event.args["shares"]
    position.redeemed += amount
    position.save()
    _move(held=-amount)


def on_deposits_filled(event: Event) -> None:
    """Deposits become the pool's own cash."""
    _fill(event, FillKind.DEPOSIT)
    _move(cash=event.args["assets"], held=-event.args["assets"])


def on_redemptions_filled(event: Event) -> None:
    """Cash is set aside for those who leave."""
    _fill(event, FillKind.REDEMPTION)
    _move(cash=-event.args["assets"], held=event.args["assets"])


def on_epoch_closed(event: Event) -> None:
    """The last event of a close: everything is computed again from lanes, cash and fills."""
    pool, number = state(), event.args["epoch"]
    lanes = [lane.sums_in(number) for lane in Lane.objects.all()]
    nav = domain.nav(cash=pool.cash, lanes=lanes, now=event.block_time)
    closed = domain.close(
        before=pool.tranches,
        fills=[row.fill for row in PoolFill.objects.filter(epoch=number)],
        nav_after=nav,
        senior_rate_bps=pool_parameters().senior_rate_bps,
        seconds=event.block_time - pool.epoch_started_at,
    )
    idle = pool.cash + sum(lane.room() for lane in lanes)
    _store_epoch(event, pool, closed, lent=max(0, nav - idle))
    pool.tranches = closed.tranches
    pool.epoch, pool.epoch_started_at = number + 1, event.block_time
    pool.save()


def _store_epoch(event: Event, pool: PoolState, closed: domain.Close, *, lent: int) -> None:
    total = closed.tranches.senior + closed.tranches.junior
    PoolEpoch.objects.create(
        number=event.args["epoch"],
        closed_at=event.block_time,
        nav=total,
        senior_value=closed.tranches.senior,
        junior_value=closed.tranches.junior,
        senior_loss=closed.senior_loss,
        junior_loss=closed.junior_loss,
        utilisation_bps=domain.utilisation_bps(nav=total, lent=lent),
        cash=pool.cash,
        tx_hash=event.tx_hash,
    )


def on_lane_stuck(event: Event) -> None:
    """A lane's cash counts zero from a close on, or counts again (rule L5)."""
    Lane.objects.filter(pk=event.args["lane"]).update(stuck_since=event.args["since"])


def on_reserve_funded(event: Event) -> None:
    """Cash for the standing bid."""
    _move(reserve=event.args["amount"])


def on_reserve_paid(event: Event) -> None:
    """The standing bid took a lot."""
    _move(reserve=-event.args["amount"])


def on_draw_reserved(event: Event) -> None:
    """A borrower's deposit for cash at the next close."""
    _move(held=event.args["deposit"])


def on_reservation_ended(event: Event) -> None:
    """The deposit goes back; what is forfeited is the reserve's."""
    refunded, forfeited = event.args["refunded"], event.args["forfeited"]
    _move(held=-refunded - forfeited, reserve=forfeited)


def on_shares_moved(event: Event) -> None:
    """Shares are a token: they move as their holders like, and closes mint and burn them."""
    tranche = SHARES[event.contract]
    for party, change in (
        (event.args["from"], -event.args["value"]),
        (event.args["to"], event.args["value"]),
    ):
        if party != NOBODY:
            holding, _ = PoolPosition.objects.get_or_create(tranche=tranche, owner=party)
            holding.shares += change
            holding.save()


def on_cash_moved(event: Event) -> None:
    """What a lane gets leaves the pool's own cash, and the other way round."""
    _move(cash=-event.args["amount"])


def _position(event: Event) -> PoolPosition:
    return PoolPosition.objects.get_or_create(
        tranche=event.args["tranche"], owner=event.args["controller"]
    )[0]


def _fill(event: Event, kind: FillKind) -> None:
    PoolFill.objects.create(
        epoch=event.args["epoch"],
        tranche=event.args["tranche"],
        kind=kind.value,
        assets=event.args["assets"],
        shares=event.args["shares"],
    )


def _move(*, cash: int = 0, held: int = 0, reserve: int = 0) -> None:
    pool = state()
    pool.cash += cash
    pool.held += held
    pool.reserve += reserve
    pool.save()


HANDLERS = {
    "AuthorityUpdated": on_authority_updated,
    "DepositRequested": on_deposit_requested,
    "RedeemRequested": on_redeem_requested,
    "DepositClaimed": on_deposit_claimed,
    "DepositRefunded": on_deposit_refunded,
    "RedeemClaimed": on_redeem_claimed,
    "DepositsFilled": on_deposits_filled,
    "RedemptionsFilled": on_redemptions_filled,
    "EpochClosed": on_epoch_closed,
    "LaneStuck": on_lane_stuck,
    "ReserveFunded": on_reserve_funded,
    "ReservePaid": on_reserve_paid,
    "DrawReserved": on_draw_reserved,
    "ReservationEnded": on_reservation_ended,
}
# Cash between pool and lanes is told by the loan book.
LOAN_BOOK_HANDLERS = {"CashMoved": on_cash_moved}
