"""How often one may try to sign in: both sides of each limit, and who is counted as whom."""

import pytest
from django.test import RequestFactory

from contracts.wallet import development_wallet
from portal.models import SignInCount
from portal.owner import limits

pytestmark = pytest.mark.django_db
PAGE = "/sign-in/"
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def wallets(settings):
    return [development_wallet(settings.RELAYER_MNEMONIC, name) for name in ("owner", "verifier")]


@pytest.fixture(autouse=True)
def loopback(client):
    client.defaults["HTTP_HOST"] = "127.0.0.1"


@pytest.fixture(autouse=True)
def one_window(monkeypatch):
    """A clock that stands still in the middle of a window."""
    clock = [1_795_000_000 // limits.WINDOW_S * limits.WINDOW_S + 60]
    monkeypatch.setattr(limits.time, "time", lambda: clock[0])
    return clock


def try_in(client, wallet, source=HERE):
    return client.post(PAGE, {"address": wallet.address}, REMOTE_ADDR=source).status_code


def tried(count, subject):
    window = int(limits.time.time()) // limits.WINDOW_S
    SignInCount.objects.create(subject=subject, window=window, count=count)


def test_one_wallet_is_limited_within_one_network_only(client, wallets):
    tried(limits.PER_WALLET - 1, f"{HERE} {wallets[0].address}")

    last, past = try_in(client, wallets[0]), try_in(client, wallets[0])

    assert (last, past) == (200, 429)
    assert try_in(client, wallets[1]) == 200
    assert try_in(client, wallets[0], ELSEWHERE) == 200


def test_a_network_is_limited_whatever_wallets_it_names(client, wallets):
    tried(limits.PER_NETWORK - 1, HERE)

    last, past = try_in(client, wallets[0]), try_in(client, wallets[1])

    assert (last, past) == (200, 429)
    assert try_in(client, wallets[0], ELSEWHERE) == 200


def test_signatures_count_as_well(client, wallets):
    tried(limits.PER_NETWORK, HERE)

    answer = client.post(PAGE, {"nonce": "x", "signature": "0x00"}, REMOTE_ADDR=HERE)

    assert answer.status_code == 429
    assert "Try again in 4 minutes." in answer.context["problem"]


def test_the_next_window_begins_anew_and_forgets_the_last(client, wallets, one_window):
    tried(limits.PER_NETWORK, HERE)
    one_window[0] += limits.WINDOW_S

    status = try_in(client, wallets[0])

    assert status == 200
    assert set(SignInCount.objects.values_list("count", flat=True)) == {1}


def caller(remote, forwarded=None):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().post(PAGE, REMOTE_ADDR=remote, **headers)


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "network"),
    [
        (0, HERE, None, HERE),
        (0, HERE, ELSEWHERE, HERE),
        (1, "10.0.0.1", HERE, HERE),
        (1, "10.0.0.1", f"{ELSEWHERE}, {HERE}", HERE),
        (2, "10.0.0.1", f"{ELSEWHERE}, {HERE}, 10.0.0.2", HERE),
        (1, HERE, None, HERE),
        (1, "10.0.0.1", "nonsense", "unknown"),
        (0, "", None, "unknown"),
        (0, "2001:db8:0:1:ffff::1", None, "2001:db8:0:1::/64"),
        (0, "2001:db8:0:1::2", None, "2001:db8:0:1::/64"),
    ],
)
def test_who_calls_is_told_by_our_own_proxies_only(settings, proxies, remote, forwarded, network):
    settings.TRUSTED_PROXIES = proxies

    found = limits.network_of(caller(remote, forwarded))

    assert found == network


def test_a_window_and_a_subject_have_one_row():
    window = int(limits.time.time()) // limits.WINDOW_S

    for _ in range(3):
        limits.refuse_too_many(caller(HERE))

    kept = SignInCount.objects.get(window=window)
    assert (kept.subject, kept.count) == (HERE, 3)
