"""Each kind of source, asked as the product asks it."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from collateral.domain.telemetry.keys import KeyKind
from collateral.domain.telemetry.soft_device import SoftDevice, SoftKey
from collateral.models import Device, DeviceHead
from collateral.services.telemetry import ingest_telemetry
from collateral.services.uptime import current_round
from contracts.wallet import random_wallet
from oracles import services
from oracles.models import FeedChunk, Observation, SourceFeed, SourceKind, Verdict
from oracles.services import NewObservation, ensure_source
from oracles.services.observations import signed_text
from oracles.services.surveying import AGAIN_AFTER
from tests.unit.oracles.factories import NOW, USD

pytestmark = pytest.mark.django_db
HOUSE, CAR, GPU, CHARGER = 1, 2, 10, 12
CLOCK = timezone.now()
DAY_S = 86_400


@pytest.fixture
def make_feed(url):
    """Make a feed of a source of its own; one that is fetched has the test's address."""

    def make(adapter, *, class_id=None, **fields):
        source = ensure_source(
            slug=f"by-{adapter}".replace("_", "-"),
            name=adapter,
            kind=SourceKind.PUBLISHED,
            class_id=class_id,
        )
        fetched = adapter not in ("devices", "depreciation", "aggregator")
        address = {"url": url, "hosts": ["source.example"]} if fetched else {}
        return SourceFeed.objects.create(source=source, adapter=adapter, **address | fields)

    return make


@pytest.fixture
def poll(make_asking):
    """Ask, then work off all chunks that the answer left."""

    def ask(feed, now=NOW):
        report = services.poll_feed(feed_id=feed.pk, now=now, clock=CLOCK, by=make_asking(now))
        for chunk, _ in services.hand_out_chunks(clock=CLOCK):
            services.work_chunk(chunk_id=chunk)
        feed.refresh_from_db()
        return report

    return ask


def serve(server, document, kind="application/json"):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    server.answer = lambda source: source.reply(body, kind=kind)


# ---- Rates of exchange ------------------------------------------------------------------------


def rates(**given):
    return {"base": "USD", "timestamp": NOW - 60, "rates": {"EUR": 0.8, "JPY": 150}} | given


@pytest.mark.parametrize(
    ("document", "euro"),
    [
        (rates(), 1_250_000_000_000),
        (rates(base="EUR", rates={"USD": 1.25, "JPY": 187.5}), 1_250_000_000_000),
        (rates(rates={"EUR": "0.9", "USD": 1}), 1_111_111_111_111),
    ],
)
def test_rates_are_turned_into_dollars_for_one_whatever_their_base(
    server, make_feed, poll, document, euro
):
    serve(server, document)

    report = poll(make_feed("exchange_rates"))

    assert report.refused == []
    assert Observation.objects.get(token="EUR").amount == euro


def test_rates_of_a_day_hold_from_its_start(server, make_feed, poll):
    serve(server, {"date": "2027-01-14", "rates": {"EUR": 0.8}})

    poll(make_feed("exchange_rates"))

    assert Observation.objects.get().observed_at == 1_799_884_800


@pytest.mark.parametrize(
    ("rate", "code"),
    [
        (0, "NOT_POSITIVE"),
        (float("nan"), "NOT_A_NUMBER"),
        ("1e400", "NOT_A_NUMBER"),
        (-0.8, "NOT_POSITIVE"),
        (-1, "NOT_POSITIVE"),
        ("9" * 5_000, "OUT_OF_BOUNDS"),
        (None, "NOT_A_NUMBER"),
        (1e-9, "OUT_OF_BOUNDS"),
        (1e9, "OUT_OF_BOUNDS"),
    ],
)
def test_a_bad_rate_is_refused_and_the_others_count(server, make_feed, poll, rate, code):
    serve(server, rates(rates={"EUR": rate, "JPY": 150}))

    report = poll(make_feed("exchange_rates"))

    assert report.accepted == 1
    assert [one.code for one in report.refused] == [code]
    assert Observation.objects.get(verdict=Verdict.REFUSED).token == "EUR"


@pytest.mark.parametrize(
    "document",
    [
        {"rates": {"EUR": 1}},
        {"date": "yesterday", "rates": {"EUR": 1}},
        rates(rates=[1]),
        rates(rates={}),
        rates(base="EUR"),
        [],
    ],
)
def test_rates_of_another_shape_are_a_failure(server, make_feed, poll, document):
    feed = make_feed("exchange_rates")
    serve(server, document)

    assert poll(feed) is None
    assert feed.last_code == "WRONG_SHAPE"


# ---- What an answer says of every thing of a class --------------------------------------------


@pytest.fixture
def gpus(make_asset):
    return [make_asset(GPU, cap=0, attributes={"model": "H100", "gpus": count}) for count in (1, 8)]


