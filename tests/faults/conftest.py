"""One market and one faulty node for all fault tests; each starts from the same state.

`FAULT_SEEDS` says how many seeds each test runs with, `FAULT_SEED` runs one alone.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from tests import servers
from tests.chain.lending.market import ETHER, USD, Market
from tests.conftest import WORKER
from tests.faults.support.baseline import Baseline
from tests.faults.support.invariant import assert_holds
from tests.faults.support.proxy import FaultyNode
from tests.faults.support.world import World

SEEDS = int(os.environ.get("FAULT_SEEDS", "5"))
ONE_SEED = os.environ.get("FAULT_SEED", "")
# The lanes of the loans: one lane has many, so that there is somebody to starve.
LANES = (0, 1, 0, 1, 0, 0, 0, 0)
LOANS_OF_FIRST_LANE = LANES.count(0)
PREFUNDED = 400 * USD


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what takes a seed once with each."""
    if "seed" in metafunc.fixturenames:
        seeds = [int(ONE_SEED)] if ONE_SEED else list(range(SEEDS))
        metafunc.parametrize("seed", seeds)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests in one process, which sets the market up once, and give them a database."""
    for item in items:
        if "faults" in Path(item.path).parts:
            item.add_marker(pytest.mark.xdist_group("faults"))
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """Say how a failure is replayed."""
    outcome = yield
    report = outcome.get_result()
    seed = getattr(item, "callspec", None) and item.callspec.params.get("seed")
    if report.failed and seed is not None:
        name = item.originalname
        report.sections.append(("replay", f"make faults SEED={seed} FAULT={name}"))


@pytest.fixture
def _django_db_helper(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Open the database; `Baseline` brings it back, much sooner than emptying all tables does."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="package")
def faults_chain() -> Iterator[str]:
    """A chain of these tests' own."""
    chain = servers.chain(f"{WORKER}-faults")
    chain.use()
    yield chain.url
    chain.release()


@pytest.fixture(scope="package")
def baseline(faults_chain: str, django_db_setup: None, django_db_blocker) -> Iterator[Baseline]:
    """A market with loans in two lanes, prefunded; nothing is under way."""
    kept = settings.DEPLOYMENT_FILE, settings.RPC_URL
    settings.DEPLOYMENT_FILE = Path(kept[0]).with_name("faults-deployment.json")
    settings.RPC_URL = faults_chain
    with django_db_blocker.unblock():
        market = Market(faults_chain)
        market.begin()
        for lane in LANES:
            loan = market.open(lrt_amount=10 * ETHER, principal=12_000 * USD, lane=lane)
            market.act(market.borrower, "prefund", loan_id=loan.pk, amount=PREFUNDED)
        market.run()
        market.chain.rpc.request("evm_setAutomine", False)
        yield Baseline.taken(faults_chain)
        call_command("flush", interactive=False, verbosity=0)
    settings.DEPLOYMENT_FILE, settings.RPC_URL = kept


@pytest.fixture(scope="package")
def faulty_node(faults_chain: str) -> Iterator[FaultyNode]:
    """The strict, lying node in front of it."""
    node = FaultyNode(faults_chain)
    node.start()
    yield node
    node.stop()


@pytest.fixture
def world(
    baseline: Baseline, faulty_node: FaultyNode, seed: int, monkeypatch, request
) -> Iterator[World]:
    """The state to begin with; after the test the faults end, the queue drains, and all holds."""
    monkeypatch.setattr("settlement.doorbell.Ring.__call__", lambda ring: None)
    baseline.restore()
    faulty_node.begin(seed)
    yield World.begun(faulty_node, baseline.rpc_url, seed)


@pytest.fixture
def ends_well(world: World):
    """What every fault test calls last."""

    def check() -> None:
        certain = [lie for lie in world.node.lies if lie.chance == 1.0 and lie.first == 0]
        assert all(lie.told for lie in certain), "a lie of this test was never told"
        world.drain()
        assert_holds(world)
        assert world.undeclared() == []

    return check
