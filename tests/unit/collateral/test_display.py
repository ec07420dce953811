"""Words for people: exact in what they show, rounded down, never a float."""

import pytest

from collateral.domain.classes import class_by_code
from collateral.domain.display import (
    facts,
    field_label,
    flag_words,
    identifier_words,
    moment,
    readable,
    shortened,
    usd,
)

HOUSE = class_by_code("real_estate")
CAR = class_by_code("car")


@pytest.mark.parametrize(
    ("units", "words"),
    [
        (0, "$0.00"),
        (9_999, "$0.00"),
        (10_000, "$0.01"),
        (1_999_999, "$1.99"),
        (214_500_000_000, "$214,500.00"),
        (10**18, "$1,000,000,000,000.00"),
    ],
)
def test_ledger_units_are_dollars_and_cents_rounded_down(units, words):
    found = usd(units)

    assert found == words


def test_a_hash_is_known_by_its_beginning_and_end():
    assert shortened("0x" + "0123456789abcdef" * 4) == "0x01234567…abcdef"


@pytest.mark.parametrize(
    ("asset_class", "name", "value", "words"),
    [
        ("car", "price", 15_900_000_000, "$15,900.00"),
        ("car", "mileage", 28_646_323, "28,646 km"),
        ("car", "age", 36, "3 years"),
        ("real_estate", "floor_area", 1_040_514, "104 m²"),
        ("real_estate", "floor_area", 1_045_514, "104.5 m²"),
        ("energy", "nameplate", 250, "0.25 kW"),
        ("energy", "nameplate", 2_200_000, "2,200 kW"),
        ("collectible", "weight", 310, "0.31 ct"),
        ("lrt", "amount", 12_500_000_000_000_000_000, "12.5 tokens"),
        ("real_estate", "bedrooms", 3, "3"),
        ("real_estate", "address", "1 Elm St", "1 Elm St"),
    ],
)
def test_a_value_is_shown_with_its_unit(asset_class, name, value, words):
    field = class_by_code(asset_class).field_named(name)

    found = readable(field, value)

    assert found == words


def test_facts_come_in_the_order_of_the_class():
    found = facts(CAR, {"mileage_m": 1_000, "vin": "X", "price_units": 10**6, "unknown": 1})

    assert found == [("Price", "$1.00"), ("VIN", "X"), ("Mileage", "1 km")]


@pytest.mark.parametrize(
    ("name", "label"), [("vin", "VIN"), ("year_built", "Year built"), ("apn", "APN")]
)
def test_a_field_is_named_as_people_write_it(name, label):
    field = HOUSE.field_named(name) or CAR.field_named(name)

    assert field_label(field) == label


@pytest.mark.parametrize(
    ("canonical", "words"),
    [
        ("1M8GDM9AXKP042788", "1M8GDM9AXKP042788"),
        ("haas|vf-2|1145332", "haas · vf-2 · 1145332"),
        ("a\\|b|c", "a|b · c"),
        ("a\\\\b|c", "a\\b · c"),
    ],
)
def test_an_identifier_of_parts_is_shown_part_by_part(canonical, words):
    found = identifier_words(canonical)

    assert found == words


def test_a_chain_time_is_shown_to_the_minute():
    found = moment(1_795_000_000)

    assert found == "18 November 2026, 11:06 UTC"


@pytest.mark.parametrize(
    ("flag", "part"),
    [
        ("RECORD_ONLY", "record of a published file"),
        ("HOURLY_INCOME_FROM_PER-GPU", "read from the column per-gpu"),
        ("SOMETHING_NEW", "Something new."),
    ],
)
def test_every_flag_is_a_sentence(flag, part):
    found = flag_words(flag)

    assert part in found
    assert found.endswith(".")


def test_several_gpus_keep_their_capitals():
    fields = {field.name: field for field in class_by_code("gpu_server").fields}

    assert field_label(fields["gpus"]) == "GPUs"
    assert field_label(fields["gpu_memory"]) == "GPU memory"
