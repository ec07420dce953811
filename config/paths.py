"""Where this checkout keeps its files; the same answer in every process of the checkout."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = ROOT / ".ballast"
LOG_DIR = DATA_DIR / "logs"
SECRETS_FILE = DATA_DIR / "secrets.json"
STACK_FILE = DATA_DIR / "stack.json"
CHAIN_DIR = DATA_DIR / "chain"
CHECKOUT_HASH = hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]
# Sources of what numba compiles and keeps on disk: a kernel holds the code of those that it calls.
KERNEL_SOURCES = ("collateral/domain/*.py", "oracles/domain/**/*.py")

# Root may not run PostgreSQL: the server's files then live where an unprivileged user can go.
AS_ROOT = os.geteuid() == 0
SYSTEM_DIR = Path("/var/lib/ballast") / CHECKOUT_HASH
# A unix socket's path is limited to about 100 bytes, so a deep checkout cannot hold it.
RUN_DIR = SYSTEM_DIR / "run" if AS_ROOT else Path(f"/tmp/ballast-{os.geteuid()}-{CHECKOUT_HASH}")
POSTGRES_RUN_DIR = RUN_DIR / "postgres"
POSTGRES_DATA_DIR = (SYSTEM_DIR if AS_ROOT else DATA_DIR) / "postgres"
REDIS_SOCKET = RUN_DIR / "redis.sock"


def kernel_cache_dir(root: Path = ROOT, data_dir: Path = DATA_DIR) -> Path:
    """Return where numba keeps compiled kernels: another place after any of their sources changed.

    By itself numba looks at the file of the outermost function alone; with the code of a changed
    one inlined from before, a reporter would value assets by rules that are no longer there.
    """
    state = hashlib.sha256()
    for pattern in KERNEL_SOURCES:
        for path in sorted(root.glob(pattern)):
            found = path.stat()
            state.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return data_dir / "kernels" / state.hexdigest()[:16]
