"""States, things and journals in words."""

import pytest

from collateral.domain.classes import CLASSES
from portal.domain import journal, states, things

USD = 1_000_000


@pytest.mark.parametrize(
    ("headroom", "overdue", "expected"),
    [
        (1_000, False, states.STEADY),
        (999, False, states.WATCH),
        (-1, False, states.WATCH),
        (5_000, True, states.WATCH),
        (None, False, states.UNKNOWN),
    ],
)
def test_an_open_loan_is_watched_when_it_is_near_its_call_or_late(headroom, overdue, expected):
    state = states.loan_state(status="open", headroom_bps=headroom, overdue=overdue)

    assert state == expected


@pytest.mark.parametrize("status", ["called", "auctioned", "repaid", "closed", "written_off"])
def test_what_has_happened_counts_more_than_headroom(status):
    state = states.loan_state(status=status, headroom_bps=9_000)

    assert state.key != "steady"


def test_the_three_states_differ_in_shape_and_word():
    three = (states.STEADY, states.WATCH, states.CALLED)

    assert len({state.shape for state in three}) == 3
    assert len({state.word for state in three}) == 3


def test_the_worst_state_speaks_for_all():
    assert states.worst([states.STEADY, states.CALLED, states.WATCH]) == states.CALLED
    assert states.worst([]) == states.STEADY


def test_every_class_has_a_noun():
    assert {one.code for one in CLASSES} == set(things.NOUNS)


@pytest.mark.parametrize(
    ("code", "attributes", "expected"),
    [
        ("art", {"title": "Small Form", "artist": "Hepworth"}, "Small Form, Hepworth"),
        ("car", {"maker": "Toyota", "model": "Camry", "vin": "X"}, "Toyota Camry"),
        ("real_estate", {"floor_area_cm2": 1_200_000, "address": "1 Elm"}, "Property, 120 m²"),
        ("collectible", {"weight_mct": 1_250}, "Collectible, 1.25 carat"),
        ("gpu_server", {}, "GPU server"),
        ("real_estate", {"address": "1 Elm Street"}, "Property"),
    ],
)
def test_a_title_names_the_thing_without_identifying_it(code, attributes, expected):
    title = things.title(code, attributes)

    assert title == expected


@pytest.mark.parametrize(
    ("codes", "tokens", "expected"),
    [
        (["real_estate"], "", "Property"),
        (["car", "truck", "car"], "", "2 cars and 1 truck"),
        (["car", "car", "truck"], "12.5", "2 cars, 1 truck and 12.5 restaking tokens"),
        ([], "3", "3 restaking tokens"),
    ],
)
def test_a_basket_is_a_list_in_prose(codes, tokens, expected):
    assert things.basket(codes, tokens) == expected


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        ("cm2", 1_200_000, "120 m²"),
        ("m", 48_200_000, "48,200 km"),
        ("w", 2_200_000, "2,200 kW"),
        ("w", 5_500, "5.5 kW"),
        ("mct", 1_250, "1.25 carat"),
        ("months", 30, "2 years 6 months"),
        ("units", 15_920_000, "$15.92"),
        ("", 1974, "1974"),
        ("", "Bronze", "Bronze"),
    ],
)
def test_attributes_are_shown_in_the_unit_that_people_use(unit, value, expected):
    assert things.attribute(unit, value) == expected


def test_a_call_says_why_and_until_when_it_can_be_cured():
    text = journal.sentence(
        "called", 210_000 * USD, "", {"reason": "health", "cure_until": 1_800_000_000}
    )

    assert "because its collateral is worth too little" in text
    assert "It can be cured until 15 Jan 2027, 08:00 UTC." in text


def test_a_sale_tells_debt_from_surplus():
    text = journal.sentence("sold", 200 * USD, "", {"to_debt": 150 * USD, "surplus": 50 * USD})

    assert text == "Of $200.00 from the sale, $150.00 paid debt, and $50.00 is the borrower's."


def test_an_unknown_line_is_still_readable():
    assert journal.sentence("terms_extended", 0, "", {}) == "Terms extended."


@pytest.mark.parametrize("name", sorted(journal._SENTENCES))
def test_every_sentence_ends_and_leaves_chain_words_out(name):
    text = journal.sentence(name, 5 * USD, "0x" + "1" * 40, {})

    assert text.endswith(".")
    assert not {"gas", "nonce", "calldata", "relayer"} & set(text.lower().split())
