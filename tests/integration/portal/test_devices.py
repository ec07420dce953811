"""The page of a device: uptime by rounds answered, income, health, as charts and as tables."""

import pytest

from collateral import services
from collateral.domain.telemetry.keys import KeyKind
from collateral.models import Device
from collateral.services.simulation import enrol_fleet
from collateral.services.uptime import ROUND_S

pytestmark = pytest.mark.django_db
START = 1_795_000_200
HOUR_S = 3_600


@pytest.fixture(autouse=True)
def keys(settings):
    settings.ANCHOR_KEYS = {1: "a" * 32}


@pytest.fixture
def device(db):
    return enrol_fleet(count=1, kinds=[KeyKind.SECP256K1], now_s=START)[0]


def answer(device, at, **metrics):
    nonce = bytes(services.current_round(now_s=at).nonce)
    message = device.report(at=at, nonce=nonce, metrics=metrics)
    report = services.ingest_telemetry(messages=[message], now_s=at)
    assert report.accepted == 1


def test_uptime_counts_the_rounds_that_were_asked(client, device):
    answer(device, START, income_units=2_500_000, health_bps=9_800)
    services.current_round(now_s=START + ROUND_S)
    answer(device, START + 2 * ROUND_S, income_units=1_500_000, health_bps=9_700)

    page = client.get(f"/devices/{device.device}/").content.decode()

    assert "66.66 %" in page
    assert "2 of 3 rounds answered" in page
    assert "$4.00" in page
    assert "97 %" in page


def test_charts_appear_with_the_second_round_and_have_tables(client, device):
    answer(device, START, income_units=1_000_000, health_bps=9_900)
    alone = client.get(f"/devices/{device.device}/").content.decode()
    answer(device, START + ROUND_S, income_units=3_000_000, health_bps=9_800)

    page = client.get(f"/devices/{device.device}/").content.decode()

    assert "Too little is known" in alone
    assert page.count('role="img"') == 3
    assert "Uptime as a table" in page
    assert "$3.00" in page


@pytest.mark.parametrize(("rounds", "points"), [(60, 2), (61, 2)])
def test_points_are_rounds_while_they_have_room_and_then_hours(client, device, rounds, points):
    answer(device, START, power_w=1)
    answer(device, START + rounds * ROUND_S, power_w=1)

    chart = client.get(f"/devices/{device.device}/").context["page"].charts[0]

    width = HOUR_S if rounds > 60 else ROUND_S
    assert len(chart.points) == points
    assert {point.at % width for point in chart.points} == {0}
    assert chart.last_at == (START + rounds * ROUND_S) // width * width


def test_an_hour_without_an_answer_is_drawn_as_none(client, device):
    answer(device, START, power_w=1)
    services.current_round(now_s=START + HOUR_S)
    answer(device, START + 2 * HOUR_S, power_w=1)

    page = client.get(f"/devices/{device.device}/").content.decode()

    assert '<td class="number">0 %</td>' in page


def test_a_retired_device_says_so(client, device):
    Device.objects.update(retired_at=START + 1)

    page = client.get(f"/devices/{device.device}/").content.decode()

    assert "Retired." in page


def test_the_list_names_devices_and_a_stranger_is_not_found(client, device):
    listed = client.get("/devices/").content.decode()
    missing = client.get("/devices/999999/")

    assert f"/devices/{device.device}/" in listed
    assert "not yet" in listed
    assert missing.status_code == 404


def test_without_devices_the_list_says_the_first_step(client, db):
    assert "No device reports yet." in client.get("/devices/").content.decode()


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_asks_the_database_a_fixed_number_of_questions(
    client, db, count, django_assert_max_num_queries
):
    enrol_fleet(count=count, kinds=[KeyKind.ED25519], now_s=START)

    with django_assert_max_num_queries(4):
        client.get("/devices/")
