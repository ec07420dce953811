"""How often one network may try to sign in, counted where a wiped Redis opens nothing.

A wallet is counted together with the network: were it counted alone, anybody could shut out
anybody by trying in its name.
"""

import time
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from portal.models import SignInCount

WINDOW_S = 300
PER_NETWORK = 60
PER_WALLET = 20
_IPV6_PREFIX = 64


class TooManySignIns(ValueError):
    """A sign-in that comes too soon; the message says when to come again."""

    def __init__(self, wait_s: int) -> None:
        minutes = -(-wait_s // 60)
        super().__init__(
            "Too many sign-ins were tried from here. Try again in "
            f"{minutes} {'minute' if minutes == 1 else 'minutes'}."
        )
        self.wait_s = wait_s


def refuse_too_many(request: HttpRequest, wallet: str = "") -> None:
    """Count one try of a network and of a wallet from it; raise ``TooManySignIns`` past a limit."""
    now = int(time.time())
    window, network = now // WINDOW_S, network_of(request)
    SignInCount.objects.filter(window__lt=window).delete()
    if _count(network, window) > PER_NETWORK or (
        wallet and _count(f"{network} {wallet}", window) > PER_WALLET
    ):
        raise TooManySignIns((window + 1) * WINDOW_S - now)


def network_of(request: HttpRequest) -> str:
    """Return the caller's IPv4 address, or the /64 that one holder of IPv6 has.

    Behind ``TRUSTED_PROXIES`` proxies the caller is the address that the outermost of them saw;
    what stands further left in the header was written by the caller itself.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    seen = [one.strip() for one in (*forwarded, request.META.get("REMOTE_ADDR", "")) if one.strip()]
    raw = seen[-min(settings.TRUSTED_PROXIES + 1, len(seen))] if seen else ""
    try:
        address = ip_address(raw)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_PREFIX), strict=False))
    return str(address)


def _count(subject: str, window: int) -> int:
    """Add one and return the sum, in one statement: two at once are counted twice."""
    table = SignInCount._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} AS kept (subject, "window", count) VALUES (%s, %s, 1) '
            'ON CONFLICT ("window", subject) DO UPDATE SET count = kept.count + 1 RETURNING count',
            [subject, window],
        )
        return int(cursor.fetchone()[0])
