"""Keys in files and key services sign as a local key does, over the real wire formats."""

import base64
import hashlib
import hmac
import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from coincurve import PrivateKey
from eth_account import Account
from eth_utils.crypto import keccak

from contracts.aws import Kms
from contracts.errors import SignerUnavailable
from contracts.signers import _CURVE_ORDER, read_der, recoverable, signer_from

KEY = PrivateKey(b"\x11" * 32)
ACCOUNT = Account.from_key(b"\x11" * 32)
FIELDS = {
    "type": 2,
    "chainId": 31_337,
    "nonce": 7,
    "to": "0x00000000000000000000000000000000000000A1",
    "data": b"\x01\x02",
    "value": 0,
    "gas": 50_000,
    "maxFeePerGas": 10**10,
    "maxPriorityFeePerGas": 10**6,
}
# SubjectPublicKeyInfo of secp256k1 up to the point (RFC 5480).
SPKI = bytes.fromhex("3056301006072a8648ce3d020106052b8104000a034200")
SECRET = "secret"


def der(r, s):
    def integer(value):
        data = value.to_bytes(value.bit_length() // 8 + 1, "big")
        return b"\x02" + bytes([len(data)]) + data

    body = integer(r) + integer(s)
    return b"\x30" + bytes([len(body)]) + body


def signature_of(digest):
    signature = KEY.sign_recoverable(digest, hasher=None)
    return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")


class FakeService(BaseHTTPRequestHandler):
    """AWS KMS and web3signer, as their interfaces are documented."""

    high_s = True
    seen: list = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).seen.append((self.path, dict(self.headers), body))
        if self.path.startswith("/api/v1/eth1/sign/"):
            self._web3signer(json.loads(body))
        else:
            self._kms(self.headers["X-Amz-Target"], json.loads(body), body)

    def _web3signer(self, asked):
        if not self.path.endswith(KEY.public_key.format(compressed=False)[1:].hex()):
            return self._answer(404, b"")
        digest = keccak(bytes.fromhex(asked["data"][2:]))
        signature = KEY.sign_recoverable(digest, hasher=None)
        return self._answer(
            200, b"0x" + (signature[:64] + bytes([27 + signature[64]])).hex().encode()
        )

    def _kms(self, target, asked, body):
        if not self._is_authorised(body):
            told = {"__type": "InvalidSignatureException", "message": "The signature differs."}
            return self._answer(403, json.dumps(told).encode())
        if target == "TrentService.GetPublicKey":
            key = SPKI + KEY.public_key.format(compressed=False)
            return self._answer(200, _json(PublicKey=key))
        assert (asked["MessageType"], asked["SigningAlgorithm"]) == ("DIGEST", "ECDSA_SHA_256")
        r, s = signature_of(base64.b64decode(asked["Message"]))
        s = _CURVE_ORDER - s if self.high_s else s
        return self._answer(200, _json(Signature=der(r, s)))

    def _is_authorised(self, body):
        """Check the signature as AWS does, from what arrived (Signature Version 4)."""
        said = dict(
            part.split("=", 1)
            for part in self.headers["Authorization"].split(" ", 1)[1].split(", ")
        )
        scope = said["Credential"].split("/", 1)[1]
        lines = "".join(
            f"{name}:{self.headers[name]}\n" for name in said["SignedHeaders"].split(";")
        )
        digest = hashlib.sha256(body).hexdigest()
        canonical = f"POST\n{self.path}\n\n{lines}\n{said['SignedHeaders']}\n{digest}"
        text = (
            f"AWS4-HMAC-SHA256\n{self.headers['X-Amz-Date']}\n{scope}\n"
            + hashlib.sha256(canonical.encode()).hexdigest()
        )
        key = f"AWS4{SECRET}".encode()
        for part in (*scope.split("/"), text):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key.hex() == said["Signature"]

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


def _json(**fields):
    return json.dumps(
        {name: base64.b64encode(data).decode() for name, data in fields.items()}
    ).encode()


