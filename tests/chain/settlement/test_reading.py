"""The reader against a real node."""

import itertools
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from contracts.types import Event
from settlement import projection, services
from settlement.errors import ReorganisationFound
from settlement.models import Block, Cursor, EventLog, Signer
from settlement.selectors import chain_time, pipeline

HOLDER = "0x00000000000000000000000000000000000000A1"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _doorbells_are_not_heard(monkeypatch):
    monkeypatch.setattr("settlement.doorbell.Ring.__call__", lambda ring: None)


@pytest.fixture
def seen():
    """Transfers that a handler was told of."""
    events: list[Event] = []
    handler = events.append
    projection.register("TestStablecoin", "Transfer", handler)
    yield events
    projection.unregister("TestStablecoin", "Transfer", handler)


def mint(chain, mine, count=1, key="mint"):
    for index in range(count):
        services.submit_call(
            client_key=f"{key}-{index}",
            kind="test",
            contract="TestStablecoin",
            function="mint",
            args=[HOLDER, index + 1],
            lane=0,
        )
    services.pump_signer(signer_id=Signer.objects.get(lane=0).pk, chain=chain)
    mine()
    services.confirm_batches(chain=chain)


def read(chain, confirmations=1):
    return services.read_chain(chain=chain, confirmations=confirmations)


def test_a_reader_that_moves_is_never_taken_for_stuck(chain, mine):
    mine()
    read(chain)
    Cursor.objects.update(updated_at=timezone.now() - timedelta(hours=1))
    stuck = pipeline().lag_s

    mine()
    read(chain)

    assert stuck >= 3_600
    assert pipeline().lag_s < 3_600


def test_events_are_stored_and_projected_in_their_order(chain, mine, seen):
    mint(chain, mine, count=3)
    mine()

    read(chain)

    assert [event.args["value"] for event in seen] == [1, 2, 3]
    stored = EventLog.objects.order_by("block_number", "log_index")
    assert [row.args["value"] for row in stored] == [1, 2, 3]
    assert all(event.block_time > 0 for event in seen)


def test_a_block_is_used_once_it_is_deep_enough(chain, mine, seen):
    mint(chain, mine)
    read(chain, confirmations=1)
    assert seen == []
    mine()

    read(chain, confirmations=1)

    assert len(seen) == 1


def test_without_confirmations_the_newest_block_is_used(chain, mine, seen):
    mint(chain, mine)

    read(chain, confirmations=0)

    assert len(seen) == 1
    assert Cursor.objects.get(name=Cursor.READER).block_number == chain.head().number


def test_reading_twice_projects_once(chain, mine, seen):
    mint(chain, mine)
    mine()
    read(chain)

    assert read(chain) == 0
    assert len(seen) == 1


def test_every_block_is_linked_to_the_one_before(chain, mine):
    mine(60)

    read(chain)

    blocks = list(Block.objects.order_by("number"))
    assert len(blocks) >= 59
    assert all(later.parent_hash == earlier.hash for earlier, later in itertools.pairwise(blocks))


def test_a_chain_that_has_none_of_our_blocks_stops_the_reader(chain, mine, seen):
    mine(2)
    read(chain)
    Cursor.objects.filter(name=Cursor.READER).update(block_hash="0x" + "99" * 32)
    for number in Block.objects.values_list("number", flat=True):
        Block.objects.filter(number=number).update(hash=f"0x{number:064x}")
    mint(chain, mine)
    mine()

    with pytest.raises(ReorganisationFound, match="RESET=1"):
        read(chain)

    assert seen == []


def test_a_handler_that_fails_leaves_the_cursor_where_it_was(chain, mine, seen, monkeypatch):
    read(chain)
    mint(chain, mine)
    mine()
    before = Cursor.objects.get(name=Cursor.READER).block_number

    def fail(event):
        raise RuntimeError("no such asset")

    projection.register("TestStablecoin", "Transfer", fail)
    with pytest.raises(RuntimeError):
        read(chain)
    projection.unregister("TestStablecoin", "Transfer", fail)

    assert Cursor.objects.get(name=Cursor.READER).block_number == before
    assert EventLog.objects.count() == 0
    read(chain)
    assert EventLog.objects.count() == 1


def test_a_step_that_the_database_ends_is_tried_again_with_fewer_blocks(chain, mine, seen):
    read(chain)
    mint(chain, mine)
    mine()
    window = Cursor.objects.get(name=Cursor.READER).window

    def end(event):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    projection.register("TestStablecoin", "Transfer", end)
    with pytest.raises(DatabaseError):
        read(chain)
    projection.unregister("TestStablecoin", "Transfer", end)

    assert Cursor.objects.get(name=Cursor.READER).window < window
    read(chain)
    assert EventLog.objects.count() == 1


def test_the_time_of_the_chain_is_that_of_the_newest_block_read(chain, mine):
    chain.rpc.request("evm_increaseTime", 86_400 * 40)
    mine(2)

    read(chain, confirmations=0)

    assert chain_time() == chain.head().timestamp


def test_the_lag_is_the_number_of_blocks_that_are_still_to_be_read(chain, mine):
    mine(3)
    read(chain, confirmations=2)

    assert pipeline().lag_blocks == 2
