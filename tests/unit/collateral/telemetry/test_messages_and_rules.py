"""Which message counts, from both sides of each limit."""

import hashlib

import pytest

from collateral.domain.telemetry.errors import TelemetryError
from collateral.domain.telemetry.keys import KeyKind
from collateral.domain.telemetry.messages import message_hash, read_message
from collateral.domain.telemetry.rules import Head, accept, uptime_bps
from collateral.domain.telemetry.soft_device import SoftDevice, SoftKey

NOW = 1_795_000_000
NONCE = b"\x07" * 32
ROUNDS = {NONCE: 100}
PLATE_W = 5_000


def a_device():
    return SoftDevice(17, SoftKey(KeyKind.SECP256K1, b"\x01" * 32))


def judge(message, head=None, **changes):
    arguments = {"nameplate_w": PLATE_W, "now_s": NOW, "rounds": ROUNDS} | changes
    head = head or Head()
    accept(read_message(message), head, **arguments)
    return head


def code_of(action, *arguments, **options):
    with pytest.raises(TelemetryError) as refusal:
        action(*arguments, **options)
    assert refusal.value.sentence.endswith(".")
    return refusal.value.code


def report(device=None, at=NOW, nonce=NONCE, **metrics):
    return (device or a_device()).report(at=at, nonce=nonce, metrics=metrics or {"power_w": 1})


def test_the_hash_is_over_the_layout_that_is_written_down():
    values = (1, None, 3, None, None, 10_000)

    found = message_hash(
        device=17, sequence=2, at=NOW, nonce=NONCE, previous=b"\x09" * 32, values=values
    )

    laid_out = (
        hashlib.sha256(b"Ballast telemetry 1").digest()
        + (17).to_bytes(8)
        + (2).to_bytes(8)
        + NOW.to_bytes(8)
        + NONCE
        + b"\x09" * 32
        + bytes([0b100101])
        + b"".join((value or 0).to_bytes(8) for value in values)
    )
    assert found == hashlib.sha256(laid_out).digest()


def test_a_metric_of_zero_and_one_left_out_are_not_the_same_message():
    common = {"device": 1, "sequence": 1, "at": NOW, "nonce": NONCE, "previous": NONCE}

    zero = message_hash(**common, values=(0, None, None, None, None, None))
    absent = message_hash(**common, values=(None, 0, None, None, None, None))

    assert zero != absent


def test_messages_in_order_move_the_head():
    device, head = a_device(), Head()

    for power in (10, 20, 30):
        judge(report(device, power_w=power), head)

    assert (head.sequence, head.hash, head.round, head.rounds_answered) == (
        3,
        device.previous,
        100,
        1,
    )


def test_a_message_sent_again_is_a_replay():
    device, head = a_device(), Head()
    message = report(device)
    judge(message, head)

    code = code_of(judge, message, head)

    assert code == "TELEMETRY_REPLAY"


def test_a_message_that_skips_one_breaks_the_chain_and_leaves_the_head():
    device, head = a_device(), Head()
    report(device)
    skipping = report(device)

    code = code_of(judge, skipping, head)

    assert code == "CHAIN_BROKEN"
    assert head == Head()


@pytest.mark.parametrize("skew", [-120, 0, 120])
def test_a_clock_may_be_off_by_two_minutes(skew):
    head = judge(report(at=NOW + skew))

    assert head.at == NOW + skew


@pytest.mark.parametrize("skew", [-121, 121])
def test_a_clock_that_is_further_off_is_refused(skew):
    code = code_of(judge, report(at=NOW + skew))

    assert code == "CLOCK_SKEW"


def test_time_does_not_run_backwards_between_messages():
    device, head = a_device(), Head()
    judge(report(device, at=NOW), head)

    code = code_of(judge, report(device, at=NOW - 1), head)

    assert code == "CLOCK_SKEW"


def test_a_nonce_of_no_open_round_is_refused():
    code = code_of(judge, report(nonce=b"\x08" * 32))

    assert code == "NONCE_STALE"


def test_output_may_reach_the_plate():
    head = judge(report(power_w=PLATE_W))

    assert head.sequence == 1


