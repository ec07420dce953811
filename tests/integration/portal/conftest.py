"""What pages need around them: plain static files, and a deployment on record."""

import pytest

from tests.integration.lending.story import write_deployment


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Static files without a manifest, which only a deployment builds."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture(autouse=True)
def deployment(settings, tmp_path):
    """The record that is read for the numbers of the contracts."""
    settings.DEPLOYMENT_FILE = tmp_path / "deployment.json"
    return write_deployment(settings.DEPLOYMENT_FILE)
