"""What must hold before our own processes start: servers answer, tables and contracts are there."""

import json
from typing import Any

import psycopg
import redis
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.stack import rpc
from config.stack.errors import StackError
from contracts.deployment import deploy_if_needed
from contracts.errors import ChainError

BLOCK_TABLE = "settlement_block"


def reach(name: str) -> str:
    """Check that a server given by its URL answers; return the words that name it."""
    return {"postgres": _reach_database, "redis": _reach_broker, "chain": _reach_chain}[name]()


def migrate() -> str:
    """Bring the tables up to this version."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", interactive=False, verbosity=0)
    return f"Tables up to date, {len(plan)} migrations applied"


def deploy_contracts() -> str:
    """Deploy the contracts on a chain that does not have them yet."""
    try:
        deployment = deploy_if_needed()
    except ChainError as error:
        raise StackError(str(error)) from error
    return f"Contracts at block {deployment.block}, {len(deployment.lanes)} lanes"


def check_chain_belongs_to_database() -> None:
    """Refuse a chain that does not hold what the database says happened on it."""
    head = int(_ask_chain("eth_blockNumber"), 16)
    _check_deployment()
    if BLOCK_TABLE not in connection.introspection.table_names():
        return
    blocks = apps.get_model("settlement", "Block").objects
    oldest, newest = blocks.order_by("number").first(), blocks.order_by("number").last()
    if newest is None:
        return
    if newest.number > head:
        raise StackError(
            f"The chain is behind the database: its newest block is {head}, and the database "
            f"knows block {newest.number}. {_remedy()}"
        )
    known = [oldest, newest] if "chain" in settings.ENVIRONMENT.embedded else [oldest]
    if any(_hash_at(block.number) != _hex(block.hash) for block in known):
        raise StackError(f"The chain is not the one that the database follows. {_remedy()}")


def _check_deployment() -> None:
    try:
        record = json.loads(settings.DEPLOYMENT_FILE.read_text())
    except FileNotFoundError:
        return
    if record.get("genesis_hash") != _hash_at(0):
        raise StackError(f"The chain is not the one our contracts were deployed on. {_remedy()}")


def _reach_database() -> str:
    try:
        with psycopg.connect(settings.ENVIRONMENT.database_url, connect_timeout=5) as found:
            return f"PostgreSQL {found.info.parameter_status('server_version')} by DATABASE_URL"
    except psycopg.Error as error:
        raise StackError(
            f"DATABASE_URL cannot be used: {_one_line(error)} Correct it, or unset it to use "
            "the embedded PostgreSQL."
        ) from error


def _reach_broker() -> str:
    url = settings.ENVIRONMENT.redis_url.replace("redis+socket://", "unix://")
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5) as client:
            return f"Redis {client.info('server')['redis_version']} by REDIS_URL"
    except (redis.exceptions.RedisError, ValueError) as error:
        raise StackError(
            f"REDIS_URL cannot be used: {_one_line(error)} Correct it, or unset it to use the "
            "embedded Redis."
        ) from error


def _reach_chain() -> str:
    """Refuse nodes of another chain; of several, one that answers is enough to begin with."""
    found = [_chain_id_at(url) for url in _nodes()]
    answers = [chain_id for chain_id in found if chain_id is not None]
    if not answers:
        raise StackError(
            f"RPC_URL cannot be used: the node at {', '.join(_nodes())} gave no answer. "
            "Start that node, correct RPC_URL, or unset it to use the embedded chain."
        )
    for chain_id in answers:
        if chain_id != settings.CHAIN_ID:
            raise StackError(
                f"RPC_URL leads to chain {chain_id}, but CHAIN_ID is {settings.CHAIN_ID}. Correct "
                "one of the two."
            )
    silent = len(found) - len(answers)
    told = f", {silent} of {len(found)} nodes do not answer" if silent else ""
    return f"Chain {settings.CHAIN_ID} by RPC_URL{told}"


def _nodes() -> list[str]:
    return [url.strip() for url in settings.RPC_URL.split(",")]


def _chain_id_at(url: str) -> int | None:
    try:
        return int(rpc.call(url, "eth_chainId"), 16)
    except rpc.NodeUnreachable:
        return None


def _ask_chain(method: str, *params: Any) -> Any:
    """Return what the first node says that answers."""
    for url in (nodes := _nodes()):
        try:
            return rpc.call(url, method, *params)
        except rpc.NodeUnreachable:
            if url == nodes[-1]:
                raise
    return None


def _hash_at(number: int) -> str | None:
    block = _ask_chain("eth_getBlockByNumber", hex(number), False)
    return block["hash"] if block else None


def _hex(value: Any) -> str:
    text = value if isinstance(value, str) else bytes(value).hex()
    return text if text.startswith("0x") else f"0x{text}"


def _one_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{lines[0].rstrip('.') if lines else type(error).__name__}."


def _remedy() -> str:
    return (
        "Start both over with 'make demo RESET=1', or bring back the chain that belongs to this "
        "database."
    )