def offers(*values, model="h100"):
    rows = [{"model": model, "value": one, "observed_at": NOW - 60} for one in values]
    return {"observations": rows}


RENT_TERMS = {"unit": "usd_per_hour", "scale": 2, "times": "gpus"}


def test_rents_by_model_are_the_lower_median_times_the_number_of_gpus(
    server, make_feed, poll, gpus
):
    serve(server, offers(250, 199, 300, 230))

    poll(make_feed("rents", class_id=GPU, terms=RENT_TERMS))

    told = Observation.objects.order_by("asset__pk").values_list("value", "kind")
    assert list(told) == [(230, "rental_income"), (8 * 230, "rental_income")]


@pytest.mark.parametrize("bad", ["NaN", "2.5", -1, 0, None, "<html>"])
def test_a_rent_that_is_none_is_left_out(server, make_feed, poll, gpus, bad):
    serve(server, offers(bad, 199))

    poll(make_feed("rents", class_id=GPU, terms=RENT_TERMS))

    assert Observation.objects.get(asset=gpus[0]).value == 199


def test_rents_of_other_models_say_nothing(server, make_feed, poll, gpus):
    serve(server, offers(250, model="A100"))

    feed = make_feed("rents", class_id=GPU, terms=RENT_TERMS)

    assert poll(feed) is not None
    assert not Observation.objects.exists()


def test_an_index_brings_past_sales_to_its_newest_quarter(server, make_feed, poll, make_asset):
    sold = {"sold_on": "2020-02-01", "fips": "32003"}
    asset = make_asset(HOUSE, price_units=100_000 * USD, attributes=sold)
    serve(server, b"NV,2020,1,100\nNV,2026,3,150\n", kind="text/csv")

    poll(make_feed("price_index"))

    kept = Observation.objects.get(asset=asset)
    assert (kept.kind, kept.amount) == ("indexed_sale", 150_000 * USD)


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"<html></html>", "text/html", "WRONG_TYPE"),
        (b"<html></html>", "text/plain", "BAD_INDEX"),
        (b"NV,2020,1,\xff", "text/csv", "NOT_UTF8"),
        (b"", "text/csv", "BAD_INDEX"),
    ],
)
def test_what_is_no_index_is_a_failure(server, make_feed, poll, body, kind, code):
    feed = make_feed("price_index")
    serve(server, body, kind=kind)

    assert poll(feed) is None
    assert feed.last_code == code


def test_depreciation_speaks_once_a_month(make_feed, poll, make_asset):
    priced = {"priced_on": "2025-01-01", "year_built": 2023}
    make_asset(CAR, price_units=20_000 * USD, attributes=priced)
    feed = make_feed("depreciation")

    poll(feed)
    poll(feed, now=NOW + DAY_S)

    assert Observation.objects.get().kind == "depreciated"


# ---- Chunks -----------------------------------------------------------------------------------


@pytest.fixture
def planned(server, make_feed, make_asking, gpus, monkeypatch):
    """Rents of two servers, asked for and not yet applied, one server a chunk."""
    monkeypatch.setattr("oracles.services.surveying.ASSETS_IN_CHUNK", 1)
    serve(server, offers(250))
    feed = make_feed("rents", class_id=GPU, terms=RENT_TERMS)
    services.poll_feed(feed_id=feed.pk, now=NOW, clock=CLOCK, by=make_asking())
    return feed


def test_a_chunk_is_handed_out_once_and_again_when_no_worker_finished_it(planned):
    first = services.hand_out_chunks(clock=CLOCK)

    assert [class_id for _, class_id in first] == [GPU, GPU]
    assert services.hand_out_chunks(clock=CLOCK + AGAIN_AFTER) == []
    later = CLOCK + AGAIN_AFTER + timedelta(seconds=1)
    assert services.hand_out_chunks(clock=later) == first


def test_a_chunk_that_comes_twice_is_worked_once(planned):
    chunk, other = FeedChunk.objects.order_by("pk")

    reports = [services.work_chunk(chunk_id=chunk.pk) for _ in range(2)]

    assert [report and report.accepted for report in reports] == [1, None]
    assert Observation.objects.count() == 1
    assert FeedChunk.objects.filter(done_at=None).get() == other


def test_a_worker_that_dies_in_a_chunk_leaves_it_to_be_done(planned, monkeypatch):
    chunk = FeedChunk.objects.first()

    def die(**given):
        raise SystemExit

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr("oracles.services.surveying.record_observations", die)
        services.work_chunk(chunk_id=chunk.pk)

    assert services.work_chunk(chunk_id=chunk.pk).accepted == 1


def test_a_newer_answer_takes_the_place_of_what_nobody_began(planned, make_asking):
    services.poll_feed(
        feed_id=planned.pk,
        now=NOW + planned.every_s,
        clock=CLOCK,
        by=make_asking(NOW + planned.every_s),
    )

    planned.refresh_from_db()
    assert set(FeedChunk.objects.values_list("slot", flat=True)) == {planned.slot}
    assert FeedChunk.objects.count() == 2


