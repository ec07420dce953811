"""Prices read from aggregators on a real chain, their code written by hand for each answer."""

import pytest
from django.utils import timezone
from eth_abi.abi import encode

from config.stack import rpc
from contracts.aggregators import read_aggregator
from contracts.client import connect
from contracts.errors import ChainRejected
from oracles import services
from oracles.models import Observation, SourceFeed, SourceKind
from oracles.services import ensure_source
from oracles.sources.adapters import Asking

pytestmark = pytest.mark.django_db
PROXY, BEHIND, SEQUENCER = ("0x" + digit * 40 for digit in "abc")
DECIMALS, LATEST, AGGREGATOR = "313ce567", "feaf968c", "245a7bfc"
LEAST, MOST = "22adbc78", "70da2f67"
ETH = 3_000 * 10**8


def runtime(answers):
    """Return the code of a contract that gives a fixed answer to each selector, else reverts.

    Each test of a selector takes 11 bytes; behind them come the blocks that copy an answer.
    """
    tests, blocks, data = b"", b"", b""
    head = bytes.fromhex("5f3560e01c")
    start = len(head) + 11 * len(answers) + 3
    place = start + 13 * len(answers)
    for number, (selector, answer) in enumerate(answers.items()):
        target = (start + 13 * number).to_bytes(2)
        tests += bytes.fromhex("8063" + selector + "1461") + target + bytes.fromhex("57")
        size, offset = len(answer).to_bytes(2), (place + len(data)).to_bytes(2)
        blocks += bytes.fromhex("5b61") + size + bytes.fromhex("8061") + offset
        blocks += bytes.fromhex("5f395ff3") + b"\x00"
        data += answer
    return head + tests + bytes.fromhex("5f5ffd") + blocks + data


def a_round(answer=ETH, *, started_at, updated_at, number=41, answered_in=41):
    types = ("uint80", "int256", "uint256", "uint256", "uint80")
    return encode(types, (number, answer, started_at, updated_at, answered_in))


@pytest.fixture
def now(chain):
    return chain.head().timestamp


@pytest.fixture
def place(chain):
    def put(address, **answers):
        code = runtime(answers)
        rpc.call(chain.rpc.url, "anvil_setCode", address, "0x" + code.hex())

    return put


@pytest.fixture
def ether(place, now):
    """The price of ether as a proxy gives it, bounded by the aggregator behind."""

    def put(answer=ETH, *, updated_at=now - 60, decimals=8, **fields):
        place(
            PROXY,
            **{
                DECIMALS: encode(["uint8"], [decimals]),
                LATEST: a_round(answer, started_at=updated_at, updated_at=updated_at, **fields),
                AGGREGATOR: encode(["address"], [BEHIND]),
            },
        )
        place(
            BEHIND,
            **{LEAST: encode(["int192"], [10**8]), MOST: encode(["int192"], [10**12])},
        )

    put()
    return put


@pytest.fixture
def poll(chain, now):
    def ask(**terms):
        source = ensure_source(slug="aggregator", name="Feed", kind=SourceKind.EXCHANGE)
        usual = {
            "address": PROXY,
            "of": "EUR",
            "kind": "exchange_rate",
            "unit": "usd_per_one",
            "decimals": 8,
            "heartbeat_s": 3_600,
        }
        feed = SourceFeed.objects.create(source=source, adapter="aggregator", terms=usual | terms)
        by = Asking(now=now, chain=lambda: chain, fetcher=None)
        services.poll_feed(feed_id=feed.pk, now=now, clock=timezone.now(), by=by)
        feed.refresh_from_db()
        return feed

    return ask


def test_a_round_is_read_with_its_bounds_as_of_one_block(chain, ether, now):
    told = read_aggregator(chain, PROXY)

    assert (told.answer, told.decimals, told.round_id) == (ETH, 8, 41)
    assert (told.min_answer, told.max_answer) == (10**8, 10**12)
    assert told.updated_at == now - 60
    assert told.block_hash == chain.block(told.block).hash


def test_an_address_without_an_aggregator_is_refused(chain):
    with pytest.raises(ChainRejected, match="no price aggregator"):
        read_aggregator(chain, "0x" + "d" * 40)


def test_a_fresh_answer_becomes_an_observation(ether, poll, now):
    ether(answer=108_345_000)

    feed = poll()

    kept = Observation.objects.get()
    assert (feed.last_code, feed.accepted) == ("", 1)
    assert (kept.token, kept.amount, kept.observed_at) == ("EUR", 1_083_450_000_000, now - 60)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"updated_at": 0}, "ROUND_INCOMPLETE"),
        ({"answered_in": 40}, "ROUND_INCOMPLETE"),
        ({"decimals": 18}, "BAD_SCALE"),
        ({"answer": -5}, "NOT_POSITIVE"),
        ({"answer": 10**8}, "AT_BOUND"),
        ({"answer": 10**12}, "AT_BOUND"),
    ],
)
def test_an_answer_against_the_rules_is_a_failure_of_the_feed(ether, poll, fields, code):
    ether(**fields)

    assert poll().last_code == code
    assert not Observation.objects.exists()


def test_an_old_answer_is_a_failure_of_the_feed(ether, poll, now):
    ether(updated_at=now - 3_601)

    assert poll().last_code == "STALE"


@pytest.mark.parametrize(
    ("answer", "up_s", "code"),
    [(0, 3_601, ""), (0, 3_600, "SEQUENCER_DOWN"), (1, 9_999, "SEQUENCER_DOWN")],
)
def test_prices_wait_for_the_sequencer(ether, place, poll, now, answer, up_s, code):
    ether(answer=108_345_000)
    since = now - up_s
    place(
        SEQUENCER,
        **{
            DECIMALS: encode(["uint8"], [0]),
            LATEST: a_round(answer, started_at=since, updated_at=since),
        },
    )

    assert poll(sequencer=SEQUENCER).last_code == code


def test_a_node_that_does_not_answer_is_a_failure_of_the_feed(now):
    source = ensure_source(slug="aggregator", name="Feed", kind=SourceKind.EXCHANGE)
    terms = {"address": PROXY, "of": "EUR", "kind": "exchange_rate", "unit": "usd_per_one"}
    feed = SourceFeed.objects.create(
        source=source, adapter="aggregator", terms=terms | {"decimals": 8}
    )
    by = Asking(now=now, chain=lambda: connect("http://127.0.0.1:1"), fetcher=None)

    services.poll_feed(feed_id=feed.pk, now=now, clock=timezone.now(), by=by)

    feed.refresh_from_db()
    assert feed.last_code == "UNREACHABLE"
