"""The bench of a round runs whole, in small, and says what it promises."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

KEYS = {"assets", "seconds", "peak_rss_mb", "merkle_seconds", "publish_gas", "proofs_per_s"}


def test_a_small_round_is_measured_from_observations_to_proofs():
    told = StringIO()

    call_command("bench", "oracle", "--assets", "2500", "--json", stdout=told)

    figures = json.loads(told.getvalue().strip().splitlines()[-1])
    assert set(figures) == KEYS
    assert figures["assets"] == 2_500
    assert 40_000 < figures["publish_gas"] <= 62_500
    assert figures["proofs_per_s"] > 0


@pytest.mark.parametrize("count", ["0", "-5", "99", "many", "10000001"])
def test_a_number_of_assets_that_cannot_be_measured_is_refused(count):
    with pytest.raises(CommandError, match="no whole number from 100"):
        call_command("bench", "oracle", "--assets", count)
