"""The servers that tests use: quicker and shorter-lived than the embedded stack's."""

from dataclasses import dataclass, field

from config.paths import DATA_DIR, POSTGRES_DATA_DIR, RUN_DIR
from config.stack.chain import Chain
from config.stack.ports import any_free_port
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


@dataclass(kw_only=True)
class FreshChain(Chain):
    """A chain without memory that mines each transaction at once."""

    patient: bool = False
    port: int = field(default_factory=any_free_port)

    def prepare(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)

    def keeping(self) -> dict[str, str]:
        return {}


def chain(worker: str) -> FreshChain:
    """Return a chain of one test process."""
    return FreshChain(name=f"test-chain-{worker}", directory=DATA_DIR / "tests" / worker / "chain")
