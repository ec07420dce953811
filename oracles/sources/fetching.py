"""Fetching a document from a host that we do not trust, by an address that we checked ourselves.

The name is resolved once, every address it has must be public, and the connection goes to one of
those: a second look-up could answer otherwise. Redirects are followed under the same rules.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urljoin, urlsplit

from oracles.sources.errors import SourceFailed

_CHUNK = 65_536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"https": 443, "http": 80}
JSON = ("application/json", "+json")
# Agencies serve files of lines under several names.
CSV = ("text/csv", "text/plain", "application/csv", "application/octet-stream")
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much of our time and memory a source may take."""

    max_bytes: int = 4 << 20
    timeout_s: float = 15.0
    redirects: int = 2


def resolve(host: str, port: int) -> list[str]:
    """Return all addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def is_public(address: str) -> bool:
    """Return whether an address is one of the public internet, also where it wraps another."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    wrapped = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None)
    return parsed.is_global and not parsed.is_multicast and (wrapped is None or wrapped.is_global)


@dataclass(frozen=True, kw_only=True)
class Fetcher:
    """Fetches documents of some kinds from allowed hosts; nothing else is ever connected to."""

    hosts: frozenset[str]
    limits: Limits = Limits()
    kinds: tuple[str, ...] = JSON
    schemes: frozenset[str] = frozenset({"https"})
    resolve: Resolve = resolve
    is_public: Callable[[str], bool] = is_public

    @property
    def _accept(self) -> str:
        return ", ".join(one for one in self.kinds if "/" in one)

    def fetch(self, url: str) -> bytes:
        """Return the body of a document, or raise `SourceFailed` with what was wrong."""
        deadline = time.monotonic() + self.limits.timeout_s
        for _ in range(self.limits.redirects + 1):
            try:
                answer = self._ask(url, deadline)
            except TimeoutError:
                raise self._too_slow(url) from None
            except (OSError, HTTPException) as error:
                raise SourceFailed(
                    "UNREACHABLE", f"{_host(url)} gave no answer: {error}."
                ) from None
            if isinstance(answer, bytes):
                return answer
            url = urljoin(url, answer)
        raise SourceFailed(
            "TOO_MANY_REDIRECTS", f"{_host(url)} redirects more than {self.limits.redirects} times."
        )

    def _ask(self, url: str, deadline: float) -> bytes | str:
        """Return the body, or the address that the answer redirects to."""
        parts = self._allowed(url)
        connection = self._connection(parts, deadline)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", target, headers={"Accept": self._accept})
            answer = connection.getresponse()
            if answer.status in _REDIRECTS and answer.headers.get("Location"):
                return str(answer.headers["Location"])
            self._check(answer, parts)
            return self._body(answer, connection, url, deadline)
        finally:
            connection.close()

    def _allowed(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise SourceFailed("BAD_ADDRESS", f"{url[:80]!r} is no address.") from None
        if parts.scheme not in self.schemes:
            raise SourceFailed(
                "SCHEME_NOT_ALLOWED", f"{parts.scheme[:20]!r} is not allowed; use https."
            )
        if parts.hostname not in self.hosts or parts.username is not None:
            raise SourceFailed(
                "HOST_NOT_ALLOWED",
                f"{str(parts.hostname)[:80]!r} is not among the source's hosts. Nothing was asked.",
            )
        if port not in (None, _PORTS[parts.scheme]) and self.schemes == {"https"}:
            raise SourceFailed("PORT_NOT_ALLOWED", f"Port {port} is not that of {parts.scheme}.")
        return parts

    def _connection(self, parts: SplitResult, deadline: float) -> HTTPConnection:
        """Return a connection to an address of the host that was checked, and to no other."""
        host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
        addresses = self.resolve(host, port)
        if not addresses or not all(self.is_public(one) for one in addresses):
            raise SourceFailed(
                "PRIVATE_ADDRESS",
                f"{host} leads to an address off the public internet. Nothing was asked.",
            )
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        line = socket.create_connection((addresses[0], port), timeout=left)
        made: HTTPConnection = HTTPConnection(host, port)
        if parts.scheme == "https":
            made = HTTPSConnection(host, port)
            line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
        made.sock = line
        return made

    def _check(self, answer: HTTPResponse, parts: SplitResult) -> None:
        if answer.status != 200:
            raise SourceFailed("HTTP_STATUS", f"{parts.hostname} answered {answer.status}.")
        kind = answer.headers.get_content_type()
        if not kind.endswith(self.kinds):
            wanted = "JSON" if self.kinds == JSON else self._accept
            code = "NOT_JSON" if self.kinds == JSON else "WRONG_TYPE"
            raise SourceFailed(code, f"{parts.hostname} answered {kind}, not {wanted}.")
        if (answer.length or 0) > self.limits.max_bytes:
            raise self._too_large(parts)

    def _body(
        self, answer: HTTPResponse, connection: HTTPConnection, url: str, deadline: float
    ) -> bytes:
        """Read to the end, the limit or the deadline, whichever comes first."""
        body = bytearray()
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._too_slow(url)
            if connection.sock is not None:
                connection.sock.settimeout(left)
            chunk = answer.read1(_CHUNK)
            if not chunk:
                return bytes(body)
            body += chunk
            if len(body) > self.limits.max_bytes:
                raise self._too_large(urlsplit(url))

    def _too_slow(self, url: str) -> SourceFailed:
        return SourceFailed(
            "TIMED_OUT", f"{_host(url)} did not answer whole within {self.limits.timeout_s:g} s."
        )

    def _too_large(self, parts: SplitResult) -> SourceFailed:
        return SourceFailed(
            "TOO_LARGE", f"{parts.hostname} sends more than {self.limits.max_bytes:,} bytes."
        )


def _host(url: str) -> str:
    return str(urlsplit(url).hostname)[:80]
