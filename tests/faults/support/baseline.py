"""The state from which every fault test starts, in the database and on the chain."""

from dataclasses import dataclass

from django.db import connection

from config.stack import rpc
from tests.blocks import change_maker

_TABLES = """
SELECT quote_ident(tablename) FROM pg_tables
WHERE schemaname = 'public' AND tablename <> 'django_migrations' ORDER BY tablename
"""
_UNCHECKED = "SET session_replication_role = replica"
_CHECKED = "SET session_replication_role = DEFAULT"


@dataclass
class Baseline:
    """All rows of all tables, and a snapshot of the chain."""

    rpc_url: str
    tables: dict[str, bytes]
    snapshot: str

    @classmethod
    def taken(cls, rpc_url: str) -> "Baseline":
        """Keep the present state."""
        with connection.cursor() as cursor:
            tables = {table: _copied(cursor, table) for table in _tables(cursor)}
        return cls(rpc_url, tables, rpc.call(rpc_url, "evm_snapshot"))

    def restore(self) -> None:
        """Bring the kept state back. A snapshot serves once, so a new one is taken."""
        # What waits in the pool is no part of a snapshot.
        rpc.call(self.rpc_url, "anvil_dropAllTransactions")
        rpc.call(self.rpc_url, "evm_revert", self.snapshot)
        self.snapshot = rpc.call(self.rpc_url, "evm_snapshot")
        change_maker(self.rpc_url)
        with connection.cursor() as cursor:
            cursor.execute(_UNCHECKED)
            for table, rows in self.tables.items():
                cursor.execute(f"DELETE FROM {table}")
                if rows:
                    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                        copy.write(rows)
            cursor.execute(_CHECKED)


def _tables(cursor) -> list[str]:
    cursor.execute(_TABLES)
    return [name for (name,) in cursor.fetchall()]


def _copied(cursor, table: str) -> bytes:
    with cursor.copy(f"COPY {table} TO STDOUT") as copy:
        return b"".join(bytes(block) for block in copy)
