"""Signing in with a wallet: a nonce given out, a signature taken, a session bound to both."""

import secrets
import time
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from collateral.domain.addresses import checksum_address
from contracts.wallet import SignatureInvalid, recover_text
from portal.domain.sign_in import LIFE_S, sign_in_message
from portal.models import SignInChallenge
from portal.owner.limits import refuse_too_many

_NONCE_BYTES = 16
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
WALLET, CHAIN = "wallet", "wallet_chain"

View = Callable[..., HttpResponse]


class SignInRefused(ValueError):
    """A sign-in that is refused; the message says why."""


def wallet_of(request: HttpRequest) -> str:
    """Return the checksummed address that is signed in, empty without one."""
    if request.session.get(CHAIN) != settings.CHAIN_ID:
        return ""
    return str(request.session.get(WALLET, ""))


def signed_in(view: View) -> View:
    """Send visitors who are not signed in to the sign-in page, and back afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **arguments: object) -> HttpResponse:
        if wallet_of(request):
            return view(request, *args, **arguments)
        back = request.get_full_path() if request.method == "GET" else reverse("portal:mine")
        address = f"{reverse('portal:sign_in')}?{urlencode({'next': back})}"
        return HttpResponseRedirect(address)

    return guarded


def begin(request: HttpRequest, address: str) -> tuple[str, str]:
    """Return a new nonce and the message for the wallet.

    Raises ``AddressError``, and ``TooManySignIns``, as ``finish`` does.
    """
    wallet = checksum_address(address)
    refuse_too_many(request, wallet)
    if not request.session.session_key:
        request.session.create()
    now = int(time.time())
    SignInChallenge.objects.filter(expires_at_s__lt=now).delete()
    # One browser has one sign-in under way; the newest counts.
    SignInChallenge.objects.filter(session_key=request.session.session_key).delete()
    challenge = SignInChallenge.objects.create(
        nonce=secrets.token_hex(_NONCE_BYTES),
        session_key=request.session.session_key,
        address=wallet,
        origin=origin_of(request),
        chain_id=settings.CHAIN_ID,
        issued_at_s=now,
        expires_at_s=now + LIFE_S,
    )
    return challenge.nonce, _message(challenge)


def finish(request: HttpRequest, nonce: str, signature: str) -> str:
    """Sign the wallet in and return its address, or raise ``SignInRefused``.

    The nonce is spent by the first answer, good or bad, and the session gets a new key.
    """
    refuse_too_many(request)
    challenge = _spent(nonce)
    now = int(time.time())
    if challenge is None or challenge.session_key != request.session.session_key:
        raise SignInRefused("This sign-in was not begun here, or was used already. Begin again.")
    if now >= challenge.expires_at_s:
        raise SignInRefused("The message was signed too late: it holds for 5 minutes. Begin again.")
    if (challenge.chain_id, challenge.origin) != (settings.CHAIN_ID, origin_of(request)):
        raise SignInRefused("The message was made for another site or chain. Begin again.")
    try:
        signer = recover_text(_message(challenge), bytes.fromhex(signature.removeprefix("0x")))
    except (SignatureInvalid, ValueError) as error:
        raise SignInRefused("This is no signature of the message. Sign it again.") from error
    if signer != challenge.address:
        raise SignInRefused(
            f"The message was signed by {signer}, not by {challenge.address}. Choose that account "
            "in the wallet and begin again."
        )
    request.session.cycle_key()
    request.session[WALLET], request.session[CHAIN] = signer, settings.CHAIN_ID
    return signer


def end(request: HttpRequest) -> None:
    """Sign out."""
    request.session.flush()


def origin_of(request: HttpRequest) -> str:
    """Return the site's own address: the one that is set, or on loopback that of the request."""
    if settings.PUBLIC_URL:
        return str(settings.PUBLIC_URL)
    host = request.get_host()
    if host.rpartition(":")[0] not in _LOOPBACK and host not in _LOOPBACK:
        raise SignInRefused("Sign-in is closed: the operator has not set the site's address.")
    return f"{request.scheme}://{host}"


def _spent(nonce: str) -> SignInChallenge | None:
    """Return the challenge and delete it; of two who ask at once one gets it."""
    with transaction.atomic():
        challenge = SignInChallenge.objects.select_for_update().filter(nonce=nonce).first()
        if challenge is not None:
            SignInChallenge.objects.filter(nonce=nonce).delete()
    return challenge


def _message(challenge: SignInChallenge) -> str:
    return sign_in_message(
        origin=challenge.origin,
        address=challenge.address,
        chain_id=challenge.chain_id,
        nonce=challenge.nonce,
        issued_at_s=challenge.issued_at_s,
        expires_at_s=challenge.expires_at_s,
    )
