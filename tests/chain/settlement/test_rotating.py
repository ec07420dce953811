"""A lane's key is replaced while it works."""

import json

import pytest
from eth_account import Account

from settlement import services
from settlement.errors import KeyRefused
from settlement.models import Batch, BatchStatus, Signer
from settlement.services import rotating
from settlement.wallets import key_at

HOLDER = "0x00000000000000000000000000000000000000A1"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _doorbells_are_not_heard(monkeypatch):
    monkeypatch.setattr("settlement.doorbell.Ring.__call__", lambda ring: None)
    # The chain of these tests has a coin and no loan book: who may settle is asked elsewhere.
    monkeypatch.setattr(rotating, "_check_may_settle", lambda lane, address, chain: None)


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.setenv("KEYSTORE_PASSWORD", "secret")
    path = tmp_path / "key.json"
    path.write_text(json.dumps(Account.encrypt(b"\x33" * 32, "secret", iterations=2)))
    return f"keystore:{path}"


@pytest.fixture
def funded(chain, source):
    chain.rpc.request("anvil_setBalance", key_at(source).address, hex(10**20))
    return source


def submit(key):
    services.submit_call(
        client_key=key,
        kind="test",
        contract="TestStablecoin",
        function="mint",
        args=[HOLDER, 1],
        lane=0,
    )
    return Signer.objects.get(lane=0, retired_at__isnull=True)


def test_what_waits_goes_to_the_new_key_and_what_is_sent_ends_with_the_old(chain, mine, funded):
    old = submit("sent")
    services.pump_signer(signer_id=old.pk, chain=chain)
    submit("waiting")

    new = rotating.rotate(signer=old, source=funded, chain=chain)
    # The second mint waits for the first, which is another key's.
    for _ in range(2):
        for signer_id in services.signers_with_work():
            services.pump_signer(signer_id=signer_id, chain=chain)
        mine()
        services.confirm_batches(chain=chain, confirmations=0)

    sent = {batch.client_key: batch.signer_id for batch in Batch.objects.all()}
    assert sent == {"sent": old.pk, "waiting": new.pk}
    assert set(Batch.objects.values_list("status", flat=True)) <= {
        BatchStatus.MINED,
        BatchStatus.FINAL,
    }
    assert chain.call("TestStablecoin", "balanceOf", HOLDER) == 2
    assert submit("later").pk == new.pk


def test_a_key_without_money_is_refused(chain, source):
    with pytest.raises(KeyRefused, match="Fund it first"):
        rotating.rotate(signer=submit("a"), source=source, chain=chain)


def test_a_delegated_account_is_refused(chain, funded):
    chain.rpc.request("anvil_setCode", key_at(funded).address, "0xef0100" + "11" * 20)

    with pytest.raises(KeyRefused, match="EIP-7702"):
        rotating.rotate(signer=submit("a"), source=funded, chain=chain)


def test_a_key_serves_once(chain, funded):
    first = rotating.rotate(signer=submit("a"), source=funded, chain=chain)

    with pytest.raises(KeyRefused, match="each key serves once"):
        rotating.rotate(signer=first, source=funded, chain=chain)
