"""The two calls of AWS KMS that a signer needs, signed by hand (Signature Version 4)."""

import base64
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from contracts.errors import SignerUnavailable
from contracts.http import FAILURES, Connection

TIMEOUT_S = 10
_TYPE = "application/x-amz-json-1.1"


@dataclass(frozen=True, kw_only=True)
class Kms:
    """A region's key service, and the credentials of who asks."""

    endpoint: str
    region: str
    access_key: str
    secret_key: str
    session_token: str = ""

    @classmethod
    def from_environment(cls) -> "Kms":
        """Return the service that the usual AWS variables name."""
        names = ("AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        missing = [name for name in names if not os.environ.get(name)]
        if missing:
            raise SignerUnavailable(f"A key in KMS needs {', '.join(missing)} to be set.")
        region = os.environ["AWS_REGION"]
        return cls(
            endpoint=os.environ.get("AWS_ENDPOINT_URL_KMS", f"https://kms.{region}.amazonaws.com"),
            region=region,
            access_key=os.environ["AWS_ACCESS_KEY_ID"],
            secret_key=os.environ["AWS_SECRET_ACCESS_KEY"],
            session_token=os.environ.get("AWS_SESSION_TOKEN", ""),
        )

    def public_key(self, key_id: str) -> bytes:
        """Return a key's public part in DER form."""
        return base64.b64decode(self._call("GetPublicKey", {"KeyId": key_id})["PublicKey"])

    def sign(self, key_id: str, digest: bytes) -> bytes:
        """Return the DER signature of a 32-byte digest."""
        request = {
            "KeyId": key_id,
            "Message": base64.b64encode(digest).decode(),
            "MessageType": "DIGEST",
            "SigningAlgorithm": "ECDSA_SHA_256",
        }
        return base64.b64decode(self._call("Sign", request)["Signature"])

    def _call(self, action: str, request: dict[str, str]) -> dict[str, Any]:
        body = json.dumps(request).encode()
        headers = self.headers(action, body, datetime.now(UTC))
        try:
            status, answer = Connection(self.endpoint, TIMEOUT_S).post(body, headers)
            told: dict[str, Any] = json.loads(answer)
        except FAILURES as error:
            raise SignerUnavailable(
                f"KMS at {self.endpoint} gave no answer ({type(error).__name__})."
            ) from error
        if status != HTTPStatus.OK:
            reason = told.get("__type", status)
            raise SignerUnavailable(f"KMS refused {action}: {reason} {told.get('message', '')}")
        return told

    def headers(self, action: str, body: bytes, now: datetime) -> dict[str, str]:
        """Return the headers of a call, with its signature, made at that time (UTC)."""
        stamp, host = now.strftime("%Y%m%dT%H%M%SZ"), urlsplit(self.endpoint).netloc
        headers = {
            "Content-Type": _TYPE,
            "Host": host,
            "X-Amz-Date": stamp,
            "X-Amz-Target": f"TrentService.{action}",
        }
        if self.session_token:
            headers["X-Amz-Security-Token"] = self.session_token
        named = sorted((name.lower(), value) for name, value in headers.items())
        lines = "".join(f"{name}:{value}\n" for name, value in named)
        signed = ";".join(name for name, _ in named)
        canonical = f"POST\n/\n\n{lines}\n{signed}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{stamp[:8]}/{self.region}/kms/aws4_request"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        signature = self._signature(scope, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}")
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, "
            f"SignedHeaders={signed}, Signature={signature}"
        )
        return headers

    def _signature(self, scope: str, text: str) -> str:
        key = b"AWS4" + self.secret_key.encode()
        for part in (*scope.split("/"), text):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key.hex()
