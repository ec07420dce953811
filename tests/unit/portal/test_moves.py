"""Why a value moved, in words."""

from dataclasses import replace

from oracles.selectors import NewWord, ValueMove
from portal.domain.moves import move_sentences

USD = 1_000_000
FELL = ValueMove(
    before=400_000 * USD,
    after=392_000 * USD,
    before_at=1_800_000_000,
    after_at=1_800_086_400,
    target=350_000 * USD,
    sources_before=2,
    sources_after=2,
    models_changed=False,
    news=[
        NewWord(
            source="Calder",
            kind="Appraisal",
            amount=350_000 * USD,
            before=410_000 * USD,
            unit="usd",
            observed_at=1_800_050_000,
        )
    ],
)


def test_a_fall_names_both_values_and_what_was_newly_said():
    said = move_sentences(FELL)

    assert said[0] == "It fell from $400,000 on 15 Jan 2027 to $392,000 on 16 Jan 2027."
    assert said[1] == "Calder now says $350,000 (appraisal), $410,000 before."


def test_a_value_that_is_held_back_says_where_it_goes():
    assert "The estimate stands at $350,000." in move_sentences(FELL)[-1]


def test_a_value_at_its_estimate_says_nothing_of_limits():
    said = move_sentences(replace(FELL, target=FELL.after))

    assert not any("estimate" in one for one in said)


def test_a_source_that_no_longer_counts_is_a_reason():
    said = move_sentences(replace(FELL, news=[], sources_after=1))

    assert said[1].startswith("1 source counted instead of 2")


def test_a_value_that_moves_without_news_goes_on_to_its_estimate():
    assert "went on towards its estimate" in move_sentences(replace(FELL, news=[]))[1]


def test_a_value_that_stayed_says_so():
    said = move_sentences(replace(FELL, after=FELL.before, target=FELL.before, news=[]))

    assert said == ["It stayed at $400,000 between 15 Jan 2027 and 16 Jan 2027."]


def test_sources_that_fell_silent_are_told_beside_what_others_said():
    said = move_sentences(replace(FELL, sources_after=1))

    assert said[1].startswith("Calder now says")
    assert said[2].startswith("1 source counted instead of 2")


def test_changed_models_are_a_reason():
    said = move_sentences(replace(FELL, news=[], models_changed=True))

    assert said[1] == "The models were changed between the two rounds."
    assert not any("Nothing new" in one for one in said)


def test_a_cap_is_told_as_what_two_people_decided():
    cap = replace(FELL.news[0], caps=True)

    set_by_two = move_sentences(replace(FELL, news=[cap]))
    lifted = move_sentences(replace(FELL, news=[replace(cap, lifts=True)]))

    assert set_by_two[1] == "Two people decided that it is worth $350,000 at most."
    assert lifted[1] == "Two people lifted the cap on its value."


def test_a_rent_is_told_by_its_time():
    rent = replace(FELL.news[0], kind="Rental income", amount=16 * USD, unit="usd_per_hour")

    said = move_sentences(replace(FELL, news=[replace(rent, before=None)]))

    assert said[1] == "Calder spoke for the first time (rental income): $16.00 an hour."
