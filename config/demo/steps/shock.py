"""Prices fall; loans are called; some borrowers cure, other loans are auctioned."""

from collections.abc import Sequence

from config.demo.actors import Call
from config.demo.stage import DAY_S, Stage
from config.demo.steps import markets
from config.demo.steps.lending import late_payer
from config.demo.steps.values import hold_round
from config.demo.waiting import DemoFailure, wait_until
from lending import tasks
from lending.domain.loans import CallReason, Status
from lending.models import AuctionLot, Loan, LotStatus
from lending.selectors.cards import card_words, cards_of
from lending.selectors.valuing import assess
from oracles.selectors import newest_round, proofs
from settlement.selectors import chain_time

# Days of the job: rounds while prices fall (each may move a rented server's value by 15 %).
FALLING_DAYS = (34, 37, 40, 44)
CURING_ROUND_HOURS = (34, 68)
CURE_HOUR, AUCTION_HOUR, SALE_ROUND_HOUR = 20, 76, 100
HOUR_S = 3_600
FIRST_CALL_DAY = FALLING_DAYS[-1]
# Every so many called loans is cured, and at least one.
CURED_EVERY = 3
CURE_MARGIN_BPS = 100
BPS = 10_000
UNITS = 1_000_000


def prices_fall(stage: Stage) -> None:
    """Let rents halve over four rounds; the workers call what fell below its limit."""
    for day in FALLING_DAYS:
        hold_round(stage, stage.day(day), observe=markets.fall)
    tasks.charge_missed.delay()
    unhealthy = _unhealthy()
    late = late_payer()
    expected = unhealthy | ({late.pk} if late else set())
    wait_until(what="the late fee", done=lambda: late is None or _is_charged(late.pk))
    tasks.call_loans.delay()
    wait_until(
        what="margin calls",
        done=lambda: not Loan.objects.filter(pk__in=expected, status=Status.OPEN).exists(),
    )
    stage.progress.facts["called"] = [
        loan.pk for loan in Loan.objects.filter(status=Status.CALLED).order_by("loan_id")
    ]
    stage.say(f"  {len(stage.progress.facts['called'])} loans called")


def _is_charged(loan_id: int) -> bool:
    """Whether a loan's missed instalment is charged, or the loan called already."""
    loan = Loan.objects.get(pk=loan_id)
    return loan.charged_through > 0 or loan.status != Status.OPEN


def _unhealthy() -> set[int]:
    """Return the open loans that the rounds in force make callable."""
    standings = assess(list(Loan.objects.filter(status=Status.OPEN)), now=chain_time())
    return {loan_id for loan_id, standing in standings.items() if standing.is_unhealthy}


def cure(stage: Stage) -> None:
    """Every third borrower restores the opening limit from its own wallet, within the window."""
    called = [int(one) for one in stage.progress.facts["called"]]
    late = late_payer()
    chosen = [one for one in called if late is None or one != late.pk][::CURED_EVERY]
    stage.clock.advance_to(stage.day(FIRST_CALL_DAY) + CURE_HOUR * HOUR_S)
    loans = list(Loan.objects.filter(pk__in=chosen, status=Status.CALLED))
    stage.send([_cure(stage, loan) for loan in loans])
    wait_until(
        what="the cures to be seen",
        done=lambda: not Loan.objects.filter(pk__in=chosen, status=Status.CALLED).exists(),
    )
    stage.say(f"  {len(chosen)} loans cured")


def _cure(stage: Stage, loan: Loan) -> Call:
    """Pay what the newest values ask for, with proofs that anyone can fetch."""
    newest = newest_round()
    standing = assess([loan], now=stage.clock.now())[loan.pk]
    if newest is None or standing.cure_limit is None:
        raise DemoFailure(f"{loan} has no values in the newest round, so it cannot be cured now.")
    schedule = loan.state.plan()
    index = schedule.reached(stage.clock.now())
    keep = min(
        standing.cure_limit * (BPS - CURE_MARGIN_BPS) // BPS, schedule.outstanding_after(index)
    )
    amount = max(standing.debt - keep, 2 * UNITS)
    ids = [pledge.oracle_id for pledge in standing.pledges]
    path = proofs(asset_ids=ids, round_number=newest.number)
    data = stage.chain.encode("LoanBook", "cure", loan.pk, amount, path, card_words(loan))
    return Call(stage.cast.wallet(loan.borrower), stage.chain.address("LoanBook"), data)


