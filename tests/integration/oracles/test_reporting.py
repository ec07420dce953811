"""Reporters: each recomputes a round and signs only what it found itself."""

import pytest
from django.core.management import CommandError, call_command

from oracles import selectors, services
from oracles.documents import hash_text, store_document
from oracles.domain.canonical import sha256
from oracles.domain.columns import LEAF
from oracles.domain.errors import RoundRefused
from oracles.models import Observation, Round, RoundDissent, RoundSignature, SignedRound
from oracles.services import record_observations
from tests.unit.oracles.factories import NOW, USD

pytestmark = pytest.mark.usefixtures("deployment", "chain_clock")


@pytest.fixture
def opened(make_asset, said):
    asset = make_asset()
    record_observations(observations=[said(asset, 110_000 * USD)], now=NOW)
    return services.open_round(observed_at=NOW)


def refusal(opened, wallet, **fields):
    with pytest.raises(RoundRefused) as refused:
        services.report(round=opened, wallet=wallet, **fields)
    return refused.value.code


def other_leaves(opened, bit=1):
    """Let the round claim leaves of which one differs by one bit, under their own hash."""
    leaves = bytearray(selectors.leaves(round=opened))
    leaves[-LEAF.itemsize + LEAF.fields["lower"][1]] ^= bit
    store_document(bytes(leaves), digest=sha256(leaves))
    Round.objects.update(content_hash=hash_text(sha256(leaves)), root="0x" + "12" * 32)
    opened.refresh_from_db()


@pytest.mark.parametrize("own_inputs", [False, True])
def test_a_reporter_signs_what_it_computes_too(opened, reporters, own_inputs):
    services.report(round=opened, wallet=reporters[0], own_inputs=own_inputs)

    assert RoundSignature.objects.get().reporter.address == reporters[0].address
    assert SignedRound.objects.get().root == opened.root


def test_reporting_twice_changes_nothing(opened, reporters):
    services.report(round=opened, wallet=reporters[0])

    services.report(round=opened, wallet=reporters[0])

    assert (RoundSignature.objects.count(), SignedRound.objects.count()) == (1, 1)


def test_a_reporter_with_another_root_does_not_sign_and_says_which_leaf_differs(opened, reporters):
    other_leaves(opened)

    code = refusal(opened, reporters[0])

    dissent = RoundDissent.objects.get()
    (difference,) = dissent.differences
    assert code == dissent.code == "ROOT_MISMATCH"
    assert dissent.count == 1
    assert int(difference["ours"]["lower"]) ^ int(difference["theirs"]["lower"]) == 1
    assert not RoundSignature.objects.exists()
    assert not SignedRound.objects.exists()


def test_a_reporter_whose_own_database_says_otherwise_does_not_sign(opened, reporters):
    Observation.objects.filter(source__slug="desk").update(amount=90_000 * USD)

    code = refusal(opened, reporters[0], own_inputs=True)

    assert code == "INPUTS_DIFFER"
    assert RoundDissent.objects.get().snapshot_hash != opened.snapshot_hash


def test_the_admin_lists_the_leaves_that_differ(opened, reporters, admin_client):
    other_leaves(opened)
    refusal(opened, reporters[0])

    page = admin_client.get(f"/admin/oracles/round/{opened.pk}/change/").content.decode()

    assert "ROOT_MISMATCH" in page
    assert reporters[0].address in page
    assert RoundDissent.objects.get().differences[0]["ours"]["lower"] in page


def test_a_key_never_signs_two_roots_that_could_both_pass(opened, reporters):
    SignedRound.objects.create(
        address=reporters[0].address,
        oracle="0x" + "11" * 20,
        chain_id=31_337,
        number=1,
        observed_at=NOW - 129_600,
        root="0x" + "12" * 32,
        content_hash="0x" + "34" * 32,
    )

    code = refusal(opened, reporters[0])

    assert code == "ALREADY_SIGNED"
    assert not RoundSignature.objects.exists()


def test_a_root_too_old_to_be_published_may_be_replaced(opened, reporters):
    SignedRound.objects.create(
        address=reporters[0].address,
        oracle="0x" + "11" * 20,
        chain_id=31_337,
        number=1,
        observed_at=NOW - 129_601,
        root="0x" + "12" * 32,
        content_hash="0x" + "34" * 32,
    )

    services.report(round=opened, wallet=reporters[0])

    assert RoundSignature.objects.exists()


def test_a_stranger_does_not_report(opened):
    wallet = type("Stranger", (), {"address": "0x" + "99" * 20})()

    assert refusal(opened, wallet) == "NOT_A_REPORTER"


def test_the_command_signs_the_open_round_with_its_own_key(opened, reporters, capsys):
    call_command("report", "--reporter", "3", "--once")

    assert f"{reporters[3].address} signed round 1" in capsys.readouterr().out


def test_the_command_says_when_nothing_waits(reporters, capsys):
    call_command("report", "--reporter", "0", "--once")

    assert "No round waits" in capsys.readouterr().out


def test_the_command_fails_with_one_sentence_where_the_root_differs(opened, reporters):
    other_leaves(opened)

    with pytest.raises(CommandError, match="is not signed"):
        call_command("report", "--reporter", "0", "--once")


def test_development_keys_report_on_the_local_chain_only(opened, reporters, settings):
    settings.CHAIN_ID = 1

    with pytest.raises(CommandError, match="for chain 31337 only"):
        call_command("report", "--reporter", "0", "--once")
