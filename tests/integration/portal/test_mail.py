"""News by mail: asked for, confirmed, sent once, stopped; and that it gives nothing away."""

import re
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail as outgoing
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from collateral import services
from collateral.domain.classes import Role
from collateral.models import AssetChange, Attestation, VerificationRequest
from portal.models import MailAddress, Notice
from portal.services import mail
from tests.integration.collateral.conftest import (
    OWNER,
    VIN,
    car,
    chain_now,
    deployment,
    submitted_car,
    verifiers,
    wallets,
)
from tests.integration.portal.test_owner import sign_in

__all__ = ["car", "chain_now", "deployment", "submitted_car", "verifiers", "wallets"]
pytestmark = pytest.mark.django_db
EMAIL = "owner@example.com"


@pytest.fixture
def reader(db):
    """The owner's address, confirmed an hour ago."""
    return confirmed(OWNER, EMAIL)


def confirmed(wallet, email):
    before = timezone.now() - timedelta(hours=1)
    return MailAddress.objects.create(
        wallet=wallet, email=email, asked_at=before, question_sent_at=before, confirmed_at=before
    )


def happened(asset, kind, text="A sentence.", key=""):
    return AssetChange.objects.create(asset=asset, kind=kind, text=text, key=key)


def link(message, name):
    (found,) = re.findall(rf"http\S*/mail/{name}/\S+", message.body)
    return found[found.index("/mail/") :]


def test_an_address_gets_news_only_once_it_has_confirmed(client, wallets, chain_now):
    browser = sign_in(client, wallets[0])

    browser.post(reverse("portal:news"), {"email": EMAIL})
    mail.send_mail()
    (question,) = outgoing.outbox
    looked = browser.get(link(question, "confirm"))
    before = MailAddress.objects.get().confirmed_at
    browser.post(link(question, "confirm"))

    assert (question.to, looked.status_code, before) == ([EMAIL], 200, None)
    assert MailAddress.objects.get().confirmed_at is not None
    assert "You get news" in browser.get(reverse("portal:news")).content.decode()


def test_the_question_goes_out_once(client, wallets, chain_now):
    mail.ask_for_news(wallet=wallets[0].address, email=EMAIL)

    sent = [mail.send_mail(), mail.send_mail()]

    assert (sent, len(outgoing.outbox)) == ([1, 0], 1)


def test_nobody_can_have_mail_sent_to_a_stranger_again_and_again(wallets, db):
    mail.ask_for_news(wallet=wallets[0].address, email=EMAIL)

    with pytest.raises(mail.MailRefused, match="ten minutes"):
        mail.ask_for_news(wallet=wallets[0].address, email="other@example.com")

    asked = timezone.now() - mail.ASK_AGAIN_AFTER
    MailAddress.objects.update(asked_at=asked)
    assert mail.ask_for_news(wallet=wallets[0].address, email=EMAIL).confirmed_at is None


@pytest.mark.parametrize("email", ["", "owner", "a@b", "a@example.com\nBcc: b@example.com"])
def test_what_is_no_address_is_refused_on_the_page(client, wallets, chain_now, email):
    browser = sign_in(client, wallets[0])

    page = browser.post(reverse("portal:news"), {"email": email})

    assert page.status_code == 400
    assert not MailAddress.objects.exists()


def test_a_question_never_answered_sends_nothing(car):
    mail.ask_for_news(wallet=OWNER, email=EMAIL)
    MailAddress.objects.update(question_sent_at=timezone.now())
    happened(car, "attested")

    assert mail.send_mail() == 0
    assert not Notice.objects.exists()


def test_news_says_that_and_where_and_never_what(reader, car, settings):
    settings.SITE_URL = "https://ballast.example"
    happened(car, "asks", "Firm asks for more (title): the title of 1 Elm St is unreadable.")

    mail.send_mail()

    (message,) = outgoing.outbox
    page = reverse("portal:thing", args=[car.pk])
    assert message.to == [EMAIL]
    assert message.subject == f"Ballast: Car {car.pk}"
    assert f"https://ballast.example{page}" in message.body
    assert "A verifier asks for more" in message.body
    assert not any(secret in message.body for secret in (VIN, "Elm", "MCI", "Firm", OWNER))
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("kind", ["attested", "rejected", "asks", "expiring", "expired", "revoked"])
def test_each_kind_is_told_once_however_often_the_task_runs(reader, car, kind):
    happened(car, kind)

    sent = [mail.send_mail() for _ in range(3)]

    assert sent == [1, 0, 0]
    assert len(outgoing.outbox) == 1


@pytest.mark.parametrize("kind", ["submitted", "claimed", "evidence", "released"])
def test_what_an_owner_did_itself_or_need_not_know_is_not_mailed(reader, car, kind):
    happened(car, kind)

    assert mail.send_mail() == 0


def test_what_happened_before_the_address_was_confirmed_is_no_news(reader, car):
    change = happened(car, "attested")
    AssetChange.objects.filter(pk=change.pk).update(at=reader.confirmed_at - timedelta(seconds=1))

    assert mail.send_mail() == 0


