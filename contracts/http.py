"""One HTTP request to a service that signs or to a node: no retries, no redirects, one time-out."""

from urllib.parse import unquote

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout, make_headers, parse_url

__all__ = ["FAILURES", "Connection"]

# What a request raises when no answer came, whatever the reason; nesting beyond all measure is one.
FAILURES = (HTTPError, ValueError, OSError, RecursionError)
_KEPT_OPEN = 10


class Connection:
    """Connections to one address, kept open and shared by threads, not by forked processes."""

    def __init__(self, url: str, timeout_s: float | tuple[float, float]) -> None:
        """Take one time-out for all, or one for connecting and one for each answer."""
        connect_s, read_s = timeout_s if isinstance(timeout_s, tuple) else (timeout_s, timeout_s)
        auth = parse_url(url).auth
        self.url = url
        self._headers = dict(make_headers(basic_auth=unquote(auth))) if auth else {}
        # When to send again is our decision, and a redirect is no answer.
        self._pool = urllib3.PoolManager(
            maxsize=_KEPT_OPEN, retries=False, timeout=Timeout(connect=connect_s, read=read_s)
        )

    def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Return the status and the body of the answer, or raise one of `FAILURES`."""
        answer = self._pool.request("POST", self.url, body=body, headers=self._headers | headers)
        return answer.status, answer.data

    def post_json(self, body: bytes) -> bytes:
        """Return the body of a good answer; any other status raises one of `FAILURES`."""
        status, data = self.post(body, {"Content-Type": "application/json"})
        if not 200 <= status < 300:
            raise HTTPError(f"status {status}")
        return data
