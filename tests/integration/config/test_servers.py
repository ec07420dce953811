"""The servers that the embedded stack and the tests share."""

import pytest
from django.db import connection

from config.stack import rpc
from config.stack.redis import Redis


@pytest.mark.django_db
def test_the_test_database_answers_a_query() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()

    assert version.startswith("18.")


def test_a_broker_answers_on_its_private_socket(redis_broker: Redis) -> None:
    answers = redis_broker.is_ready()

    assert answers
    assert redis_broker.socket.stat().st_mode & 0o777 == 0o700


def test_a_test_chain_forgets_what_a_test_did(anvil: str) -> None:
    before = rpc.call(anvil, "eth_blockNumber")
    snapshot = rpc.call(anvil, "evm_snapshot")
    rpc.call(anvil, "evm_mine")

    rpc.call(anvil, "evm_revert", snapshot)

    assert rpc.call(anvil, "eth_blockNumber") == before
