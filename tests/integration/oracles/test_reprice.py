"""`manage.py reprice`: anybody's check of a published root."""

import json

import pytest
from django.core.management import CommandError, call_command

from oracles import services
from oracles.domain.canonical import canonical_json
from oracles.models import Round, RoundContent

NOW = 1_800_000_000
pytestmark = pytest.mark.usefixtures("deployment", "chain_clock")


@pytest.fixture
def opened(make_asset):
    make_asset()
    return services.open_round(observed_at=NOW)


def test_a_round_that_its_inputs_reproduce_is_confirmed(opened, capsys):
    call_command("reprice", "--round", "1")

    assert opened.root in capsys.readouterr().out


def test_a_published_root_that_differs_fails(opened):
    Round.objects.update(root="0x" + "12" * 32)

    with pytest.raises(CommandError, match="is not reproduced: root 0x1212"):
        call_command("reprice", "--round", "1")


def test_inputs_that_were_changed_afterwards_fail(opened):
    content = RoundContent.objects.get()
    document = json.loads(bytes(content.snapshot))
    document["subjects"][0]["observations"][0]["value"] = "1000000"
    content.snapshot = canonical_json(document)
    content.save()

    with pytest.raises(CommandError, match="root 0x"):
        call_command("reprice", "--round", "1")


def test_a_round_that_does_not_exist_is_named():
    with pytest.raises(CommandError, match="There is no round 7"):
        call_command("reprice", "--round", "7")


def test_a_snapshot_file_can_be_given(opened, tmp_path, capsys):
    path = tmp_path / "snapshot.json"
    path.write_bytes(bytes(opened.content.snapshot))
    RoundContent.objects.all().delete()

    call_command("reprice", "--round", "1", "--snapshot", str(path))

    assert "is reproduced" in capsys.readouterr().out


def test_missing_inputs_are_asked_for(opened):
    RoundContent.objects.all().delete()

    with pytest.raises(CommandError, match="pass it with --snapshot"):
        call_command("reprice", "--round", "1")


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff"])
def test_a_file_that_is_no_snapshot_gets_one_sentence(opened, tmp_path, content):
    path = tmp_path / "snapshot.json"
    path.write_bytes(content)

    with pytest.raises(CommandError):
        call_command("reprice", "--round", "1", "--snapshot", str(path))


def test_a_file_that_is_not_there_gets_one_sentence(opened, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("reprice", "--round", "1", "--snapshot", str(tmp_path / "none.json"))
