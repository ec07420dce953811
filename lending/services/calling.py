"""Margin calls, auctions after their cure window, and the reserve's standing bid."""

from collections.abc import Sequence
from typing import Any

from lending.domain.loans import Status, cure_until, sellable_from
from lending.domain.pauses import Pauses
from lending.models import AuctionLot, Loan, LotStatus
from lending.parameters import oracle_parameters
from lending.selectors.cards import card_words
from lending.selectors.lots import first_lot_worth, lane_lots
from lending.selectors.valuing import (
    Assessment,
    Pledge,
    assess,
    clock,
    pauses,
    pledges_of,
    stopped_seconds,
)
from lending.services.attempts import next_key
from lending.services.collecting import chargeable
from oracles.selectors import proofs
from settlement.services import submit_call

MOST_ATTEMPTS = 3
HOUR_S = 3_600
# After so long without a proof an appraisal stands in for a value that is withheld (rule V4).
WITHHELD_AFTER_S = 2 * 86_400


def call_loans(*, now: int) -> int:
    """Ask for the call of every loan that may be called at `now`; return how many were asked."""
    loans = list(Loan.objects.filter(status=Status.OPEN))
    standing = assess(loans, now=now)
    paused = pauses()
    return sum(_call(loan, standing[loan.pk], now, paused) for loan in loans)


def _call(loan: Loan, standing: Assessment, now: int, paused: Pauses) -> bool:
    """Instalments first: they need no pair of rounds. A late fee is charged before the call."""
    if chargeable(loan, now=now, paused=paused):
        return False
    if loan.state.is_overdue(now, pauses=paused) or standing.unborne:
        return _call_overdue(loan, standing.pledges, now, paused)
    return standing.is_unhealthy and _call_unhealthy(loan, standing, now)


def _call_unhealthy(loan: Loan, standing: Assessment, now: int) -> bool:
    times, parameters = clock(), oracle_parameters()
    if times.is_silent(now, ttl=parameters.ttl):
        return False
    unconfirmed = not times.void_window_passed(now, void_window=parameters.void_window)
    if standing.moved and unconfirmed:
        return False
    ids = [pledge.oracle_id for pledge in standing.pledges]
    return _submit(
        loan,
        base=f"call:{loan.pk}:{times.newest}",
        kind="call",
        contract="LoanBook",
        function="call",
        args=lambda: [_proofs(ids, times.newest), _proofs(ids, times.previous)],
    )


def _call_overdue(loan: Loan, held: Sequence[Pledge], now: int, paused: Pauses) -> bool:
    return _with_newest(
        loan,
        held,
        now,
        withheld=loan.state.is_overdue(now, pauses=paused, longer=WITHHELD_AFTER_S),
        kind="call",
        contract="LoanBook",
        function="callOverdue",
    )


def open_auctions(*, now: int) -> int:
    """Ask for the auction of every called loan whose cure window has passed, as far as its lane has
    room for the value; the others wait for a lot to be sold, or for the next close.
    """
    stopped, lots = stopped_seconds(now), lane_lots()
    silent = clock().is_silent(now, ttl=oracle_parameters().ttl)
    called = list(Loan.objects.filter(status=Status.CALLED).order_by("called_at", "loan_id"))
    held = pledges_of(called, now=now)
    asked = 0
    for loan in called:
        pledged = held[loan.pk]
        from_ = sellable_from(loan.state, stopped=stopped, holds_lrt=_holds_lrt(pledged))
        if not pledged or now < from_:
            continue
        worth = first_lot_worth(loan, pledged, silent=silent)
        if lots[loan.lane_id].admits(worth) and _open_auction(loan, pledged, now, stopped):
            lots[loan.lane_id] = lots[loan.lane_id].begun(worth)
            asked += 1
    return asked


def _open_auction(loan: Loan, held: Sequence[Pledge], now: int, stopped: int) -> bool:
    return _with_newest(
        loan,
        held,
        now,
        withheld=now >= cure_until(loan.state, stopped=stopped) + WITHHELD_AFTER_S,
        kind="auction",
        contract="AuctionHouse",
        function="open",
    )


def _holds_lrt(held: Sequence[Pledge]) -> bool:
    return any(pledge.item.lrt_amount for pledge in held)


def take_for_reserve(*, now: int) -> int:
    """Ask the reserve to take every lot whose price has reached the floor (rule C4)."""
    lots = AuctionLot.objects.filter(status=LotStatus.RUNNING).select_related("loan")
    stopped = stopped_seconds(now)
    return sum(
        _submit(
            lot.loan,
            base=f"reserve:{lot.pk}:{now // HOUR_S}",
            kind="reserve",
            contract="AuctionHouse",
            function="takeForReserve",
            args=list,
        )
        for lot in lots
        if lot.path.at_floor(lot.elapsed_s(now=now, stopped=stopped))
    )


def _with_newest(
    loan: Loan,
    held: Sequence[Pledge],
    now: int,
    *,
    withheld: bool,
    kind: str,
    contract: str,
    function: str,
) -> bool:
    """Submit with newest-round proofs, or with none while the oracle is silent (rule V4).

    A missing value stops nothing once it counts as withheld, or when its asset lost its standing.
    """
    times = clock()
    silent = times.is_silent(now, ttl=oracle_parameters().ttl)
    needed = [pledge for pledge in held if pledge.active and not withheld]
    if not silent and any(pledge.pair.newest is None for pledge in needed):
        return False
    ids = [] if silent else [pledge.oracle_id for pledge in held]
    return _submit(
        loan,
        base=f"{function}:{loan.pk}:{loan.called_at}:{'silent' if silent else times.newest}",
        kind=kind,
        contract=contract,
        function=function,
        args=lambda: [_proofs(ids, times.newest)],
    )


def _submit(loan: Loan, *, base: str, kind: str, contract: str, function: str, args: Any) -> bool:
    """Submit a call about a loan on its lane, unless one is under way; return whether it was."""
    key = next_key(base, most=MOST_ATTEMPTS)
    if key is None:
        return False
    submit_call(
        client_key=key,
        kind=kind,
        contract=contract,
        function=function,
        args=[loan.pk, *args(), card_words(loan)],
        lane=loan.lane_id,
    )
    return True


def _proofs(oracle_ids: Sequence[int], round_number: int) -> list[Any]:
    if not oracle_ids:
        return []
    return list(proofs(asset_ids=oracle_ids, round_number=round_number))
