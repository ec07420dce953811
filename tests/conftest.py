"""Fixtures that every test can ask for: a database, a broker, a chain, a browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings

from config.stack import rpc
from config.stack.redis import Redis
from contracts.client import Chain, connect
from contracts.deployment import deploy_if_needed
from contracts.deployment_record import load
from tests import browser, servers
from tests.blocks import change_maker

WORKER = settings.WORKER

# A busy machine is no failure: what is tested is the answer, not the time it takes.
hypothesis.settings.register_profile("ballast", deadline=None)
hypothesis.settings.load_profile("ballast")


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[None]:
    """One cluster for all test processes, stopped when the last of them ends."""
    cluster = servers.postgres()
    cluster.use()
    yield
    cluster.release()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    postgres_cluster: None, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Start the cluster before pytest-django makes this process's database in it."""


@pytest.fixture(scope="session")
def redis_broker() -> Iterator[Redis]:
    """A broker of this test process."""
    broker = servers.redis(WORKER)
    broker.use()
    yield broker
    broker.release()


@pytest.fixture(scope="session")
def anvil() -> Iterator[str]:
    """The address of a chain of this test process, which mines each transaction at once."""
    node = servers.chain(WORKER)
    node.use()
    yield node.url
    node.release()


@pytest.fixture
def anvil_snapshot(anvil: str) -> Iterator[str]:
    """The chain's address; what the test does on the chain is undone after it."""
    snapshot = rpc.call(anvil, "evm_snapshot")
    yield anvil
    rpc.call(anvil, "evm_revert", snapshot)
    change_maker(anvil)


@pytest.fixture(scope="session")
def deployed_chain(anvil: str) -> Chain:
    """The chain of this test process with our contracts on it; its record is at its place."""
    settings.RPC_URL = anvil
    settings.DEPLOYMENT_FILE.unlink(missing_ok=True)
    deploy_if_needed(rpc_url=anvil, path=settings.DEPLOYMENT_FILE)
    return connect(anvil).with_deployment(load())


@pytest.fixture
def chain(deployed_chain: Chain, anvil_snapshot: str) -> Chain:
    """The chain with our contracts; what the test does on it is undone after it."""
    # Tests that deploy contracts of their own leave their record.
    deployed_chain.deployment.save(Path(settings.DEPLOYMENT_FILE))
    return deployed_chain


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; tests that ask for it are skipped where none can be had."""
    path = browser.chromium_path()
    if path is None and os.environ.get("CI") == "true":
        pytest.fail("no Chromium on the build machine: browser tests may not be skipped there")
    if path is None:
        pytest.skip("no Chromium: none is installed, and neither apt-get nor npm could bring one")
    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they need, from their place and their fixtures."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if "chromium" in names:
            item.add_marker(pytest.mark.browser)
        if "anvil" in names or "chain" in Path(item.path).parts:
            item.add_marker(pytest.mark.chain)
