"""How mail leaves, from one address."""

import pytest

from config.env import EnvironmentInvalid, read_environment
from config.mail import mail_settings


def test_mail_is_printed_unless_a_server_is_named() -> None:
    assert mail_settings("console:")["EMAIL_BACKEND"].endswith("console.EmailBackend")


@pytest.mark.parametrize(
    ("url", "host", "port", "ssl", "starttls"),
    [
        ("smtps://mail.example", "mail.example", 465, True, False),
        ("smtp://mail.example", "mail.example", 587, False, True),
        ("smtp://mail.example:2525", "mail.example", 2525, False, True),
        ("smtp://127.0.0.1:25", "127.0.0.1", 25, False, False),
    ],
)
def test_mail_is_encrypted_except_on_this_machine(url, host, port, ssl, starttls) -> None:
    made = mail_settings(url)

    assert (made["EMAIL_HOST"], made["EMAIL_PORT"]) == (host, port)
    assert (made["EMAIL_USE_SSL"], made["EMAIL_USE_TLS"]) == (ssl, starttls)


def test_a_password_may_hold_any_character() -> None:
    made = mail_settings("smtps://me%40example.com:p%3A%2F%40ss@mail.example")

    assert (made["EMAIL_HOST_USER"], made["EMAIL_HOST_PASSWORD"]) == ("me@example.com", "p:/@ss")


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://mail.example:port", "mail.example"])
def test_another_kind_of_address_is_refused_at_the_start(monkeypatch, url) -> None:
    monkeypatch.setenv("EMAIL_URL", url)

    with pytest.raises(EnvironmentInvalid, match="EMAIL_URL"):
        read_environment()


@pytest.mark.parametrize(
    ("count", "is_fine"), [("-1", False), ("0", True), ("5", True), ("6", False)]
)
def test_proxies_are_counted_within_reason(monkeypatch, count, is_fine) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", count)

    if is_fine:
        assert read_environment().trusted_proxies == int(count)
    else:
        with pytest.raises(EnvironmentInvalid, match="TRUSTED_PROXIES"):
            read_environment()
