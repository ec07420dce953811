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
    news=[
        NewWord(
            source="Calder",
            kind="Appraisal",
            amount=350_000 * USD,
            before=410_000 * USD,
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