@pytest.fixture
def service():
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeService)
    FakeService.seen, FakeService.high_s = [], True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def aws(service, monkeypatch):
    for name, value in (
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_ENDPOINT_URL_KMS", service),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)


def assert_signs_as_ours(signer):
    raw, tx_hash = signer.sign_transaction(FIELDS)

    assert signer.address == ACCOUNT.address
    assert Account.recover_transaction(raw) == ACCOUNT.address
    assert tx_hash == "0x" + keccak(raw).hex()


def test_a_keystore_signs(tmp_path, monkeypatch):
    monkeypatch.setenv("KEYSTORE_PASSWORD", "correct horse")
    path = tmp_path / "key.json"
    path.write_text(json.dumps(Account.encrypt(ACCOUNT.key, "correct horse", iterations=2)))

    assert_signs_as_ours(signer_from(f"keystore:{path}"))


@pytest.mark.parametrize("content", [None, "not json", "{}"])
def test_a_keystore_that_cannot_be_opened_is_told(tmp_path, monkeypatch, content):
    monkeypatch.setenv("KEYSTORE_PASSWORD", "x")
    path = tmp_path / "key.json"
    if content is not None:
        path.write_text(content)

    with pytest.raises(SignerUnavailable, match="key file"):
        signer_from(f"keystore:{path}")


def test_a_wrong_password_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("KEYSTORE_PASSWORD", "wrong")
    path = tmp_path / "key.json"
    path.write_text(json.dumps(Account.encrypt(ACCOUNT.key, "right", iterations=2)))

    with pytest.raises(SignerUnavailable, match="not its password"):
        signer_from(f"keystore:{path}")


def test_without_a_password_the_variable_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("KEYSTORE_PASSWORD", raising=False)

    with pytest.raises(SignerUnavailable, match="KEYSTORE_PASSWORD is not set"):
        signer_from(f"keystore:{tmp_path / 'key.json'}")


@pytest.mark.parametrize("high_s", [True, False])
def test_kms_signs_whether_its_s_is_high_or_low(aws, high_s):
    FakeService.high_s = high_s

    assert_signs_as_ours(signer_from("kms:alias/lane-1"))


def test_kms_with_a_session_token_signs_it_too(aws, monkeypatch):
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")

    assert_signs_as_ours(signer_from("kms:alias/lane-1"))
    assert all(headers["X-Amz-Security-Token"] == "token" for _, headers, _ in FakeService.seen)


def test_kms_refusals_are_told_in_its_words(aws, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other")

    with pytest.raises(SignerUnavailable, match="InvalidSignatureException"):
        signer_from("kms:alias/lane-1")


def test_missing_credentials_are_named(aws, monkeypatch):
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(SignerUnavailable, match="AWS_SECRET_ACCESS_KEY"):
        signer_from("kms:alias/lane-1")


def test_signature_version_4_covers_date_target_and_body():
    kms = Kms(endpoint="https://kms.x", region="r", access_key="a", secret_key="s")
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    first = kms.headers("Sign", b"{}", now)["Authorization"]

    assert "Credential=a/20260102/r/kms/aws4_request" in first
    assert first != kms.headers("Sign", b"{ }", now)["Authorization"]
    assert first != kms.headers("GetPublicKey", b"{}", now)["Authorization"]


def test_web3signer_signs(service):
    public_key = KEY.public_key.format(compressed=False)[1:].hex()

    assert_signs_as_ours(signer_from(f"web3signer:{service}#0x{public_key}"))


def test_a_key_that_web3signer_does_not_hold_is_told(service):
    other = PrivateKey(b"\x22" * 32).public_key.format(compressed=False)[1:].hex()

    with pytest.raises(SignerUnavailable, match="holds this key"):
        signer_from(f"web3signer:{service}#{other}").sign_transaction(FIELDS)


def test_a_signature_by_another_key_is_refused():
    r, s = signature_of(b"\x01" * 32)

    with pytest.raises(SignerUnavailable, match="not by the key"):
        recoverable(b"\x01" * 32, r, s, "0x00000000000000000000000000000000000000A1")


@pytest.mark.parametrize(
    "data", [b"", b"\x30\x06\x02\x01\x01\x02\x01", der(1, 2) + b"\x00", b"\x31" + der(1, 2)[1:]]
)
def test_what_is_no_der_signature_is_refused(data):
    with pytest.raises(SignerUnavailable, match="DER"):
        read_der(data)


@pytest.mark.parametrize("source", ["", "keystore:", "vault:x", "web3signer:http://x"])
def test_a_source_that_names_no_key_says_how_to_write_one(source):
    with pytest.raises(SignerUnavailable, match="Write keystore:PATH"):
        signer_from(source)
