"""Which observations may move a value, and the code of each refusal."""

import math

import pytest

from oracles.domain.errors import ObservationRefused
from oracles.domain.observations import check, read_value
from oracles.domain.parameters import CLASS_MODELS, LRT_CLASS_ID
from oracles.domain.quantities import WEI, ObservationKind, Unit
from tests.unit.oracles.factories import NOW, USD, observation

HOUSE, GPU = 1, 10


def refusal(given, *, class_id=HOUSE, last_amount=None):
    with pytest.raises(ObservationRefused) as refused:
        check(given, class_id=class_id, now=NOW, last_amount=last_amount)
    assert str(refused.value).endswith(".")
    return refused.value.code


def accepted(given, *, class_id=HOUSE, last_amount=None):
    check(given, class_id=class_id, now=NOW, last_amount=last_amount)
    return True


@pytest.mark.parametrize("raw", [5, "5", " 5 "])
def test_a_whole_number_or_its_digits_are_read(raw):
    assert read_value(raw) == 5


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("28.500", "AMBIGUOUS_NUMBER"),
        ("1,234", "AMBIGUOUS_NUMBER"),
        ("1 234", "AMBIGUOUS_NUMBER"),
        ("+5", "AMBIGUOUS_NUMBER"),
        ("NaN", "NOT_A_NUMBER"),
        ("", "NOT_A_NUMBER"),
        ("0x10", "NOT_A_NUMBER"),
        ("٣", "NOT_A_NUMBER"),
        ("1e9", "NOT_A_NUMBER"),
        ("9" * 79, "AMBIGUOUS_NUMBER"),
        (1.5, "NOT_AN_INTEGER"),
        (2.0, "NOT_AN_INTEGER"),
        (math.nan, "NOT_A_NUMBER"),
        (math.inf, "NOT_A_NUMBER"),
        (True, "NOT_A_NUMBER"),
        (None, "NOT_A_NUMBER"),
        ([5], "NOT_A_NUMBER"),
    ],
)
def test_whatever_is_not_plainly_a_whole_number_is_refused(raw, code):
    with pytest.raises(ObservationRefused) as refused:
        read_value(raw)

    assert refused.value.code == code


def test_a_negative_number_is_read_and_then_refused():
    assert read_value("-5") == -5
    assert refusal(observation(-5)) == "NOT_POSITIVE"


def test_zero_is_refused():
    assert refusal(observation(0)) == "NOT_POSITIVE"


def test_a_value_below_one_base_unit_is_refused():
    assert refusal(observation(1, scale=7)) == "TOO_SMALL"
    assert accepted(observation(1, scale=6))


def test_the_class_limit_is_accepted_and_one_unit_more_is_refused():
    limit = CLASS_MODELS[HOUSE].max_value_units

    assert accepted(observation(limit))
    assert refusal(observation(limit + 1)) == "TOO_LARGE"


def test_a_future_date_is_refused_beyond_a_minute_of_skew():
    assert accepted(observation(observed_at=NOW + 60))
    assert refusal(observation(observed_at=NOW + 61)) == "FUTURE_DATED"


@pytest.mark.parametrize("moment", [0, -1])
def test_a_date_that_is_no_moment_is_refused(moment):
    assert refusal(observation(observed_at=moment)) == "BAD_TIME"


@pytest.mark.parametrize("scale", [-1, 19])
def test_a_scale_out_of_range_is_refused(scale):
    assert refusal(observation(scale=scale)) == "BAD_SCALE"


@pytest.mark.parametrize(
    ("kind", "unit"),
    [
        (ObservationKind.APPRAISAL, Unit.USD_PER_HOUR),
        (ObservationKind.SALE, Unit.ETH),
        (ObservationKind.RENTAL_INCOME, Unit.USD),
    ],
)
def test_a_unit_that_does_not_fit_the_kind_is_refused(kind, unit):
    assert refusal(observation(kind=kind, unit=unit), class_id=GPU) == "UNIT_MISMATCH"