def test_several_changes_are_one_mail_and_many_are_several(reader, car):
    for _ in range(mail.LINES_A_MAIL + 1):
        happened(car, "attested")

    assert mail.send_mail() == 2
    assert [one.subject for one in outgoing.outbox] == [
        f"Ballast: {mail.LINES_A_MAIL} things happened",
        f"Ballast: Car {car.pk}",
    ]


def test_who_vouched_is_told_of_expiry_and_revocation_and_of_nothing_else(
    submitted_car, verifiers, wallets
):
    confirmed(wallets[0].address, "firm@example.com")
    confirmed(wallets[1].address, "stranger@example.com")
    attest(submitted_car, verifiers[0], wallets[0])

    for kind in ("attested", "expiring", "revoked"):
        happened(submitted_car, kind)
    mail.send_mail()

    (message,) = outgoing.outbox
    assert message.to == ["firm@example.com"]
    assert "run out soon" in message.body
    assert "was revoked" in message.body
    assert "vouches for it in one" not in message.body


def attest(asset, verifier, wallet):
    request = VerificationRequest.objects.get(asset=asset, role=Role.TITLE)
    made = services.attestation_messages(values={request.pk: 0}, verifier=verifier)[0]
    signed = services.SignedStatement(
        statement=made, signature=wallet.sign_typed_data(dict(made.typed_data))
    )
    services.submit_attestations(signed=[signed])
    return Attestation.objects.get()


def test_an_owner_who_vouched_too_is_told_once(reader, submitted_car, verifiers, wallets):
    attest(submitted_car, verifiers[0], wallets[0])
    reader.wallet = wallets[0].address
    reader.save()
    submitted_car.owner.__class__.objects.filter(pk=submitted_car.owner_id).update(
        address=wallets[0].address
    )
    happened(submitted_car, "revoked")

    mail.send_mail()

    assert Notice.objects.filter(change__kind="revoked").count() == 1


def test_the_database_refuses_to_tell_one_thing_twice(reader, car):
    change = happened(car, "attested")
    Notice.objects.create(to=reader, change=change)

    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(to=reader, change=change)


class Unreachable(EmailBackend):
    def open(self):
        raise ConnectionRefusedError("nobody listens")


class BreaksOff(EmailBackend):
    """Takes the mail and breaks off: it may have left."""

    def send_messages(self, messages):
        super().send_messages(messages)
        raise SMTPServerDisconnected("gone")


def use(settings, backend):
    settings.EMAIL_BACKEND = f"{__name__}.{backend}"


def test_while_the_server_cannot_be_reached_all_of_it_waits(reader, car, settings):
    happened(car, "attested")
    working = settings.EMAIL_BACKEND
    use(settings, "Unreachable")

    first = mail.send_mail()
    settings.EMAIL_BACKEND = working
    second = mail.send_mail()

    assert (first, second, len(outgoing.outbox)) == (0, 1, 1)


def test_what_may_have_left_is_not_sent_again(reader, car, settings):
    happened(car, "attested")
    working = settings.EMAIL_BACKEND
    use(settings, "BreaksOff")

    mail.send_mail()
    settings.EMAIL_BACKEND = working
    again = mail.send_mail()

    assert (again, len(outgoing.outbox)) == (0, 1)
    assert Notice.objects.get().status == "failed"


def test_a_mail_can_be_stopped_with_one_click_and_without_signing_in(client, reader, car):
    happened(car, "attested")
    mail.send_mail()
    stop = link(outgoing.outbox[0], "stop")

    looked = client.get(stop, HTTP_HOST="127.0.0.1")
    kept = MailAddress.objects.count()
    clicked = client.post(stop, HTTP_HOST="127.0.0.1")
    again = client.post(stop, HTTP_HOST="127.0.0.1")

    assert (looked.status_code, kept) == (200, 1)
    assert (clicked.status_code, again.status_code) == (200, 200)
    assert not MailAddress.objects.exists()


def test_the_page_forgets_an_address(client, wallets, chain_now):
    confirmed(wallets[0].address, EMAIL)
    browser = sign_in(client, wallets[0])

    browser.post(reverse("portal:news"), {"do": "stop"})

    assert not MailAddress.objects.exists()


@pytest.mark.parametrize("name", ["confirm_mail", "stop_mail"])
@pytest.mark.parametrize("token", ["x", "WyJhIl0:1a:b"])
def test_a_link_that_is_not_ours_is_refused(client, db, name, token):
    page = client.post(reverse(f"portal:{name}", args=[token]), HTTP_HOST="127.0.0.1")

    assert page.status_code == 400


def test_a_stop_link_does_not_confirm(reader):
    with pytest.raises(mail.MailRefused):
        mail.confirm_news(token=mail._token(reader, mail._STOP))


def test_an_old_question_is_not_answered_any_more(reader, monkeypatch):
    token = mail._token(reader, mail._CONFIRM)
    monkeypatch.setattr(mail, "ANSWER_WITHIN", timedelta(seconds=-1))

    with pytest.raises(mail.MailRefused, match="too old"):
        mail.confirm_news(token=token)
