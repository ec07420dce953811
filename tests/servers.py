"""The servers that tests use: quicker and shorter-lived than the embedded stack's."""

from config.paths import DATA_DIR, POSTGRES_DATA_DIR, RUN_DIR
from config.stack.chain import FreshChain
from config.stack.postgres import Postgres
from config.stack.redis import Redis

# A test database need not survive a power cut.
WITHOUT_DURABILITY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def postgres() -> Postgres:
    """Return the one cluster of all test processes; each has a database of its own in it."""
    return Postgres(
        name="test-postgres",
        data_dir=POSTGRES_DATA_DIR.with_name("test-postgres"),
        run_dir=RUN_DIR / "test-postgres",
        options=WITHOUT_DURABILITY,
    )


def redis(worker: str) -> Redis:
    """Return a broker of one test process."""
    return Redis(name=f"test-redis-{worker}", socket=RUN_DIR / f"test-redis-{worker}.sock")


def chain(worker: str) -> FreshChain:
    """Return a chain of one test process."""
    return FreshChain(name=f"test-chain-{worker}", directory=DATA_DIR / "tests" / worker / "chain")
