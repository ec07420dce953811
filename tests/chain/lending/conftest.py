"""The whole engine against real contracts, driven step by step."""

from collections.abc import Iterator

import pytest

from tests import servers
from tests.chain.lending.market import Market
from tests.conftest import WORKER
from tests.tracing import undeclared_of


@pytest.fixture
def market(transactional_db) -> Iterator[Market]:
    """Deployed contracts, a funded pool, a reserve, and restaking tokens with a price.

    Months pass in these tests, so each has a chain of its own.
    """
    node = servers.chain(f"{WORKER}-lending")
    node.use()
    opened = Market(node.url)
    opened.begin()
    yield opened
    # Whatever the engine has sent is in the table of kinds.
    met = undeclared_of(opened.chain)
    node.release()
    assert met == []
