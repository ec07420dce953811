"""How slither's findings are held against the explained ones."""

import pytest

from scripts import deep

TABLE = "| check | place | why |\n|---|---|---|\n| reentrancy | Pool.* | Guarded. |\n"
PLACE = {
    "type": "node",
    "name": "x = 1",
    "type_specific_fields": {
        "parent": {
            "type": "function",
            "name": "close",
            "type_specific_fields": {"parent": {"type": "contract", "name": "Pool"}},
        }
    },
}


@pytest.fixture
def table(tmp_path, monkeypatch):
    path = tmp_path / "slither.md"
    path.write_text(TABLE)
    monkeypatch.setattr(deep, "TRIAGE", path)


def test_an_explained_finding_passes(table):
    assert deep.compare({("reentrancy", "Pool.close")}) == "1 findings, each explained"


@pytest.mark.parametrize(
    "found",
    [
        {("reentrancy", "Pool.close"), ("reentrancy", "Book.close")},
        {("reentrancy", "Pool.close"), ("tx-origin", "Pool.close")},
        set(),
    ],
    ids=["another place", "another check", "nothing for a row"],
)
def test_any_difference_fails(table, found):
    with pytest.raises(deep.StepFailed):
        deep.compare(found)


def test_a_place_is_contract_and_function():
    assert deep.place_of(PLACE) == "Pool.close"
