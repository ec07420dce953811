"""The vectors that the contracts meet too: one file, two languages, equal to the unit."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lending.domain import auction, health, interest, loans
from lending.domain.loans import Status
from lending.domain.pauses import NO_PAUSES, Pauses
from lending.domain.schedule import ScheduleKind
from tests.unit.lending.builders import a_loan, a_schedule

FILE = Path(__file__).resolve().parents[2] / "vectors" / "loan_math.json"
VECTORS = json.loads(FILE.read_text())


def debt(case: dict[str, int]) -> tuple[int, ...]:
    scaled = interest.accrued(
        principal=case["principal"],
        accrued_scaled=case["accrued_scaled"],
        last_accrual=case["last_accrual"],
        rate_bps=case["rate_bps"],
        now=case["now"],
    )
    return scaled, interest.debt_up(principal=case["principal"], interest_scaled=scaled)


def payment(case: dict[str, int]) -> tuple[int, ...]:
    return interest.after_payment(
        principal=case["principal"], interest_scaled=debt(case)[0], amount=case["amount"]
    )


def lane_part(case: dict[str, int]) -> tuple[int, ...]:
    part = a_loan(**case).lane_part()
    return part.a, part.b


def outstanding(case: dict[str, int]) -> tuple[int, ...]:
    schedule = a_schedule(
        kind=ScheduleKind(case["kind"]),
        base_principal=case["base_principal"],
        instalments=case["instalments"],
    )
    return (schedule.outstanding_after(case["index"]),)


def overdue(case: dict[str, int]) -> tuple[int, ...]:
    fields = {name: value for name, value in case.items() if name not in ("kind", "now")}
    loan = a_loan(schedule=ScheduleKind(case["kind"]), **fields)
    index = loan.plan().reached(case["now"] - loan.grace_period)
    return index, int(loan.is_overdue(case["now"], pauses=NO_PAUSES))


def grace_cutoff(case: dict[str, int]) -> tuple[int, ...]:
    spans = [(case[f"began_{i}"], case[f"ended_{i}"]) for i in (1, 2, 3) if case[f"began_{i}"]]
    return (Pauses(spans=tuple(spans)).grace_cutoff(case["now"], grace=case["grace"]),)


def late_fee(case: dict[str, int]) -> tuple[int, ...]:
    return (a_schedule(**case).late_fee(),)


def freshness(case: dict[str, int]) -> tuple[int, ...]:
    return (health.freshness_bps(**case),)


def price(case: dict[str, int]) -> tuple[int, ...]:
    value = case["value"]
    path = auction.PricePath(
        start_price=auction.start_price(value=value, auction_start_bps=case["auction_start_bps"]),
        floor_price=auction.floor_price(value=value, recovery_bps=case["recovery_bps"]),
        duration=case["duration"],
    )
    return path.start_price, path.floor_price, path.price(case["elapsed"])


def lrt_lot(case: dict[str, int]) -> tuple[int, ...]:
    return auction.lrt_lot(lrt_amount=case["held"], debt=case["debt"], price=case["price"])


def moved(case: dict[str, int]) -> tuple[int, ...]:
    pair = health.Pair(newest=case["newest"], previous=case["previous"])
    return (int(health.moved_too_far(pair, move_limit_bps=case["limit_bps"])),)


def sale(case: dict[str, int]) -> tuple[int, ...]:
    loan = replace(
        a_loan(principal=case["debt"]), status=Status.AUCTIONED, impaired=case["impaired"]
    )
    sold, _, to_debt, surplus = loans.apply_sale(
        loan, proceeds=case["proceeds"], now=loan.opened_at
    )
    return to_debt, surplus, sold.impaired


FORMULAS: dict[str, Callable[[dict[str, int]], tuple[int, ...]]] = {
    "interest": debt,
    "payment": payment,
    "lane_part": lane_part,
    "outstanding": outstanding,
    "overdue": overdue,
    "grace_cutoff": grace_cutoff,
    "late_fee": late_fee,
    "freshness": freshness,
    "price": price,
    "lrt_lot": lrt_lot,
    "moved": moved,
    "sale": sale,
}


def test_every_kind_of_vector_has_its_formula_here():
    assert set(VECTORS) == set(FORMULAS)


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_the_domain_gives_what_the_vectors_say(name):
    table = VECTORS[name]
    border = table["fields"].index(">")
    cases = [[int(value) for value in row] for row in table["cases"]]

    given = [
        FORMULAS[name](dict(zip(table["fields"][:border], row[:border], strict=True)))
        for row in cases
    ]

    assert len(cases) == table["count"] > 0
    assert [list(one) for one in given] == [row[border:] for row in cases]
