"""Lines are cut, Redis is wiped, clocks differ, workers change (faults 7, 8, 27 and 30)."""

import contextlib
from datetime import timedelta

import pytest
import redis
from celery import current_app
from django.db import DatabaseError, connection, connections
from django.utils import timezone
from kombu import Connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from settlement import services
from settlement.models import Batch, Signer
from settlement.services import signers
from tests.faults.support.proxy import hashes
from tests.faults.support.tcp import COMMIT, FaultyLine, unix_socket


@pytest.fixture
def database_line(world):
    """The database, reached through a line that can be cut."""
    settings = connections["default"].settings_dict
    path = f"{settings['OPTIONS']['host']}/.s.PGSQL.5432"
    line = FaultyLine(unix_socket(path))
    line.start()
    direct = settings["OPTIONS"]
    settings["HOST"], settings["PORT"] = "127.0.0.1", str(line.port)
    settings["OPTIONS"] = {**direct, "host": "127.0.0.1"}
    connections.close_all()
    yield line
    settings["HOST"], settings["PORT"], settings["OPTIONS"] = "", "", direct
    connections.close_all()
    line.stop()


def work_on(world, times):
    """Let a worker work that reconnects after an error, as Celery's does before each task."""
    for _ in range(times):
        with contextlib.suppress(DatabaseError):
            world.beat()
        connection.close_if_unusable_or_obsolete()
        world.mine()
        with contextlib.suppress(DatabaseError):
            world.let_pass(signers.LEASE_S + 1)


@pytest.mark.fault(8)
def test_a_line_cut_at_a_commit_leaves_no_double(world, ends_well, database_line):
    world.accept_some()
    fault = world.one_of(["cut_before_next", "swallow_answer_to_next"])
    getattr(database_line, fault)(COMMIT, passes=world.rng.randint(0, 14))

    work_on(world, 3)

    ends_well()
    assert database_line.cuts >= 1


def test_a_slow_database_only_slows(world, ends_well, database_line):
    world.accept_calls(2)
    database_line.delay_s = 0.002

    work_on(world, 2)

    database_line.delay_s = 0
    ends_well()


@pytest.mark.fault(8)
def test_every_connection_cut_in_the_midst_of_work_costs_only_time(world, ends_well, database_line):
    world.accept_some()
    work_on(world, 1)

    database_line.cut()
    work_on(world, 2)

    ends_well()


@pytest.fixture
def redis_line(redis_broker):
    """The broker, reached through a line that can be cut."""
    line = FaultyLine(unix_socket(str(redis_broker.socket)))
    line.start()
    yield line
    line.stop()


@pytest.mark.fault(7)
def test_a_redis_that_is_wiped_and_cut_loses_nothing(
    world, ends_well, redis_line, redis_broker, monkeypatch
):
    rung = []

    def ring(bell):
        with (
            contextlib.suppress(OperationalError, RedisError, OSError),
            Connection(f"redis://127.0.0.1:{redis_line.port}/0") as broker,
        ):
            task = current_app.tasks[bell.task]
            rung.append(task.apply_async(args=bell.ids, retry=False, connection=broker))

    monkeypatch.setattr("settlement.doorbell.Ring.__call__", ring)
    world.accept_some()
    client = redis.Redis(unix_socket_path=str(redis_broker.socket))
    waiting = client.llen("chain")
    client.flushall()
    redis_line.cut()
    redis_line.refusing = True
    world.accept_calls(1)
    monkeypatch.setattr("settlement.doorbell.Ring.__call__", lambda bell: None)

    ends_well()

    assert rung and waiting > 0 and client.llen("chain") == 0


@pytest.mark.fault(27)
def test_a_worker_whose_clock_is_wrong_owns_nothing_longer(world, ends_well, monkeypatch):
    minutes = world.one_of([-10, 10])
    world.accept_calls(2, lane=world.lanes[0])
    signer_id = Signer.objects.get(lane=world.lanes[0], retired_at__isnull=True).pk
    now = timezone.now

    with signers.lease(signer_id):
        monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(minutes=minutes))
        with signers.lease(signer_id) as second:
            assert second is None
        assert services.pump_signer(signer_id=signer_id, chain=world.chain) == 0

    world.beats(2)
    ends_well()


@pytest.mark.fault(30)
def test_old_and_new_workers_side_by_side_claim_nothing_twice(world, ends_well):
    world.accept_some()
    for _ in range(2):
        world.in_another_process(world.beat)
        world.beat()
        world.mine()

    ends_well()

    sent = hashes(world.node.submitted)
    assert Batch.objects.filter(tx_hash__in=set(sent)).count() == len(set(sent))
