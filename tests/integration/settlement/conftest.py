"""A deployment of three lanes and a directory of loans, for whoever accepts operations."""

from pathlib import Path

import pytest
from django.conf import settings

from contracts.deployment_record import Deployment
from settlement import directory

BOOK = "0x00000000000000000000000000000000000000B0"


@pytest.fixture
def deployment():
    Deployment(
        chain_id=31337,
        genesis_hash="0x" + "00" * 32,
        block=1,
        addresses={"LoanBook": BOOK},
        lanes=(BOOK,) * 3,
        parameters={},
    ).save(Path(settings.DEPLOYMENT_FILE))


@pytest.fixture
def loans():
    """What the directory of loans knows: all are open but those named here."""
    unknown, closed = set(), set()

    def bad(loan_ids):
        return {each: each in closed for each in loan_ids if each in closed | unknown}

    directory.register_loans(bad)
    yield {"unknown": unknown, "closed": closed}
    directory.unregister_loans(bad)
