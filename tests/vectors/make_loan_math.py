"""Write `loan_math.json`, the vectors that the contracts and the Python domain both must meet.

A third, independent statement of the formulas, in exact fractions. Each case is a row of decimal
strings: first the inputs, then the results, in the order of `fields`.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

SCALE = 10_000 * 31_536_000
DAY = 86_400
T0 = 1_700_000_000
Row = Sequence[int]


def owed(principal: int, rate: int, accrued: int, last: int, now: int) -> Fraction:
    """Return the exact interest in ledger units."""
    return Fraction(accrued, SCALE) + Fraction(principal * rate, 10_000) * Fraction(
        now - last, 365 * DAY
    )


def interest(principal: int, rate: int, accrued: int, last: int, now: int) -> Row:
    """Return (scaled interest, debt rounded up)."""
    exact = owed(principal, rate, accrued, last, now)
    return [int(exact * SCALE), principal + ceil(exact)]


def payment(principal: int, rate: int, accrued: int, last: int, now: int, amount: int) -> Row:
    """Return (principal, scaled interest) after a payment."""
    exact = owed(principal, rate, accrued, last, now)
    if amount == principal + ceil(exact):
        return [0, 0]
    to_interest = min(amount, floor(exact))
    return [principal - (amount - to_interest), int((exact - to_interest) * SCALE)]


def lane_part(principal: int, rate: int, accrued: int, last: int) -> Row:
    """Return (a, b): the straight line whose value at `last` is the loan's debt then."""
    slope = principal * rate
    return [principal * SCALE + accrued - slope * last, slope]


def outstanding(kind: int, base: int, instalments: int, index: int) -> int:
    """Return the principal that a due date leaves outstanding."""
    if index >= instalments:
        return 0
    return base if kind else ceil(Fraction(base * (instalments - index), instalments))