def auctions(stage: Stage) -> None:
    """Keep the rounds coming through the cure window, then sell; the reserve takes the last lot."""
    called_at = stage.day(FIRST_CALL_DAY)
    for hour in CURING_ROUND_HOURS:
        hold_round(stage, called_at + hour * HOUR_S)
    stage.clock.advance_to(called_at + AUCTION_HOUR * HOUR_S)
    _wait_for_lots(CallReason.HEALTH)
    _bid_down(stage, hours=(12, 20, 28, 36), sale_round=called_at + SALE_ROUND_HOUR * HOUR_S)
    _to_reserve(stage)
    _sell_the_late(stage)
    _sell_the_rest(stage)


def _wait_for_lots(reason: CallReason) -> None:
    tasks.open_auctions.delay()
    wait_until(
        what="the auctions to open",
        done=lambda: not Loan.objects.filter(status=Status.CALLED, call_reason=reason).exists(),
    )


def _running() -> Sequence[AuctionLot]:
    return list(
        AuctionLot.objects.filter(status=LotStatus.RUNNING)
        .select_related("loan")
        .order_by("loan_id")
    )


def _bid_down(stage: Stage, *, hours: Sequence[int], sale_round: int) -> None:
    """Let bidders look at the clock again and again; each buys what it waited for."""
    lots = _running()
    begun = min((lot.started_at for lot in lots), default=stage.clock.now())
    patient = {lot.loan_id: place for place, lot in enumerate(lots)}
    for place, hour in enumerate(hours):
        moment = begun + hour * HOUR_S
        if moment > sale_round:
            hold_round(stage, sale_round)
        stage.clock.advance_to(moment)
        chosen = [
            lot
            for lot in _running()
            if patient.get(lot.loan_id, 0) % len(hours) == place
            and patient.get(lot.loan_id, 0) != len(lots) - 1
        ]
        _buy(stage, chosen)


def _buy(stage: Stage, lots: Sequence[AuctionLot]) -> None:
    """Buy lots at the clock's price, each bidder with its own highest price."""
    house = stage.chain.address("AuctionHouse")
    cards = cards_of([lot.loan for lot in lots])
    prices = stage.chain.calls(
        [("AuctionHouse", "priceOf", (lot.loan_id, cards[lot.loan_id])) for lot in lots]
    )
    bidders = stage.cast.bidders
    stage.send(
        [
            Call(
                bidders[place % len(bidders)],
                house,
                stage.chain.encode("AuctionHouse", "buy", lot.loan_id, price, cards[lot.loan_id]),
            )
            for place, (lot, price) in enumerate(zip(lots, prices, strict=True))
        ]
    )
    _wait_until_gone(lots, what="the sales to be seen")


def _wait_until_gone(lots: Sequence[AuctionLot], *, what: str) -> None:
    left = AuctionLot.objects.filter(pk__in=[lot.pk for lot in lots], status=LotStatus.RUNNING)
    wait_until(what=what, done=lambda: not left.exists())


def _to_reserve(stage: Stage) -> None:
    """Let what nobody wanted fall to the floor, where the workers hand it to the reserve."""
    lots = _running()
    if not lots:
        return
    longest = max(lot.started_at + lot.duration for lot in lots)
    for _ in range(3):
        hold_round(stage, max(longest, stage.clock.now()) + HOUR_S)
        longest = stage.clock.now() + DAY_S
        tasks.open_auctions.delay()
        if not _still_falling(stage):
            break
    _wait_until_gone(lots, what="the reserve's purchase")


def _still_falling(stage: Stage) -> bool:
    stopped = int(stage.chain.call("ValuationOracle", "stoppedSeconds"))
    now = stage.clock.now()
    return any(not lot.path.at_floor(lot.elapsed_s(now=now, stopped=stopped)) for lot in _running())


def _sell_the_late(stage: Stage) -> None:
    """Auction the loan whose instalment was missed: it needs no oracle (rule V4)."""
    late = Loan.objects.filter(call_reason=CallReason.OVERDUE, status=Status.CALLED).first()
    if late is None:
        return
    stage.clock.advance_to(late.called_at + late.cure_window + HOUR_S)
    _wait_for_lots(CallReason.OVERDUE)
    stage.clock.advance_to(stage.clock.now() + 30 * HOUR_S)


def _sell_the_rest(stage: Stage) -> None:
    """Let bidders take what is still for sale: later lots of baskets among it."""
    while lots := _running():
        _buy(stage, lots)
