"""Settings inside a settlement bench: its own deployment record, and a clock that rings less.

The bench measures from acceptance to finality. The mirror of loans is kept by the event reader,
which is measured apart, so it is not rung here.
"""

import os
from pathlib import Path

from config.settings import *  # noqa: F403
from config.settings import CELERY_BEAT_SCHEDULE

BENCH_DIR = Path(os.environ["BALLAST_BENCH_DIR"])
DEPLOYMENT_FILE = BENCH_DIR / "deployment.json"
RUNG = ("settlement.tasks.pump_signers", "settlement.tasks.confirm_batches")
CELERY_BEAT_SCHEDULE = {name: entry for name, entry in CELERY_BEAT_SCHEDULE.items() if name in RUNG}
