"""Real workers at a real broker that forgets everything, and workers that are replaced."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import redis
from celery import current_app
from django.db import connections
from kombu import Connection

from settlement.doorbell import Ring
from settlement.models import Batch
from settlement.tasks import QUEUE, READ_QUEUE
from tests.faults.support.proxy import hashes

BELLS = [f"settlement.tasks.{name}" for name in ("pump_signers", "confirm_batches", "read_chain")]
# A worker that is told to go ends what it has in hand first, and takes no longer.
DRAIN_S = 30
PATIENCE_S = 240
BETWEEN_BELLS_S = 0.05


@dataclass
class Child:
    """A process of ours, which is told to end only once."""

    pid: int
    gone: bool = False

    def stop(self, how: signal.Signals) -> float:
        """End it and return how many seconds it took."""
        began = time.monotonic()
        if not self.gone:
            os.kill(self.pid, how)
            os.waitpid(self.pid, 0)
            self.gone = True
        return time.monotonic() - began


class Broker:
    """The test's Redis, and the bells that the schedule would ring there."""

    def __init__(self, path: str) -> None:
        self.url = f"redis+socket://{path}"
        self.client = redis.Redis(unix_socket_path=path)

    def ring_all(self) -> None:
        """Ring what the schedule would ring."""
        for name in BELLS:
            self.ring(Ring(name))

    def ring(self, bell: Ring) -> None:
        """Send one message past the connections that this process had before it forked."""
        with Connection(self.url) as line:
            current_app.tasks[bell.task].apply_async(args=bell.ids, connection=line, retry=False)

    @contextmanager
    def worker(self) -> Iterator[Child]:
        """Run a worker of both queues in a process of its own; it is gone afterwards."""
        connections.close_all()
        child = Child(os.fork())
        if child.pid == 0:
            self._work()
        try:
            yield child
        finally:
            child.stop(signal.SIGKILL)

    def _work(self) -> None:
        """Be a worker until told to stop; never returns."""
        code = 1
        try:
            Ring.__call__ = lambda bell: self.ring(bell)
            current_app.conf.update(broker_url=self.url, broker_connection_retry=True)
            worker = current_app.Worker(
                pool="solo", queues=[QUEUE, READ_QUEUE], loglevel="ERROR", without_gossip=True
            )
            worker.start()
            code = worker.exitcode or 0
        finally:
            os._exit(code)


@pytest.fixture
def broker(redis_broker, world, settings):
    """An empty broker; workers find the node through its faults."""
    settings.RPC_URL = world.node.url
    made = Broker(str(redis_broker.socket))
    made.client.flushall()
    yield made
    made.client.flushall()


def run_until_settled(world, broker, between=lambda: None):
    """Let workers work, blocks come and the schedule ring, until nothing is left to do."""
    deadline = time.monotonic() + PATIENCE_S
    while not world.is_settled():
        assert time.monotonic() < deadline, world.told_state()
        broker.ring_all()
        time.sleep(BETWEEN_BELLS_S)
        world.mine()
        between()


@pytest.mark.fault(7)
def test_a_broker_that_is_emptied_over_and_over_costs_only_time(world, ends_well, broker):
    world.accept_some()
    wiped = []

    def wipe():
        if world.rng.random() < 0.5:
            wiped.append(broker.client.dbsize())
            broker.client.flushall()

    with broker.worker():
        run_until_settled(world, broker, wipe)

    assert world.node.submitted
    assert sum(wiped) > 0
    ends_well()


@pytest.mark.fault(30)
def test_a_worker_that_is_told_to_go_ends_its_work_while_the_next_is_there(
    world, ends_well, broker
):
    world.accept_some()
    took = []

    def hand_over():
        if world.node.submitted and not took:
            took.append(old.stop(signal.SIGTERM))
            world.accept_some()

    with broker.worker() as old, broker.worker():
        run_until_settled(world, broker, hand_over)

    assert took and took[0] < DRAIN_S
    sent = set(hashes(world.node.submitted))
    assert Batch.objects.filter(tx_hash__in=sent).count() == len(sent)
    ends_well()
