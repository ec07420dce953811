"""Devices in software, enrolled through the services; the time is fixed."""

import pytest

from collateral import services
from collateral.domain.telemetry.keys import KeyKind
from collateral.services.simulation import enrol_fleet

NOW = 1_795_000_020


@pytest.fixture
def fleet(db):
    """Three devices, one of each kind of key, of one owner."""
    return enrol_fleet(count=3, kinds=list(KeyKind), now_s=NOW)


@pytest.fixture
def nonce(db):
    """The number of the round that is open."""
    return bytes(services.current_round(now_s=NOW).nonce)
