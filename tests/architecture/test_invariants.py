"""Every invariant is proved by a test that names it, and no test names one that is not there."""

import re
from collections.abc import Iterator
from functools import cache

import pytest

from config.paths import ROOT

ID = r"[A-Z](?:-\d\d|\d+)[a-z]?"
ROW = re.compile(rf"^\| ({ID}) \| (.+) \|$", re.MULTILINE)
MARK = re.compile(r"@custom:invariant (?![\[(\"']).*")
CITATION = re.compile(rf"@custom:invariant ((?:{ID} ?)+)$", re.MULTILINE)
RULES = {"L": 6, "D": 9, "S": 4, "V": 6, "C": 5, "P": 3, "A": 5, "G": 1}
INVARIANTS = 32
CLASS_TEST = re.compile(r"function test(?:Fuzz)?_class_(\d+)_")
VULNERABILITY_CLASSES = 25


@cache
def sections() -> tuple[dict[str, str], dict[str, str]]:
    """Return the sentences held, and those not held yet, by id."""
    held, _, not_yet = (ROOT / "docs" / "invariants.md").read_text().partition("## Not held yet")
    return dict(ROW.findall(held)), dict(ROW.findall(not_yet))


def sources() -> Iterator[str]:
    """Yield the text of every test."""
    for path in sorted((ROOT / "contracts" / "test").rglob("*.sol")):
        yield path.read_text()
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        yield path.read_text()


@cache
def cited() -> frozenset[str]:
    """Return all ids that tests name."""
    return frozenset(
        one for text in sources() for found in CITATION.findall(text) for one in found.split()
    )


def test_every_invariant_that_holds_is_cited_by_a_test() -> None:
    held, _ = sections()

    assert sorted(set(held) - cited()) == []


def test_no_test_cites_what_is_not_written_down_as_held() -> None:
    held, _ = sections()

    assert sorted(cited() - set(held)) == []


def test_every_citation_is_a_list_of_ids() -> None:
    marks = [mark for text in sources() for mark in MARK.findall(text)]

    assert marks
    assert [mark for mark in marks if not CITATION.fullmatch(mark)] == []


def test_nothing_both_holds_and_does_not() -> None:
    held, not_yet = sections()

    assert not set(held) & set(not_yet)


def test_every_invariant_of_the_list_is_there() -> None:
    held, not_yet = sections()
    expected = {f"I-{number:02}" for number in range(1, INVARIANTS + 1)}

    assert expected - set(held) - set(not_yet) == set()


@pytest.mark.parametrize("letter", RULES)
def test_every_rule_of_the_protocol_is_there(letter: str) -> None:
    held, not_yet = sections()
    expected = {f"{letter}{number}" for number in range(1, RULES[letter] + 1)}

    assert expected - set(held) - set(not_yet) == set()


def test_an_invariant_is_one_sentence() -> None:
    held, not_yet = sections()

    texts = [*held.values(), *not_yet.values()]

    assert [text for text in texts if not text.endswith(".") or text.count(". ")] == []


def test_every_class_of_vulnerabilities_is_tried_by_a_test_of_its_name() -> None:
    tried = {int(number) for text in sources() for number in CLASS_TEST.findall(text)}

    assert tried == set(range(1, VULNERABILITY_CLASSES + 1))