def test_a_kind_that_the_class_does_not_use_is_refused():
    rent = observation(41 * USD, kind=ObservationKind.RENTAL_INCOME, unit=Unit.USD_PER_HOUR)
    nav = observation(WEI, kind=ObservationKind.NAV, unit=Unit.ETH, scale=18)

    assert refusal(rent, class_id=HOUSE) == "KIND_NOT_USED"
    assert accepted(rent, class_id=GPU)
    assert refusal(nav, class_id=GPU) == "KIND_NOT_USED"
    assert accepted(nav, class_id=LRT_CLASS_ID)


def test_an_unknown_class_is_refused():
    assert refusal(observation(), class_id=99) == "CLASS_UNKNOWN"


def test_a_source_may_move_eightfold_but_not_more():
    assert accepted(observation(800 * USD), last_amount=100 * USD)
    assert refusal(observation(800 * USD + 1), last_amount=100 * USD) == "JUMP"
    assert accepted(observation(100 * USD), last_amount=800 * USD)
    assert refusal(observation(100 * USD - 1), last_amount=800 * USD) == "JUMP"


@pytest.mark.parametrize(
    ("wei", "code"), [(WEI // 10 - 1, "OUT_OF_BOUNDS"), (10 * WEI + 1, "OUT_OF_BOUNDS")]
)
def test_a_nav_outside_its_bounds_is_refused(wei, code):
    given = observation(wei, kind=ObservationKind.NAV, unit=Unit.ETH, scale=18)

    assert refusal(given, class_id=LRT_CLASS_ID) == code


def test_scales_are_taken_into_account():
    cents = observation(12_345, scale=2)
    whole_dollars = observation(123, scale=0)

    assert cents.amount == 123_450_000
    assert whole_dollars.amount == 123_000_000


FORCED, REWARD = ObservationKind.FORCED_SALE, ObservationKind.TOKEN_REWARD


@pytest.mark.parametrize(
    "kind",
    [ObservationKind.INDEXED_SALE, ObservationKind.DEPRECIATED, ObservationKind.MODEL, FORCED],
)
def test_derived_and_forced_prices_count_for_things_and_not_for_tokens(kind):
    assert accepted(observation(kind=kind))
    assert refusal(observation(kind=kind), class_id=LRT_CLASS_ID) == "KIND_NOT_USED"


def test_minted_rewards_are_no_income():
    minted = observation(kind=REWARD, unit=Unit.USD_PER_MONTH)

    assert refusal(minted, class_id=11) == "NOT_DEMAND_PAID"


@pytest.mark.parametrize("kind", [ObservationKind.SLASHING, ObservationKind.BACKING])
def test_a_share_may_be_nothing_and_has_an_upper_end(kind):
    most = 10_000 if kind == ObservationKind.SLASHING else 1_000_000
    told = {"kind": kind, "unit": Unit.RATIO, "scale": 4}

    assert accepted(observation(0, **told), class_id=LRT_CLASS_ID)
    assert accepted(observation(most, **told), class_id=LRT_CLASS_ID)
    assert refusal(observation(most + 1, **told), class_id=LRT_CLASS_ID) == "OUT_OF_BOUNDS"
    assert refusal(observation(-1, **told), class_id=LRT_CLASS_ID) == "OUT_OF_BOUNDS"


def test_a_share_in_dollars_is_refused():
    told = observation(5_000, kind=ObservationKind.SLASHING, scale=4)

    assert refusal(told, class_id=LRT_CLASS_ID) == "UNIT_MISMATCH"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"value": 0}, "NOT_POSITIVE"),
        ({"value": -5}, "NOT_POSITIVE"),
        ({"value": 10**30}, "TOO_LARGE"),
        ({"value": 500_000_001, "scale": 0}, "TOO_LARGE"),
        ({"value": 100_000 * USD, "scale": 18}, "TOO_SMALL"),
        ({"value": 100_000 * USD, "scale": 19}, "BAD_SCALE"),
        ({"unit": Unit.ETH}, "UNIT_MISMATCH"),
        ({"observed_at": NOW + 61}, "FUTURE_DATED"),
        ({"observed_at": 0}, "BAD_TIME"),
    ],
)
def test_bad_values_are_refused_for_every_kind_of_price(given, code):
    for kind in (ObservationKind.APPRAISAL, ObservationKind.MODEL, FORCED):
        told = {"value": 100_000 * USD} | given

        assert refusal(observation(kind=kind, **told)) == code
