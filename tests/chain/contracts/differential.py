"""Cases for the comparison of Python's formulas with Solidity's, and Python's results.

Each group draws a row of inputs from a seeded generator and computes the results with
`lending/domain`. What a row holds is written at the function of the same name in
`contracts/test/differential/Exposed.sol`.
"""

from collections.abc import Callable
from random import Random

from lending.domain import auction, health, interest, pool
from lending.domain.clock import PAUSE_LENGTH_S
from lending.domain.health import Item, Pair, Terms
from lending.domain.lanes import LaneSums
from lending.domain.loans import LoanState, Status, apply_charge
from lending.domain.pauses import NO_PAUSES, Pauses
from lending.domain.pool import FillKind, Requests, Tranches
from lending.domain.schedule import ScheduleKind
from lending.domain.units import SCALE

HOUR, DAY = 3_600, 86_400
T0 = 1_700_000_000
MOST_PRINCIPAL = 10**14
SENIOR_RATE_BPS, SUBORDINATION_BPS = 500, 2_000
LOAN_STATUS = (Status.OPEN, Status.OPEN, Status.OPEN, Status.CALLED)
Row = list[int]
Case = tuple[Row, Row]
Group = Callable[[Random], Case]


def amount(draw: Random, most: int = MOST_PRINCIPAL) -> int:
    """Return an amount of any size: small ones are as likely as large ones."""
    return min(most, draw.choice((0, 1, most, draw.randrange(2 ** draw.randrange(1, 60)))))


def positive(draw: Random, most: int = MOST_PRINCIPAL) -> int:
    return max(1, amount(draw, most))


def bps(draw: Random, most: int = 10_000) -> int:
    return draw.choice((0, 1, most, draw.randrange(most + 1)))


def a_loan(draw: Random) -> tuple[LoanState, Row, int]:
    """Return a loan, its first five inputs, and a moment."""
    loan = LoanState(
        principal=amount(draw),
        rate_bps=bps(draw, 5_000),
        accrued_scaled=amount(draw, 10**9) * SCALE // draw.choice((1, 3, 7)) + draw.randrange(3),
        last_accrual=T0 + draw.randrange(10**8),
        status=draw.choice(LOAN_STATUS),
        base_principal=positive(draw),
        schedule=draw.choice(list(ScheduleKind)),
        instalments=draw.randrange(1, 361),
        interval=draw.choice((DAY, 30 * DAY, draw.randrange(DAY, 366 * DAY))),
        opened_at=T0 - draw.randrange(10**8),
        grace_period=draw.choice((0, DAY, draw.randrange(60 * DAY))),
        cure_window=0,
        late_fee_bps=bps(draw, 1_000),
    )
    row = [loan.principal, loan.rate_bps, loan.accrued_scaled, loan.last_accrual, loan.status]
    return loan, row, loan.last_accrual + draw.choice((0, 1, DAY, draw.randrange(4 * 10**8)))


def interest_group(draw: Random) -> Case:
    loan, row, now = a_loan(draw)
    return [*row, now], [loan.interest_scaled(now), loan.debt_up(now)]


def payment(draw: Random) -> Case:
    loan, row, now = a_loan(draw)
    debt, scaled = loan.debt_up(now), loan.interest_scaled(now)
    whole = scaled // SCALE
    paid = draw.choice((0, debt, whole, max(debt - 1, 0), draw.randrange(debt + 1)))
    after = interest.after_payment(principal=loan.principal, interest_scaled=scaled, amount=paid)
    return [*row, now, paid], [*after]


def charge(draw: Random) -> Case:
    loan, row, now = a_loan(draw)
    row[4] = Status.OPEN
    charged, _ = apply_charge(_opened(loan), index=1, now=now)
    inputs = [*row, now, loan.base_principal, loan.late_fee_bps, loan.instalments]
    return inputs, [charged.accrued_scaled]


def lane_part(draw: Random) -> Case:
    loan, row, _ = a_loan(draw)
    part = loan.lane_part()
    return row, [part.a, part.b]


def schedule(draw: Random) -> Case:
    loan, row, now = a_loan(draw)
    plan = loan.plan()
    if draw.random() < 0.5:
        index = draw.randrange(1, plan.instalments + 1)
        now = max(
            loan.last_accrual,
            plan.due_at(index) + plan.grace_period + draw.choice((-1, 0, 1, plan.interval)),
        )
    debt = loan.debt_up(now)
    prefunded = min(debt, amount(draw))
    index = plan.reached(now - plan.grace_period)
    if index and draw.random() < 0.5:
        prefunded = max(0, debt - plan.allowed_at(index, now) - draw.choice((0, 1)))
    prefunded = min(prefunded, 2**56 - 1)
    reached = plan.reached(now)
    overdue = plan.is_overdue(debt=debt, prefunded=prefunded, now=now, pauses=NO_PAUSES)
    terms = [plan.kind, plan.base_principal, plan.instalments, plan.interval, plan.opened_at]
    return (
        [*row, now, prefunded, *terms, plan.grace_period],
        [reached, plan.outstanding_after(reached), int(overdue)],
    )


