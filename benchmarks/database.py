"""A database for one benchmark: a durable cluster of its own, gone when the benchmark ends."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connections

from config.paths import POSTGRES_DATA_DIR, RUN_DIR
from config.stack.part import STATE_DIR
from config.stack.postgres import DATABASE, ROLE, Postgres


@contextmanager
def own_database() -> Iterator[Postgres]:
    """Run a cluster with our tables and have Django use it; stop it and remove it at the end.

    It keeps PostgreSQL's durable settings: what is measured would survive a power cut.
    """
    name = f"bench-postgres-{os.getpid()}"
    cluster = Postgres(
        name=name,
        label="The bench's PostgreSQL",
        data_dir=POSTGRES_DATA_DIR.with_name(name),
        run_dir=RUN_DIR / name,
        # Several processes write at once; the checkpoints of a long life are no part of this.
        options={"shared_buffers": "256MB", "max_wal_size": "4GB"},
    )
    cluster.use()
    try:
        _point_django_at(cluster)
        call_command("migrate", verbosity=0)
        yield cluster
    finally:
        connections.close_all()
        cluster.stop()
        shutil.rmtree(cluster.data_dir, ignore_errors=True)
        shutil.rmtree(cluster.run_dir, ignore_errors=True)
        for path in (cluster.log_path, *STATE_DIR.glob(f"{name}.*")):
            path.unlink(missing_ok=True)


def _point_django_at(cluster: Postgres) -> None:
    """Use the cluster, one connection for each process and thread, none of them pooled."""
    connections.close_all()
    settings = connections["default"].settings_dict
    settings["OPTIONS"].pop("pool", None)
    settings |= {"HOST": str(cluster.run_dir), "USER": ROLE, "NAME": DATABASE, "PORT": ""}