def test_output_above_the_plate_is_refused():
    code = code_of(judge, report(power_w=PLATE_W + 1))

    assert code == "OUTPUT_GT_NAMEPLATE"


def test_a_thing_without_a_plate_has_no_limit():
    head = judge(report(power_w=10**9), nameplate_w=None)

    assert head.sequence == 1


@pytest.mark.parametrize(("rise_wh", "accepted"), [(84, True), (86, False)])
def test_a_meter_rises_no_faster_than_the_plate_allows(rise_wh, accepted):
    device, head = a_device(), Head()
    judge(report(device, at=NOW - 60, energy_wh=1_000), head)
    later = report(device, at=NOW, energy_wh=1_000 + rise_wh)

    code = None if accepted else code_of(judge, later, head)
    if accepted:
        judge(later, head)

    assert code in (None, "OUTPUT_GT_NAMEPLATE")
    assert head.energy_wh == (1_000 + rise_wh if accepted else 1_000)


def test_a_meter_is_measured_against_its_own_last_reading():
    device, head = a_device(), Head()
    judge(report(device, at=NOW - 60, energy_wh=1_000), head)
    judge(report(device, at=NOW - 1, power_w=1), head)

    judge(report(device, at=NOW, energy_wh=1_080), head)

    assert head.energy_wh == 1_080


@pytest.mark.parametrize("meter", ["energy_wh", "operating_h"])
def test_a_meter_that_falls_is_refused(meter):
    device, head = a_device(), Head()
    judge(report(device, **{meter: 10}), head)

    code = code_of(judge, report(device, **{meter: 9}), head)

    assert code == "NEGATIVE_USAGE"


BAD_MESSAGES = [
    ({"metrics": {"operating_h": -5}}, "NEGATIVE_USAGE"),
    ({"metrics": {"availability_bps": 10_100}}, "RANGE"),
    ({"metrics": {"health_bps": 10_001}}, "RANGE"),
    ({"metrics": {"power_w": 2**63}}, "RANGE"),
    ({"metrics": {"power_w": 1.5}}, "METRIC_TYPE"),
    ({"metrics": {"power_w": True}}, "METRIC_TYPE"),
    ({"metrics": {"power_w": None}}, "METRIC_TYPE"),
    ({"metrics": {"speed": 1}}, "METRIC_UNKNOWN"),
    ({"metrics": {}}, "METRICS_MISSING"),
    ({"metrics": []}, "METRICS_MISSING"),
    ({"sequence": 0}, "MESSAGE_FORMAT"),
    ({"sequence": "1"}, "MESSAGE_FORMAT"),
    ({"sequence": 2**63}, "MESSAGE_FORMAT"),
    ({"device": True}, "MESSAGE_FORMAT"),
    ({"at": -1}, "MESSAGE_FORMAT"),
    ({"nonce": "07" * 32}, "MESSAGE_FORMAT"),
    ({"nonce": "0x07"}, "MESSAGE_FORMAT"),
    ({"previous": "0x" + "zz" * 32}, "MESSAGE_FORMAT"),
    ({"signature": None}, "MESSAGE_FORMAT"),
]


@pytest.mark.parametrize(("change", "code"), BAD_MESSAGES)
def test_a_message_that_is_not_well_formed_is_refused(change, code):
    message = report() | change

    found = code_of(read_message, message)

    assert found == code


@pytest.mark.parametrize("given", [None, [], "x", 1])
def test_what_is_no_object_is_no_message(given):
    assert code_of(read_message, given) == "MESSAGE_FORMAT"


@pytest.mark.parametrize("name", ["device", "signature"])
def test_a_message_with_a_part_missing_is_refused(name):
    message = report()
    del message[name]

    assert code_of(read_message, message) == "MESSAGE_FORMAT"


@pytest.mark.parametrize(
    ("answered", "asked", "bps"), [(0, 0, 0), (0, 5, 0), (2, 3, 6_666), (5, 5, 10_000)]
)
def test_uptime_is_rounds_answered_of_those_asked(answered, asked, bps):
    assert uptime_bps(answered=answered, asked=asked) == bps
