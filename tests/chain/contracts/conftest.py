"""All our contracts on a chain of the test's own."""

from pathlib import Path

import pytest
from django.conf import settings

from contracts.client import Chain
from contracts.deployment import deploy_if_needed


@pytest.fixture
def chain(anvil_snapshot: str, tmp_path: Path) -> Chain:
    """A chain with a fresh deployment, which mines each transaction at once."""
    deployment = deploy_if_needed(anvil_snapshot, tmp_path / "deployment.json")
    deployment.save(Path(settings.DEPLOYMENT_FILE))
    return Chain(anvil_snapshot, deployment)
