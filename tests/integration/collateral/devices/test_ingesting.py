"""Telemetry in bulk: what counts is kept once, the rest is named, whatever is sent."""

import threading

import pytest
from django.db import connection

from collateral import services
from collateral.models import DeviceHead, TelemetryMessage, UptimeRound
from collateral.services import telemetry
from collateral.services.uptime import ROUND_S
from tests.integration.collateral.devices.conftest import NOW


def reports(fleet, nonce, count=1, at=NOW, **metrics):
    metrics = metrics or {"power_w": 100, "income_units": 5}
    return [
        device.report(at=at, nonce=nonce, metrics=metrics) for _ in range(count) for device in fleet
    ]


def codes(report):
    return [(one.index, one.code) for one in report.refused]


def test_messages_of_every_kind_of_key_are_kept_with_their_signatures(fleet, nonce):
    messages = reports(fleet, nonce, count=4)

    report = services.ingest_telemetry(messages=messages, now_s=NOW)

    assert (report.accepted, report.refused) == (12, [])
    kept = TelemetryMessage.objects.filter(device_id=fleet[0].device).order_by("sequence")
    assert [one.sequence for one in kept] == [1, 2, 3, 4]
    assert bytes(kept[3].hash) == fleet[0].previous
    assert f"0x{bytes(kept[0].signature).hex()}" == messages[0]["signature"]
    assert (kept[0].power_w, kept[0].energy_wh, kept[0].income_units) == (100, None, 5)


def test_a_bulk_sent_twice_changes_nothing(fleet, nonce):
    messages = reports(fleet, nonce, count=2)
    services.ingest_telemetry(messages=messages, now_s=NOW)

    again = services.ingest_telemetry(messages=messages, now_s=NOW)

    assert again.accepted == 0
    assert {one.code for one in again.refused} == {"TELEMETRY_REPLAY"}
    assert TelemetryMessage.objects.count() == 6


def test_a_bad_message_costs_no_good_one_its_place(fleet, nonce):
    good = reports(fleet, nonce)
    forged = good[1] | {"signature": "0x" + "11" * 64}
    stranger = good[2] | {"device": 999_999}

    report = services.ingest_telemetry(
        messages=[None, forged, stranger, good[0], {"x": 1}], now_s=NOW
    )

    assert report.accepted == 1
    assert codes(report) == [
        (0, "MESSAGE_FORMAT"),
        (1, "SIGNATURE_INVALID"),
        (2, "DEVICE_UNKNOWN"),
        (4, "MESSAGE_FORMAT"),
    ]


def test_a_changed_number_under_an_old_signature_is_refused(fleet, nonce):
    message = reports(fleet, nonce)[0]
    message["metrics"]["income_units"] = 5_000_000

    report = services.ingest_telemetry(messages=[message], now_s=NOW)

    assert codes(report) == [(0, "SIGNATURE_INVALID")]


def test_what_follows_a_refused_message_of_a_device_is_refused_too(fleet, nonce):
    device = fleet[0]
    too_much = device.report(at=NOW, nonce=nonce, metrics={"power_w": 10**9})
    after = device.report(at=NOW, nonce=nonce, metrics={"power_w": 1})

    report = services.ingest_telemetry(messages=[too_much, after], now_s=NOW)

    assert codes(report) == [(0, "OUTPUT_GT_NAMEPLATE"), (1, "CHAIN_BROKEN")]
    assert DeviceHead.objects.get(pk=device.device).sequence == 0


def test_a_bulk_above_the_limit_is_refused_whole(db, monkeypatch):
    monkeypatch.setattr(telemetry, "MAX_MESSAGES", 2)

    with pytest.raises(telemetry.TelemetryError, match="at most 2"):
        services.ingest_telemetry(messages=[None] * 3, now_s=NOW)


def test_the_round_before_may_still_be_answered_but_no_older_one(fleet, nonce):
    later = NOW - NOW % ROUND_S + ROUND_S
    services.current_round(now_s=later)
    services.current_round(now_s=later + ROUND_S)
    first, second, _ = fleet

    in_time = services.ingest_telemetry(messages=reports([first], nonce, at=later), now_s=later)
    too_late = services.ingest_telemetry(
        messages=reports([second], nonce, at=later + ROUND_S), now_s=later + ROUND_S
    )

    assert in_time.accepted == 1
    assert codes(too_late) == [(0, "NONCE_STALE")]


def test_rounds_answered_are_counted_once_each(fleet):
    device = fleet[:1]
    for step in range(3):
        at = NOW + step * ROUND_S
        nonce = bytes(services.current_round(now_s=at).nonce)
        services.ingest_telemetry(messages=reports(device, nonce, count=2, at=at), now_s=at)

    head = DeviceHead.objects.get(pk=device[0].device)

    assert head.rounds_answered == 3
    assert UptimeRound.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_same_bulk_sent_by_two_at_once_is_kept_once(fleet, nonce):
    messages = reports(fleet, nonce, count=20)
    results = []

    def send(ordered):
        try:
            results.append(services.ingest_telemetry(messages=ordered, now_s=NOW))
        finally:
            connection.close()

    # The second names the devices in another order: locks are taken in one order all the same.
    others = [
        one for device in reversed(fleet) for one in messages if one["device"] == device.device
    ]
    threads = [threading.Thread(target=send, args=(each,)) for each in (messages, others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(one.accepted for one in results) == 60
    assert TelemetryMessage.objects.count() == 60
