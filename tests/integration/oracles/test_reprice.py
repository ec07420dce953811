"""`manage.py reprice`: anybody's check of a published root."""

import pytest
from django.core.management import CommandError, call_command

from oracles import services
from oracles.documents import read_document, store_document
from oracles.domain.canonical import sha256
from oracles.models import Document, Round, Valuation

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
    content = bytearray(read_document(opened.snapshot_hash))
    content[-41] ^= 1
    store_document(bytes(content), digest=sha256(content))
    Round.objects.update(snapshot_hash="0x" + sha256(content).hex())

    with pytest.raises(CommandError, match="is not reproduced"):
        call_command("reprice", "--round", "1")


def test_stored_bytes_that_do_not_have_their_hash_are_not_used(opened):
    part = Document.objects.get(hash=opened.snapshot_hash).parts.get()
    part.data = bytes(part.data)[:-1]
    part.save()

    with pytest.raises(CommandError, match="have another hash"):
        call_command("reprice", "--round", "1")


def test_a_round_that_does_not_exist_is_named():
    with pytest.raises(CommandError, match="There is no round 7"):
        call_command("reprice", "--round", "7")


def test_a_snapshot_file_can_be_given(opened, tmp_path, capsys):
    path = tmp_path / "snapshot.bin"
    path.write_bytes(read_document(opened.snapshot_hash))
    Document.objects.all().delete()

    call_command("reprice", "--round", "1", "--snapshot", str(path))

    assert "is reproduced" in capsys.readouterr().out


def test_missing_inputs_are_asked_for(opened):
    Document.objects.all().delete()

    with pytest.raises(CommandError, match="pass it with --snapshot"):
        call_command("reprice", "--round", "1")


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff"])
def test_a_file_that_is_no_snapshot_gets_one_sentence(opened, tmp_path, content):
    path = tmp_path / "snapshot.bin"
    path.write_bytes(content)

    with pytest.raises(CommandError):
        call_command("reprice", "--round", "1", "--snapshot", str(path))


def test_a_file_that_is_not_there_gets_one_sentence(opened, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("reprice", "--round", "1", "--snapshot", str(tmp_path / "none.json"))


@pytest.fixture
def fetched(opened, tmp_path):
    """What an outsider has: the snapshot's file and the root; its database knows no round."""
    path = tmp_path / "snapshot.bin"
    path.write_bytes(read_document(opened.snapshot_hash))
    root = opened.root
    Valuation.objects.all().delete()
    Round.objects.all().delete()
    return path, root


def test_an_outsider_needs_the_snapshot_and_the_root_alone(fetched, capsys):
    path, root = fetched

    call_command("reprice", "--round", "1", "--snapshot", str(path), "--root", root)

    assert f"1 values, root {root}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"root": "0x" + "12" * 32}, "is not reproduced: root 0x1212"),
        ({"round": "2"}, "is not reproduced: number 2 but 1 here"),
        ({"root": "0x12"}, "'0x12' is no root"),
        ({"snapshot": None}, "say by --snapshot which inputs"),
    ],
)
def test_an_outsider_s_check_fails_in_a_sentence(fetched, given, words):
    path, root = fetched
    asked = {"round": "1", "snapshot": str(path), "root": root} | given

    with pytest.raises(CommandError, match=words):
        call_command(
            "reprice", *(f"--{name}={value}" for name, value in asked.items() if value is not None)
        )