def test_the_feed_counts_what_its_chunks_recorded(planned):
    for chunk in FeedChunk.objects.all():
        services.work_chunk(chunk_id=chunk.pk)

    planned.refresh_from_db()
    assert (planned.accepted, planned.refused) == (2, 0)


# ---- Devices ----------------------------------------------------------------------------------


@pytest.fixture
def charger(make_asset):
    """A charger whose device reported 2 dollars a day for ten days, as of chain time."""
    asset = make_asset(CHARGER, cap=0)
    key = SoftKey(KeyKind.ED25519, b"\x07" * 32)
    row = Device.objects.create(
        asset=asset, key_kind=key.kind, public_key=key.public, first_round=0, enrolled_at=1
    )
    DeviceHead.objects.create(device=row)
    device = SoftDevice(row.pk, key)
    for day in range(10, -1, -1):
        at = NOW - day * DAY_S
        nonce = bytes(current_round(now_s=at).nonce)
        message = device.report(at=at, nonce=nonce, metrics={"income_units": 2 * USD})
        assert ingest_telemetry(messages=[message], now_s=at).refused == []
    return asset


def test_devices_are_valued_by_what_users_paid_in_the_last_month(make_feed, poll, charger):
    poll(make_feed("devices", class_id=CHARGER))

    kept = Observation.objects.get()
    assert (kept.asset, kept.kind, kept.unit) == (charger, "rental_income", "usd_per_month")
    # Ten messages of two dollars in ten days: what the first one reports was earned before.
    assert kept.amount == 60 * USD
    assert len(kept.signature) == 2 + 2 * 64


def test_a_device_that_went_silent_earns_less(make_feed, poll, charger):
    poll(make_feed("devices", class_id=CHARGER), now=NOW + 10 * DAY_S)

    kept = Observation.objects.get()
    assert (kept.amount, kept.observed_at) == (30 * USD, NOW)


def test_a_message_sent_again_earns_nothing_more(make_feed, poll, charger):
    row = Device.objects.get()
    key = SoftKey(KeyKind.ED25519, b"\x07" * 32)
    replayed = SoftDevice(row.pk, key)
    nonce = bytes(current_round(now_s=NOW).nonce)
    message = replayed.report(at=NOW, nonce=nonce, metrics={"income_units": 500 * USD})

    refused = ingest_telemetry(messages=[message], now_s=NOW).refused
    poll(make_feed("devices", class_id=CHARGER))

    assert [one.code for one in refused] == ["TELEMETRY_REPLAY"]
    assert Observation.objects.get().amount == 60 * USD


# ---- Signed observations ----------------------------------------------------------------------


@pytest.fixture
def signer():
    source = ensure_source(slug="firm", name="Firm", kind=SourceKind.APPRAISER)
    wallet = random_wallet()
    source.signer = wallet.address
    source.save()
    return wallet


def signed(asset, wallet, **later):
    fields = {
        "source": "firm",
        "kind": "appraisal",
        "value": "90000",
        "unit": "usd",
        "scale": 0,
        "observed_at": NOW - 60,
        "asset_id": asset.pk,
    }
    given = NewObservation(**fields)
    signature = wallet.sign_text(signed_text(given, subject=str(asset.token_id))).hex()
    return NewObservation(**fields | {"signature": f"0x{signature}"} | later)


def test_what_a_source_with_a_signer_signed_counts(make_asset, signer):
    report = services.record_observations(observations=[signed(make_asset(), signer)], now=NOW)

    assert report.accepted == 1
    assert len(Observation.objects.get().signature) == 132


@pytest.mark.parametrize(
    "later",
    [
        {"signature": ""},
        {"signature": "0x12"},
        {"signature": "no hex"},
        {"value": "90001"},
        {"observed_at": NOW - 59},
        {"currency": "EUR"},
    ],
)
def test_what_it_did_not_sign_is_refused(make_asset, signer, later):
    report = services.record_observations(
        observations=[signed(make_asset(), signer, **later)], now=NOW
    )

    assert [one.code for one in report.refused] == ["SIGNATURE_INVALID"]


def test_a_signature_of_another_asset_is_refused(make_asset, signer):
    other = make_asset()
    stolen = signed(make_asset(), signer, asset_id=other.pk)

    report = services.record_observations(observations=[stolen], now=NOW)

    assert [one.code for one in report.refused] == ["SIGNATURE_INVALID"]


def test_a_signature_of_a_stranger_is_refused(make_asset, signer):
    report = services.record_observations(
        observations=[signed(make_asset(), random_wallet())], now=NOW
    )

    assert [one.code for one in report.refused] == ["SIGNATURE_INVALID"]
