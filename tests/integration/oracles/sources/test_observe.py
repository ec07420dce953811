"""`manage.py observe`: what an appraiser sends as a file."""

import pytest
from django.core.management import CommandError, call_command

from oracles.models import Observation, Verdict
from tests.unit.oracles.factories import NOW, USD

pytestmark = pytest.mark.usefixtures("chain_clock", "source")


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "prices.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write


def test_rows_are_recorded_and_bad_ones_named_by_their_line(make_asset, file, capsys):
    first, second = make_asset(), make_asset()
    rows = [f"{first.token_id},500000,{NOW}", f"{second.token_id},28.500,{NOW}", f"7,5,{NOW}"]

    path = file("\n".join(["asset,value,observed_at", *rows]))

    call_command("observe", "--source", "desk", "--csv", path)

    said = capsys.readouterr()
    assert "1 accepted, 0 known, 2 refused" in said.out
    assert "Line 3" in said.err
    assert "AMBIGUOUS_NUMBER" in said.err
    assert "Line 4" in said.err
    assert Observation.objects.get(verdict=Verdict.ACCEPTED).amount == 500_000 * USD


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "lacks value"),
        ("asset,price\n1,2", "lacks value, observed_at"),
        ("value,observed_at\n1,2", "lacks asset"),
        (b"asset,value,observed_at\n\xff\xfe", "not UTF-8"),
        ('asset,value,observed_at\n"1,2,3', "no CSV"),
        ('"asset,value', "no CSV"),
        ("asset," + "v" * 200_000, "no CSV"),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_sentence(file, content, words):
    with pytest.raises(CommandError, match=words):
        call_command("observe", "--source", "desk", "--csv", file(content))


def test_a_file_that_is_not_there_gets_one_sentence():
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("observe", "--source", "desk", "--csv", "nowhere.csv")


def test_a_source_that_is_none_is_named(file):
    with pytest.raises(CommandError, match="no source 'nobody'"):
        call_command("observe", "--source", "nobody", "--csv", file("asset"))
