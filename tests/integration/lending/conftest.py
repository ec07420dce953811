"""A deployment on record and a chain that says what tests let it say."""

import pytest

from tests.integration.lending.story import Story, write_deployment


@pytest.fixture
def deployment(settings, tmp_path):
    settings.DEPLOYMENT_FILE = tmp_path / "deployment.json"
    return write_deployment(settings.DEPLOYMENT_FILE)


@pytest.fixture
def story(db, deployment) -> Story:
    """Two lanes with cash, risk terms, a pool, one house, one car and two rounds of values."""
    told = Story(deployment)
    told.begin()
    return told
