"""A fleet in software goes through the same doors as real devices."""

import io

import pytest
from django.core.management import CommandError, call_command

from collateral.models import Device, TelemetryMessage

pytestmark = pytest.mark.django_db


def test_a_fleet_is_enrolled_and_each_message_counts():
    output = io.StringIO()

    call_command("simulate_devices", devices=4, messages=3, stdout=output)

    assert Device.objects.count() == 4
    assert TelemetryMessage.objects.count() == 12
    assert "Message 3/3: 4 kept." in output.getvalue()
    assert "refused" not in output.getvalue()


@pytest.mark.parametrize(
    "options",
    [
        {"devices": 0},
        {"devices": 5_001},
        {"messages": -1},
        {"class_code": "submarine"},
        {"class_code": "art"},
        {"class_code": "lrt"},
    ],
)
def test_a_fleet_that_cannot_be_is_refused_in_words(options):
    with pytest.raises(CommandError, match=r"\.$"):
        call_command("simulate_devices", **options)

    assert not Device.objects.exists()
