"""Signing in with a wallet: what is signed, and every way in which it is refused."""

import pytest
from django.urls import reverse

from contracts.wallet import development_wallet
from portal.models import SignInChallenge

pytestmark = pytest.mark.django_db
PAGE = "/sign-in/"


@pytest.fixture
def wallet(settings):
    return development_wallet(settings.RELAYER_MNEMONIC, "owner")


def begin(client, wallet, **data):
    page = client.post(PAGE, {"address": wallet.address, **data})
    return page.context["nonce"], page.context["message"]


def answer(client, nonce, signature, **data):
    return client.post(PAGE, {"nonce": nonce, "signature": "0x" + signature.hex(), **data})


def signed_in(client):
    return client.get(reverse("portal:mine")).status_code == 200


def test_a_wallet_signs_in_and_out(client, wallet):
    nonce, message = begin(client, wallet)

    response = answer(client, nonce, wallet.sign_text(message))

    assert (response.status_code, response["Location"]) == (302, "/mine/")
    assert signed_in(client)
    client.post(reverse("portal:sign_out"))
    assert not signed_in(client)


def test_the_message_names_site_account_chain_nonce_and_end(client, wallet):
    nonce, message = begin(client, wallet)

    lines = message.split("\n")
    assert lines[0] == "127.0.0.1 wants you to sign in with your Ethereum account:"
    assert lines[1] == wallet.address
    assert lines[5:9] == [
        "URI: http://127.0.0.1",
        "Version: 1",
        "Chain ID: 31337",
        f"Nonce: {nonce}",
    ]
    assert lines[9].startswith("Issued At: ")
    assert lines[10].startswith("Expiration Time: ")


@pytest.fixture(autouse=True)
def loopback(client):
    client.defaults["HTTP_HOST"] = "127.0.0.1"


def test_a_nonce_serves_once(client, wallet):
    nonce, message = begin(client, wallet)
    signature = wallet.sign_text(message)
    answer(client, nonce, signature)
    client.post(reverse("portal:sign_out"))

    again = answer(client, nonce, signature)

    assert again.status_code == 400
    assert "used already" in again.content.decode()
    assert not signed_in(client)


def test_a_nonce_of_another_browser_is_refused(client, wallet):
    nonce, message = begin(client, wallet)
    other = type(client)(HTTP_HOST="127.0.0.1")
    begin(other, wallet)

    response = answer(other, nonce, wallet.sign_text(message))

    assert response.status_code == 400
    assert not signed_in(other)


def test_another_accounts_signature_is_refused(client, wallet, settings):
    nonce, message = begin(client, wallet)
    other = development_wallet(settings.RELAYER_MNEMONIC, "owner", 1)

    response = answer(client, nonce, other.sign_text(message))

    assert f"signed by {other.address}" in response.content.decode()
    assert not signed_in(client)


def test_a_signature_that_comes_late_is_refused(client, wallet):
    nonce, message = begin(client, wallet)
    SignInChallenge.objects.update(issued_at_s=1, expires_at_s=2)

    response = answer(client, nonce, wallet.sign_text(message))

    assert "signed too late" in response.content.decode()
    assert not signed_in(client)


@pytest.mark.parametrize("changed", [{"chain_id": 1}, {"origin": "https://ballast.example"}])
def test_a_message_for_another_site_or_chain_is_refused(client, wallet, changed):
    nonce, message = begin(client, wallet)
    SignInChallenge.objects.update(**changed)

    response = answer(client, nonce, wallet.sign_text(message))

    assert "another site or chain" in response.content.decode()
    assert not signed_in(client)


@pytest.mark.parametrize("signature", [b"", b"\x01" * 65, b"\x00" * 65, b"\x01" * 64])
def test_what_is_no_signature_is_refused_in_words(client, wallet, signature):
    nonce, _ = begin(client, wallet)

    response = answer(client, nonce, signature or b"\x00")

    assert response.status_code == 400
    assert not signed_in(client)


def test_a_session_gets_a_new_key_at_sign_in(client, wallet):
    nonce, message = begin(client, wallet)
    before = client.session.session_key

    answer(client, nonce, wallet.sign_text(message))

    assert client.session.session_key != before


def test_the_way_back_stays_on_the_site(client, wallet):
    nonce, message = begin(client, wallet)

    response = answer(client, nonce, wallet.sign_text(message), next="https://evil.example/")

    assert response["Location"] == "/mine/"


def test_an_address_that_is_none_is_refused_in_words(client):
    response = client.post(PAGE, {"address": "0x12"})

    assert "is not an account address" in response.content.decode()


def test_off_loopback_the_sites_address_must_be_set(client, wallet, settings):
    settings.ALLOWED_HOSTS = ["ballast.example"]

    closed = client.post(PAGE, {"address": wallet.address}, HTTP_HOST="ballast.example")
    settings.PUBLIC_URL = "https://ballast.example"
    opened = client.post(PAGE, {"address": wallet.address}, HTTP_HOST="ballast.example")

    assert "has not set the site" in closed.content.decode()
    assert "URI: https://ballast.example" in opened.context["message"]


def test_a_session_of_another_chain_counts_for_nothing(client, wallet, settings):
    nonce, message = begin(client, wallet)
    answer(client, nonce, wallet.sign_text(message))

    settings.CHAIN_ID = 1

    assert not signed_in(client)
