"""Settings of the tests: their own database, no broker, and a chain that a fixture starts."""

import os

from config.paths import RUN_DIR

POSTGRES_TEST_RUN_DIR = RUN_DIR / "test-postgres"
# Nothing listens on port 9: a test that needs a chain asks for the fixture.
os.environ.update(
    DATABASE_URL=f"postgresql://ballast@/ballast?host={POSTGRES_TEST_RUN_DIR}",
    REDIS_URL="redis://127.0.0.1:9",
    RPC_URL="http://127.0.0.1:9",
    SECRET_KEY="tests-only-tests-only-tests-only-tests-only-tests",
    BALLAST_ANCHOR_KEY="tests-only-anchor-key",
    BALLAST_EVIDENCE_KEY="tests-only-evidence-key",
    CHAIN_ID="31337",
    CHAIN_CONFIRMATIONS="1",
    DEBUG="false",
)
for name in ("ALLOWED_HOSTS", "RELAYER_MNEMONIC"):
    os.environ.pop(name, None)

from config.settings import *  # noqa: E402, F403
from config.settings import DATA_ROOT, DATABASES  # noqa: E402

DATABASES["default"]["OPTIONS"].pop("pool")
# A test is one transaction, and a busy machine lets it wait between two queries.
DATABASES["default"]["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=600s"
CELERY_BROKER_URL = "memory://"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
# Two runs in one checkout keep apart when they are given different names.
DATABASES["default"]["TEST"] = {"NAME": f"test_ballast_{WORKER}"}
TEST_DIR = DATA_ROOT / "tests" / WORKER
DEPLOYMENT_FILE = TEST_DIR / "deployment.json"
MEDIA_ROOT = TEST_DIR / "evidence"
