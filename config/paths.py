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

# Root may not run PostgreSQL: the server's files then live where an unprivileged user can go.
AS_ROOT = os.geteuid() == 0
SYSTEM_DIR = Path("/var/lib/ballast") / CHECKOUT_HASH
# A unix socket's path is limited to about 100 bytes, so a deep checkout cannot hold it.
RUN_DIR = SYSTEM_DIR / "run" if AS_ROOT else Path(f"/tmp/ballast-{os.geteuid()}-{CHECKOUT_HASH}")
POSTGRES_RUN_DIR = RUN_DIR / "postgres"
POSTGRES_DATA_DIR = (SYSTEM_DIR if AS_ROOT else DATA_DIR) / "postgres"
REDIS_SOCKET = RUN_DIR / "redis.sock"