def grace_cutoff(draw: Random) -> Case:
    """Pauses begun, renewed while they run or later, and ended before they lapse."""
    now, spans, row = T0, [], []
    for _ in range(draw.randrange(12)):
        now += draw.choice((0, 1, HOUR, draw.randrange(PAUSE_LENGTH_S), draw.randrange(40 * DAY)))
        runs = bool(spans) and now < spans[-1][1]
        if runs:
            spans[-1] = (spans[-1][0], now)
        length = 0 if runs and draw.random() < 0.5 else PAUSE_LENGTH_S
        if length:
            spans.append((now, now + length))
        row += [now, length]
    now += draw.choice((0, 1, PAUSE_LENGTH_S - 1, PAUSE_LENGTH_S, draw.randrange(90 * DAY)))
    grace = draw.choice((0, 1, DAY, 62 * DAY, draw.randrange(62 * DAY)))
    if spans and draw.random() < 0.5:
        began, ends = draw.choice(spans)
        grace = max(0, now - draw.choice((began, ends)) + draw.choice((-1, 0, 1)))
    return [now, grace, *row], [Pauses(spans=tuple(spans)).grace_cutoff(now, grace=grace)]


def freshness(draw: Random) -> Case:
    attested, valid, fresh, now = _attestation(draw)
    result = health.freshness_bps(attested_at=attested, valid_until=valid, fresh_for=fresh, now=now)
    return [attested, valid, fresh, now], [result]


def borrowing_limit(draw: Random) -> Case:
    attested, valid, fresh, now = _attestation(draw)
    lower, cap, ltv = amount(draw), amount(draw), bps(draw)
    price, tokens, token_ltv = amount(draw, 10**12), amount(draw, 10**24), bps(draw)
    asset = Item(
        token_id=1,
        terms=_terms(max_ltv_bps=ltv, fresh_for=fresh),
        appraisal_cap=cap,
        attested_at=attested,
        valid_until=valid,
    )
    lrt = Item(token_id=0, terms=_terms(max_ltv_bps=token_ltv), lrt_amount=tokens)
    limit = health.borrowing_limit([(asset, lower), (lrt, price)], now=now)
    row = [attested, valid, fresh, now, lower, cap, ltv, price, tokens, token_ltv]
    return row, [limit]


def calling_limit(draw: Random) -> Case:
    previous, cap, ltv, move = amount(draw), amount(draw), bps(draw), bps(draw)
    near = previous * draw.choice((10_000 - move, 10_000 + move, 10_000)) // 10_000
    newest = draw.choice((amount(draw), max(0, near + draw.choice((-1, 0, 1)))))
    prices = amount(draw, 10**12), amount(draw, 10**12)
    tokens, token_ltv = amount(draw, 10**24), bps(draw)
    asset = Item(token_id=1, terms=_terms(liquidation_ltv_bps=ltv), appraisal_cap=cap)
    lrt = Item(token_id=0, terms=_terms(liquidation_ltv_bps=token_ltv), lrt_amount=tokens)
    pair = Pair(newest=newest, previous=previous)
    token_pair = Pair(newest=prices[0], previous=prices[1])
    values = [(asset, _called(asset, pair)), (lrt, _called(lrt, token_pair))]
    moved = health.moved_too_far(pair, move_limit_bps=move)
    row = [newest, previous, cap, ltv, *prices, tokens, token_ltv, move]
    return row, [health.liquidation_limit(values), int(moved)]


def price(draw: Random) -> Case:
    value, start_bps = amount(draw), draw.randrange(10_000, 20_001)
    recovery, duration = bps(draw), draw.randrange(1, 30 * DAY)
    elapsed = draw.choice((0, 1, duration - 1, duration, draw.randrange(2 * duration)))
    path = auction.PricePath(
        start_price=auction.start_price(value=value, auction_start_bps=start_bps),
        floor_price=auction.floor_price(value=value, recovery_bps=recovery),
        duration=duration,
    )
    row = [value, start_bps, recovery, duration, elapsed]
    return row, [path.start_price, path.floor_price, path.price(elapsed)]


def lrt_lot(draw: Random) -> Case:
    held, debt, unit = amount(draw, 10**24), amount(draw), amount(draw, 10**12)
    return [held, debt, unit], [*auction.lrt_lot(lrt_amount=held, debt=debt, price=unit)]