def overdue(
    kind: int, base: int, rate: int, instalments: int, interval: int, opened: int, grace: int,
    principal: int, accrued: int, last: int, prefunded: int, now: int,
) -> Row:  # fmt: skip
    """Return (due date that counts, 1 when it is missed)."""
    index = max(0, min((now - grace - opened) // interval, instalments))
    if index == 0:
        return [0, 0]
    since = min(now - opened - index * interval, interval)
    share = Fraction(rate * since, SCALE)
    running = ceil(outstanding(kind, base, instalments, index - 1) * share)
    allowed = outstanding(kind, base, instalments, index) + running + ceil(running * share)
    debt = principal + ceil(owed(principal, rate, accrued, last, now))
    return [index, int(debt - prefunded > allowed)]


def grace_cutoff(now: int, grace: int, *ends: int) -> Row:
    """Return the last moment after which `grace` seconds without a pause have passed by `now`."""
    spans = list(zip(ends[::2], ends[1::2], strict=True))

    def passed(since: int) -> int:
        return now - since - sum(max(0, min(end, now) - max(began, since)) for began, end in spans)

    # What has passed since a moment only falls as the moment comes nearer.
    low, high = 0, now + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if passed(middle) >= grace else (low, middle)
    return [low]


def late_fee(base: int, fee_bps: int, instalments: int) -> Row:
    """Return the fee of one missed due date."""
    return [ceil(Fraction(base, instalments) * Fraction(fee_bps, 10_000))]


def freshness(attested: int, valid_until: int, fresh_for: int, now: int) -> Row:
    """Return the share of value that an attestation's age leaves, basis points, rounded down."""
    if now > valid_until:
        return [0]
    if now <= attested + fresh_for:
        return [10_000]
    aged = Fraction(now - attested - fresh_for, valid_until - attested - fresh_for)
    return [floor(10_000 - 5_000 * aged)]


def price(value: int, start_bps: int, recovery_bps: int, duration: int, elapsed: int) -> Row:
    """Return (start, floor, price now) of a lot."""
    start, least = ceil(Fraction(value * start_bps, 10_000)), value * recovery_bps // 10_000
    fallen = Fraction(min(elapsed, duration), duration)
    return [start, least, start - floor((start - least) * fallen)]


def lrt_lot(held: int, debt: int, unit_price: int) -> Row:
    """Return (tokens sold, cash due)."""
    sold = min(held, ceil(Fraction(debt * 10**18, unit_price))) if unit_price else held
    return [sold, ceil(Fraction(unit_price * sold, 10**18))]


def moved(previous: int, newest: int, limit: int) -> Row:
    """Return 1 when two consecutive values differ by more than the limit."""
    return [int(abs(newest - previous) * 10_000 > limit * previous)]


def sale(debt: int, impaired: int, proceeds: int) -> Row:
    """Return (to the debt, surplus, carrying value after): what was sold carries nothing."""
    to_debt = min(debt, proceeds)
    return [to_debt, proceeds - to_debt, min(debt - to_debt, max(0, impaired - to_debt))]


LOANS = [
    (100_000_000_000, 550, 0, T0),
    (1_000_000, 1300, 0, T0),
    (20_000_000_003, 900, 123_456_789_012, T0 + 1),
    (90_000_000_000_000, 2000, SCALE - 1, T0 + 77),
    (7, 1, 1, T0),
]
MOMENTS = [0, 1, 59, DAY, 30 * DAY, 365 * DAY, 4 * 365 * DAY + 1]


def interests() -> Iterator[Row]:
    """Return loans at moments."""
    for principal, rate, accrued, last in LOANS:
        for after in MOMENTS:
            yield principal, rate, accrued, last, last + after


def payments() -> Iterator[Row]:
    """Return payments around every edge: nothing, whole interest, one unit more, all."""
    for case in interests():
        exact = owed(*case)
        debt = case[0] + ceil(exact)
        edges = {0, 1, floor(exact), floor(exact) + 1, case[0] // 2, debt - 1, debt}
        yield from ((*case, amount) for amount in sorted(edges) if amount <= debt)


def overdues() -> Iterator[Row]:
    """Return an untouched loan and a loan paid to the unit, around grace and every due date."""
    base, rate, count, interval, grace = 100_000_000_000, 550, 6, 30 * DAY, 15 * DAY
    for kind in (0, 1):
        for index in (1, 3, 6):
            due = T0 + index * interval
            before, left = (outstanding(kind, base, count, k) for k in (index - 1, index))
            step = ceil(Fraction(before * rate * interval, SCALE))
            full = before - left + step
            for now in (due - 1, due + grace - 1, due + grace, due + 29 * DAY, due + 99 * DAY):
                head = (kind, base, rate, count, interval, T0, grace, before, 0, due - interval)
                for prefunded in (0, full - 1_000_000, full, before + 2 * step):
                    yield (*head, prefunded, now)


def graces() -> Iterator[Row]:
    """Return moments around the ends of pauses: one that lapsed, one ended early, one that runs."""
    week = 7 * DAY
    ended = (T0 + 37 * DAY, T0 + 40 * DAY)
    pauses = (T0, T0 + week, *ended, T0 + 70 * DAY, T0 + 70 * DAY + week)
    for grace in (0, 1, DAY, 15 * DAY, 30 * DAY, 31 * DAY, 62 * DAY):
        for edge in (*ended, T0 + 70 * DAY, T0 + 73 * DAY, T0 + 77 * DAY, T0 + 92 * DAY):
            yield from ((edge + shift, grace, *_begun(pauses, edge)) for shift in (0, 1, DAY))
        yield T0, grace, *(0,) * 6


def _begun(pauses: tuple[int, ...], now: int) -> tuple[int, ...]:
    """Return the pauses with those that begin later left out."""
    pairs = zip(pauses[::2], pauses[1::2], strict=True)
    return tuple(edge for pair in pairs for edge in (pair if pair[0] <= now else (0, 0)))


GROUPS: list[tuple[str, str, Callable[..., Row | int], list[Row]]] = [
    ("interest", "principal rate_bps accrued_scaled last_accrual now > interest_scaled debt_up",
     interest, list(interests())),
    ("payment", "principal rate_bps accrued_scaled last_accrual now amount"
     " > principal_after accrued_after", payment, list(payments())),
    ("lane_part", "principal rate_bps accrued_scaled last_accrual > a b", lane_part, list(LOANS)),
    ("outstanding", "kind base_principal instalments index > outstanding",
     lambda *row: [outstanding(*row)],
     [(kind, base, count, index) for kind in (0, 1) for base in (100_000_000_000, 1_000_001)
      for count in (1, 3, 7) for index in range(count + 2)]),
    ("overdue", "kind base_principal rate_bps instalments interval opened_at grace_period"
     " principal accrued_scaled last_accrual prefunded now > index overdue",
     overdue, list(overdues())),
    ("grace_cutoff", "now grace began_1 ended_1 began_2 ended_2 began_3 ended_3 > cutoff",
     grace_cutoff, list(graces())),
    ("late_fee", "base_principal late_fee_bps instalments > fee", late_fee,
     [(100_000_000_000, 300, 6), (1_000_000, 500, 7), (1_000_001, 1, 360), (5, 0, 1)]),
    ("freshness", "attested_at valid_until fresh_for now > bps", freshness,
     [(T0, T0 + 365 * DAY, 180 * DAY, T0 + after) for after in
      (0, 180 * DAY, 180 * DAY + 1, 200 * DAY, 300 * DAY + 7, 365 * DAY, 365 * DAY + 1)]
     + [(T0, T0 + DAY, 2 * DAY, T0 + DAY), (T0, T0 + DAY, 0, T0 + DAY // 2)]),
    ("price", "value auction_start_bps recovery_bps duration elapsed > start floor price", price,
     [(value, 11_500, 6_000, 7 * DAY, elapsed) for value in (400_000_000_000, 3_333_333, 1, 0)
      for elapsed in (0, 1, DAY + 1, 7 * DAY - 1, 7 * DAY, 9 * DAY)]),
    ("lrt_lot", "held debt price > sold due", lrt_lot,
     [(10 * 10**18, 12_345_678_901, 3_150_000_000), (10 * 10**18, 90_000_000_000, 3_150_000_000),
      (1, 5, 3), (10**18, 7, 0), (4 * 10**18 + 1, 3_000_000_001, 999_999_999)]),
    ("moved", "previous newest limit_bps > moved", moved,
     [(1000, 900, 1000), (1000, 899, 1000), (1000, 1100, 1000), (1000, 1101, 1000), (0, 1, 9)]),
    ("sale", "debt impaired proceeds > to_debt surplus impaired_after", sale,
     [(100, 80, 40), (100, 80, 90), (100, 100, 40), (100, 100, 130), (100, 10, 0)]),
]  # fmt: skip


def main() -> None:
    """Write the file beside this one."""
    groups = {
        name: {
            "fields": fields.split(),
            "cases": [[str(number) for number in (*row, *formula(*row))] for row in rows],
        }
        for name, fields, formula, rows in GROUPS
    }
    lines = []
    for name, group in groups.items():
        rows = ",\n  ".join(json.dumps(row) for row in group["cases"])
        lines.append(
            f' "{name}": {{"fields": {json.dumps(group["fields"])}, "count": '
            f'{len(group["cases"])}, "cases": [\n  {rows}]}}'
        )
    target = Path(__file__).with_name("loan_math.json")
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
