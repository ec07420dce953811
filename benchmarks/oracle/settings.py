"""The product's settings, but for where the bench's own chain keeps its record."""

import os
from pathlib import Path

from config.settings import *  # noqa: F403

DEPLOYMENT_FILE = Path(os.environ["BENCH_DEPLOYMENT"])
