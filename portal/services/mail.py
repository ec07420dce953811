"""News by mail: asked for, confirmed, stopped; each thing told once at most, by a task.

The timeline of an asset is the source. Mail only says that there is something to read.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from collateral.models import Asset, AssetChange, Attestation, Owner, VerificationRequest, Verifier
from portal.domain.notices import (
    OWNER_KINDS,
    VERIFIER_KINDS,
    Letter,
    Line,
    confirmation,
    news,
)
from portal.models import MailAddress, Notice, NoticeStatus

logger = logging.getLogger(__name__)

ANSWER_WITHIN = timedelta(days=3)
ASK_AGAIN_AFTER = timedelta(minutes=10)
# What is older is on the timeline and no news any more.
NEWS_FOR = timedelta(days=3)
LINES_A_MAIL = 20
MAILS_A_RUN = 200
_CONFIRM, _STOP = "portal.mail.confirm", "portal.mail.stop"
_NOT_SENT = (SMTPException, OSError)


class MailRefused(ValueError):
    """An address or a link that cannot be used; the message says why."""


def ask_for_news(*, wallet: str, email: str) -> MailAddress:
    """Keep where a wallet wants its news; none is sent before the address confirms it.

    Raises ``MailRefused`` for what is no address, or when a question has just gone out.
    """
    try:
        validate_email(email)
    except ValidationError as error:
        raise MailRefused("This is no e-mail address, such as name@example.com.") from error
    now = timezone.now()
    with transaction.atomic():
        held = MailAddress.objects.select_for_update().filter(wallet=wallet).first()
        if held and now - held.asked_at < ASK_AGAIN_AFTER:
            raise MailRefused("A mail went out a moment ago. Wait ten minutes, then ask again.")
        MailAddress.objects.filter(wallet=wallet).delete()
        return MailAddress.objects.create(wallet=wallet, email=email, asked_at=now)


def confirm_news(*, token: str) -> MailAddress:
    """Begin to send what happens from now on, as the link in the question asks."""
    held = address_of(token)
    MailAddress.objects.filter(pk=held.pk, confirmed_at=None).update(confirmed_at=timezone.now())
    return held


def address_of(token: str) -> MailAddress:
    """Return the address that the link of a question is about, or raise ``MailRefused``."""
    wallet, email = _read(token, _CONFIRM, ANSWER_WITHIN)
    held = MailAddress.objects.filter(wallet=wallet, email=email).first()
    if held is None:
        raise MailRefused("Nobody asks for news at this address any more.")
    return held


def stop_news(*, token: str) -> None:
    """Forget an address, as the link in each mail asks. Safe to repeat."""
    wallet, email = _read(token, _STOP, None)
    MailAddress.objects.filter(wallet=wallet, email=email).delete()


def forget_news(*, wallet: str) -> None:
    """Forget the address of a wallet."""
    MailAddress.objects.filter(wallet=wallet).delete()


def _read(token: str, salt: str, max_age: timedelta | None) -> tuple[str, str]:
    try:
        wallet, email = signing.loads(token, salt=salt, max_age=max_age)
    except signing.SignatureExpired as error:
        raise MailRefused("This link is too old. Ask for news again on your page.") from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise MailRefused("This link is not one of ours, or a part of it is missing.") from error
    return wallet, email


def queue_notices() -> int:
    """Write down what is to be told to whom: each change once for each reader; return how many."""
    since = timezone.now() - NEWS_FOR
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS, [list(OWNER_KINDS), since])
        owners = cursor.rowcount
        cursor.execute(_VERIFIERS, [list(VERIFIER_KINDS), since])
        return owners + cursor.rowcount


_CHANGES, _ASSETS = AssetChange._meta.db_table, Asset._meta.db_table
_INSERT = (
    f"INSERT INTO {Notice._meta.db_table} (to_id, change_id, status) "
    f"SELECT DISTINCT mail.id, change.id, 'waiting' FROM {_CHANGES} AS change "
)
_NEW = (
    "WHERE change.kind = ANY(%s) AND change.at > %s AND change.at >= mail.confirmed_at "
    "ON CONFLICT DO NOTHING"
)
_OWNERS = (
    f"{_INSERT} JOIN {_ASSETS} AS asset ON asset.id = change.asset_id "
    f"JOIN {Owner._meta.db_table} AS reader ON reader.id = asset.owner_id "
    f"JOIN {MailAddress._meta.db_table} AS mail ON mail.wallet = reader.address {_NEW}"
)
_VERIFIERS = (
    f"{_INSERT} JOIN {VerificationRequest._meta.db_table} AS request "
    "ON request.asset_id = change.asset_id "
    f"JOIN {Attestation._meta.db_table} AS said ON said.request_id = request.id "
    f"JOIN {Verifier._meta.db_table} AS reader ON reader.id = said.verifier_id "
    f"JOIN {MailAddress._meta.db_table} AS mail ON mail.wallet = reader.address {_NEW}"
)


def send_mail() -> int:
    """Send what waits; return how many mails left. Two at once never send the same.

    What is to be sent is marked before it is: a crash in between costs a mail, never sends two.
    """
    queue_notices()
    if not _anything_waits():
        return 0
    server = get_connection()
    try:
        server.open()
    except _NOT_SENT:
        # Nothing was taken yet, so all of it waits for the next run.
        logger.warning("The mail server cannot be reached.", exc_info=True)
        return 0
    sent = 0
    try:
        while sent < MAILS_A_RUN and (_send_question(server) or _send_news(server)):
            sent += 1
    finally:
        server.close()
    return sent


def _anything_waits() -> bool:
    questions = MailAddress.objects.filter(question_sent_at=None)
    return questions.exists() or Notice.objects.filter(status=NoticeStatus.WAITING).exists()


def _send_question(server: BaseEmailBackend) -> bool:
    """Send the oldest question that waits; False when there is none."""
    with transaction.atomic():
        asked = MailAddress.objects.select_for_update(skip_locked=True)
        held = asked.filter(question_sent_at=None).order_by("asked_at").first()
        if held is None:
            return False
        held.question_sent_at = timezone.now()
        held.save(update_fields=["question_sent_at"])
    link = _link("portal:confirm_mail", _token(held, _CONFIRM))
    _send(server, held, confirmation(wallet=held.wallet, confirm_url=link))
    return True


def _send_news(server: BaseEmailBackend) -> bool:
    """Send one mail with what waits for one reader; False when nothing does."""
    with transaction.atomic():
        readers = MailAddress.objects.select_for_update(skip_locked=True, of=("self",))
        waiting = Notice.objects.filter(status=NoticeStatus.WAITING)
        held = readers.filter(pk__in=waiting.values("to")).order_by("pk").first()
        if held is None:
            return False
        notices = list(
            waiting.filter(to=held).select_related("change__asset").order_by("pk")[:LINES_A_MAIL]
        )
        _mark(notices, NoticeStatus.SENDING)
    stop = _link("portal:stop_mail", _token(held, _STOP))
    letter = news(lines=[_line(one) for one in notices], stop_url=stop)
    has_left = _send(server, held, letter, {"List-Unsubscribe": f"<{stop}>", **_ONE_CLICK})
    _mark(notices, NoticeStatus.SENT if has_left else NoticeStatus.FAILED)
    return True


_ONE_CLICK = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _mark(notices: Sequence[Notice], status: NoticeStatus) -> None:
    Notice.objects.filter(pk__in=[one.pk for one in notices]).update(status=status)


def _line(notice: Notice) -> Line:
    asset = notice.change.asset
    return Line(
        kind=notice.change.kind,
        class_label=asset.asset_class.label,
        asset_id=asset.pk,
        url=_page_of(asset, notice.to.wallet),
    )


def _page_of(asset: Asset, wallet: str) -> str:
    """Return where a reader finds the words: an owner on its own page, others on the public one."""
    if asset.owner_address == wallet:
        return _link("portal:thing", asset.pk)
    if asset.token_id is not None:
        return _link("portal:asset", asset.token_id)
    return _link("admin:collateral_verificationrequest_changelist")


def _send(
    server: BaseEmailBackend,
    held: MailAddress,
    letter: Letter,
    headers: dict[str, str] | None = None,
) -> bool:
    """Send one mail; False when the server refused it or broke off."""
    message = EmailMessage(
        letter.subject,
        letter.body,
        settings.DEFAULT_FROM_EMAIL,
        [held.email],
        connection=server,
        headers={"Auto-Submitted": "auto-generated", **(headers or {})},
    )
    try:
        return bool(message.send())
    except _NOT_SENT:
        logger.warning("A mail for the wallet %s did not leave.", held.wallet, exc_info=True)
        server.close()
        return False


def _token(held: MailAddress, salt: str) -> str:
    return signing.dumps([held.wallet, held.email], salt=salt)


def _link(name: str, *arguments: str | int) -> str:
    return settings.SITE_URL + reverse(name, args=arguments)