def nav(draw: Random) -> Case:
    cash, now = amount(draw), T0 + draw.randrange(10**9)
    row, lanes = [cash, now], []
    for _ in range(draw.randrange(9)):
        b = positive(draw) * bps(draw, 5_000)
        a = positive(draw) * SCALE - b * (now - draw.randrange(10**8)) + draw.randrange(SCALE)
        lane = LaneSums(a=a, b=b, cash=amount(draw), impaired=amount(draw))
        lanes.append(lane)
        row += [lane.a, lane.b, lane.cash, lane.impaired]
    return row, [pool.nav(cash=cash, lanes=lanes, now=now)]


def shares(draw: Random) -> Case:
    one, value, all_shares = amount(draw), amount(draw), amount(draw, 10**20)
    return [one, value, all_shares], [
        pool.shares_for(assets=one, value=value, shares=all_shares),
        pool.assets_for(shares_in=one, value=value, shares=all_shares),
    ]


def pro_rata(draw: Random) -> Case:
    senior, junior = amount(draw), amount(draw)
    cash = draw.choice((amount(draw), senior + junior, max(0, senior + junior - 1)))
    return [senior, junior, cash], [*pool.pro_rata(senior=senior, junior=junior, cash=cash)]


def minimum_junior(draw: Random) -> Case:
    senior, least = amount(draw), bps(draw, 8_000)
    return [senior, least], [pool.minimum_junior(senior=senior, subordination_bps=least)]


def utilisation(draw: Random) -> Case:
    lent, worth = amount(draw), amount(draw)
    return [lent, worth], [pool.utilisation_bps(nav=worth, lent=lent)]


def close(draw: Random) -> Case:
    """Draw a whole close of the pool: see `ExposedPool.sol`."""
    before = _tranches(draw)
    cash, lent = amount(draw), amount(draw)
    worth = draw.choice((cash + lent, max(cash, before.senior + before.junior)))
    seconds = DAY * draw.randrange(1, 60) + draw.randrange(DAY)
    requests = Requests(
        deposits=(amount(draw), amount(draw)),
        redemptions=(
            draw.randrange(before.senior_shares + 1),
            draw.randrange(before.junior_shares + 1),
        ),
    )
    flowed = pool.waterfall(
        before=before, nav=worth, senior_rate_bps=SENIOR_RATE_BPS, seconds=seconds
    )
    after, fills = pool.fill_requests(
        before=flowed.tranches,
        requests=requests,
        cash=cash,
        min_subordination_bps=SUBORDINATION_BPS,
    )
    moved = sum(one.assets if one.kind is FillKind.DEPOSIT else -one.assets for one in fills)
    row = [*_books(before), cash, *requests.deposits, *requests.redemptions, worth, seconds]
    held = sum(requests.deposits) - moved
    return row, [*_books(after), cash + moved, held, flowed.senior_loss, flowed.junior_loss]


GROUPS: dict[str, Group] = {
    "interest": interest_group,
    "payment": payment,
    "charge": charge,
    "lanePart": lane_part,
    "schedule": schedule,
    "graceCutoff": grace_cutoff,
    "freshness": freshness,
    "borrowingLimit": borrowing_limit,
    "callingLimit": calling_limit,
    "price": price,
    "lrtLot": lrt_lot,
    "nav": nav,
    "shares": shares,
    "proRata": pro_rata,
    "minimumJunior": minimum_junior,
    "utilisation": utilisation,
}


def _opened(loan: LoanState) -> LoanState:
    return LoanState(**{**vars(loan), "status": Status.OPEN})


def _attestation(draw: Random) -> Row:
    attested, life = T0 + draw.randrange(10**8), draw.randrange(1, 10**8)
    fresh = draw.choice((0, life, life + 1, draw.randrange(life + 1)))
    now = attested + draw.choice((0, fresh, fresh + 1, life, life + 1, draw.randrange(life + 1)))
    return [attested, attested + life, fresh, now]


def _terms(**given: int) -> Terms:
    names = Terms.__dataclass_fields__
    return Terms(**{name: given.get(name, 0) for name in names})


def _called(item: Item, pair: Pair) -> int:
    value = health.calling_value(item, pair)
    assert value is not None
    return value


def _tranches(draw: Random) -> Tranches:
    senior, junior = amount(draw), amount(draw)
    due = draw.choice((senior, senior, senior + amount(draw)))
    return Tranches(
        senior=senior,
        junior=junior,
        senior_due=due,
        senior_shares=draw.choice((senior * 1_000, amount(draw, 10**18))),
        junior_shares=draw.choice((junior * 1_000, amount(draw, 10**18))),
    )


def _books(tranches: Tranches) -> Row:
    return [
        tranches.senior,
        tranches.junior,
        tranches.senior_due,
        tranches.senior_shares,
        tranches.junior_shares,
    ]
