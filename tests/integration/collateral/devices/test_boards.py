"""A board attests itself through the API: asked, answered, kept as evidence; or refused."""

import json

import pytest

from collateral import services
from collateral.domain.classes import class_by_code
from collateral.domain.requests import request_text
from collateral.models import Asset
from contracts.wallet import development_wallet
from tests.boards import NOW, Board, Maker

pytestmark = pytest.mark.django_db


@pytest.fixture
def maker(settings, tmp_path):
    made = Maker()
    settings.DEVICE_ROOTS = str(tmp_path / "roots.pem")
    (tmp_path / "roots.pem").write_bytes(made.pem)
    settings.MEDIA_ROOT = tmp_path / "evidence"
    return made


@pytest.fixture
def board(maker):
    return Board(maker)


@pytest.fixture
def owner(settings):
    return development_wallet(settings.RELAYER_MNEMONIC, "owner")


@pytest.fixture
def server(board, owner):
    return services.register_asset(
        asset_class=class_by_code("gpu_server"),
        owner_address=owner.address,
        identifiers={"device_cert": {"device_certificate": board.fingerprint}},
        attributes={},
    )


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("collateral.api.devices.now_s", lambda: NOW)


def asked(client, asset):
    return client.get(f"/api/v1/assets/{asset.pk}/board/nonce").json()["nonce"]


def send(client, asset, token, wallet):
    body = {"asset": asset.pk, "token": token}
    body["signature"] = "0x" + wallet.sign_text(request_text(body)).hex()
    return client.post(
        f"/api/v1/assets/{asset.pk}/board", json.dumps(body), content_type="application/json"
    )


def test_a_boards_answer_becomes_evidence_that_verifiers_sign(client, server, board, owner):
    token = board.token(asked(client, server))

    answer = send(client, server, token, owner)

    assert answer.status_code == 201
    kept = server.evidence.get(kind="Device attestation")
    assert answer.json()["sha256"] == kept.sha256
    assert services.evidence_content(evidence=kept) == token.encode()
    assert server.changes.filter(kind="board").count() == 1
    services.submit_for_verification(asset_id=server.pk)
    assert Asset.objects.get(pk=server.pk).evidence_root.startswith("0x")


def test_what_a_board_said_for_another_asset_or_in_no_round_is_refused(
    client, server, board, owner, maker
):
    other = services.register_asset(
        asset_class=class_by_code("gpu_server"),
        owner_address=owner.address,
        identifiers={"device_cert": {"device_certificate": Board(maker).fingerprint}},
        attributes={},
    )
    asked(client, server)

    answer = send(client, server, board.token(asked(client, other)), owner)

    assert (answer.status_code, answer.json()["code"]) == (422, "ATTESTATION_NONCE")
    assert not server.evidence.exists()


def test_only_the_owner_may_add_it(client, server, board, settings):
    stranger = development_wallet(settings.RELAYER_MNEMONIC, "verifier")

    answer = send(client, server, board.token(asked(client, server)), stranger)

    assert (answer.status_code, answer.json()["code"]) == (403, "NOT_THE_OWNER")


def test_without_trusted_roots_no_board_is_believed(client, server, board, owner, settings):
    token = board.token(asked(client, server))
    settings.DEVICE_ROOTS = ""

    assert send(client, server, token, owner).json()["code"] == "NO_DEVICE_ROOTS"


def test_a_thing_without_a_device_key_is_asked_nothing(client, owner, maker):
    car = services.register_asset(
        asset_class=class_by_code("car"),
        owner_address=owner.address,
        identifiers={"vin": {"vin": "1M8GDM9AXKP042788"}},
        attributes={},
    )

    answers = [client.get(f"/api/v1/assets/{one}/board/nonce") for one in (car.pk, 10**9)]

    assert [one.json()["code"] for one in answers] == ["NO_DEVICE_KEY", "ASSET_UNKNOWN"]
