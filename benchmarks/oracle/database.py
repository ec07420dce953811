"""A database for the bench: on a private socket, filled by the server, gone when the bench ends."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from config.paths import POSTGRES_DATA_DIR, RUN_DIR
from config.stack.part import STATE_DIR
from config.stack.postgres import DATABASE, ROLE, Postgres

SOURCES = ("bench-appraiser", "bench-comparables", "bench-market")
_DAY_S = 86_400
_OWNER = "0x" + "11" * 20
# Classes 1 to 13 in turn; ids are hashes, as the registry's are.
_ASSETS = """
INSERT INTO collateral_asset (class_id, scheme, canonical, anchor, identity_salt,
    identity_commitment, evidence_root, attributes, flags, owner_id, originator_address, publisher,
    source_file, status, status_reason, mint_key, mint_attempts, token_id, appraisal_cap_units,
    attested_at, valid_until, holder_address, created_at, submission, renewal)
SELECT 1 + n %% 13, 'bench', 'BENCH-' || n, '0x' || encode(h, 'hex'), h,
    '0x' || encode(h, 'hex'), '', '{}', '[]', %(owner)s, '', '', '', 'minted', '', '', 0,
    ('x' || substr(encode(h, 'hex'), 1, 15))::bit(60)::bigint::numeric * 2::numeric ^ 180
    + ('x' || substr(encode(h, 'hex'), 16, 15))::bit(60)::bigint + 1,
    NULL, NULL, %(now)s + 10000000, '', now(), 1, ''
FROM (SELECT n, sha256(('asset ' || n)::bytea) AS h FROM generate_series(1, %(count)s) n) numbered
"""
# Prices of 20,000 to 400,000 dollars on which the sources agree within a seventh; the third one
# tells monthly income of devices.
_OBSERVATIONS = """
INSERT INTO oracles_observation (asset_id, token, source_id, kind, value, unit, scale, amount,
    observed_at, given, raw_hash, verdict, code, reason, recorded_at)
SELECT id, '', %(source)s, CASE WHEN rents THEN 'rental_income' ELSE %(kind)s END, v,
    CASE WHEN rents THEN 'usd_per_month' ELSE 'usd' END, 6, v,
    %(now)s - (id * 7919 + %(source)s * 31) %% (120 * %(day)s), v::text,
    sha256((id || '/' || %(source)s)::bytea), 'accepted', '', '', now()
FROM (
    SELECT id, rents, (20000 + id * 104729 %% 380000) * 10000 * (93 + (id * 31 + %(source)s) %% 15)
        / CASE WHEN rents THEN 40 ELSE 1 END AS v
    FROM (SELECT id, class_id >= 10 AND %(kind)s = 'sale' AS rents FROM collateral_asset) assets
) priced
"""


@dataclass(kw_only=True)
class BenchPostgres(Postgres):
    """A cluster whose files are removed; durability is as in production."""

    def forget(self) -> None:
        """Remove what a stopped server leaves."""
        for directory in (self.data_dir, self.run_dir):
            shutil.rmtree(directory, ignore_errors=True)
        for path in (self.log_path, *STATE_DIR.glob(f"{self.name}.*")):
            path.unlink(missing_ok=True)


@contextmanager
def own_database() -> Iterator[str]:
    """Run a PostgreSQL and give its address; stop it and remove its files at the end."""
    name = f"bench-postgres-{os.getpid()}"
    server = BenchPostgres(
        name=name,
        label="The bench's PostgreSQL",
        data_dir=POSTGRES_DATA_DIR.with_name(name),
        run_dir=RUN_DIR / name,
        options={"max_wal_size": "4GB", "maintenance_work_mem": "256MB"},
    )
    server.use()
    try:
        yield f"postgresql://{ROLE}@/{DATABASE}?host={server.run_dir}"
    finally:
        server.stop()
        server.forget()


def fill(url: str, *, assets: int, now: int) -> None:
    """Put assets of all classes into the database, with what three sources said of each."""
    with psycopg.connect(url, autocommit=True) as connection:
        owner = connection.execute(
            "INSERT INTO collateral_owner (address, label, lei) VALUES (%s, '', '') RETURNING id",
            [_OWNER],
        ).fetchone()
        assert owner is not None
        connection.execute(_ASSETS, {"owner": owner[0], "now": now, "count": assets})
        for slug, kind in zip(SOURCES, ("appraisal", "comparable", "sale"), strict=True):
            source = connection.execute(
                "INSERT INTO oracles_source (slug, name, kind, active) "
                "VALUES (%s, %s, 'marketplace', true) RETURNING id",
                [slug, slug],
            ).fetchone()
            assert source is not None
            parameters = {"source": source[0], "kind": kind, "now": now, "day": _DAY_S}
            connection.execute(_OBSERVATIONS, parameters)
        connection.execute("VACUUM (ANALYZE) collateral_asset, oracles_observation")
        connection.execute("CHECKPOINT")
