"""Observations on their way into the database."""

import pytest
from django.db import IntegrityError, transaction

from oracles.models import Observation, Source, Verdict
from oracles.services import TokenQuote, ensure_source, observe_token, record_observations
from tests.integration.oracles.conftest import TOKEN
from tests.unit.oracles.factories import NOW, USD

WEI = 10**18


def record(*observations):
    return record_observations(observations=observations, now=NOW)


def test_an_observation_is_kept_with_its_raw_hash(make_asset, said):
    asset = make_asset()

    report = record(said(asset, raw=b"the report"))

    kept = Observation.objects.get()
    assert report.accepted == 1
    assert (kept.asset, kept.value, kept.verdict) == (asset, 100_000 * USD, Verdict.ACCEPTED)
    assert len(kept.raw_hash) == 64


def test_recording_again_changes_nothing(make_asset, said):
    given = said(make_asset())
    record(given)

    report = record(given, given)

    assert (report.accepted, report.repeated) == (0, 2)
    assert Observation.objects.count() == 1


def test_a_refused_observation_is_kept_with_its_code_and_does_not_stop_the_others(make_asset, said):
    good, bad = said(make_asset()), said(make_asset(), value="28.500")

    report = record(bad, good)

    refused = Observation.objects.get(verdict=Verdict.REFUSED)
    assert report.accepted == 1
    assert [(one.position, one.code) for one in report.refused] == [(0, "AMBIGUOUS_NUMBER")]
    assert (refused.code, refused.given, refused.value) == ("AMBIGUOUS_NUMBER", "28.500", None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"value": 0}, "NOT_POSITIVE"),
        ({"value": -5}, "NOT_POSITIVE"),
        ({"value": "nan"}, "NOT_A_NUMBER"),
        ({"value": float("nan")}, "NOT_A_NUMBER"),
        ({"value": 10**200}, "TOO_LARGE"),
        ({"value": 10**19}, "TOO_LARGE"),
        ({"observed_at": NOW + 61}, "FUTURE_DATED"),
        ({"observed_at": 2**63}, "FUTURE_DATED"),
        ({"observed_at": -(2**63)}, "BAD_TIME"),
        ({"scale": 10**6}, "BAD_SCALE"),
        ({"scale": -1}, "BAD_SCALE"),
        ({"kind": "guess" * 20}, "KIND_UNKNOWN"),
        ({"unit": "bananas" * 20}, "UNIT_UNKNOWN"),
        ({"unit": "eth"}, "UNIT_MISMATCH"),
        ({"kind": "nav", "unit": "eth"}, "KIND_NOT_USED"),
    ],
)
def test_bad_input_is_kept_as_refused(make_asset, said, fields, code):
    report = record(said(make_asset(), **fields))

    assert [one.code for one in report.refused] == [code]
    assert Observation.objects.get().code == code


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"source": "nobody"}, "SOURCE_UNKNOWN"),
        ({"asset_id": 987_654}, "ASSET_UNKNOWN"),
        ({"asset_id": None}, "SUBJECT_MISSING"),
        ({"token": TOKEN}, "SUBJECT_MISSING"),
        ({"asset_id": None, "token": "0x12"}, "BAD_ADDRESS"),
    ],
)
def test_what_is_said_by_nobody_or_of_nothing_is_refused_without_a_row(
    make_asset, said, fields, code
):
    report = record(said(make_asset(), **fields))

    assert [one.code for one in report.refused] == [code]
    assert not Observation.objects.exists()


def test_an_inactive_source_is_refused(make_asset, said, source):
    Source.objects.filter(pk=source.pk).update(active=False)

    report = record(said(make_asset()))

    assert report.refused[0].code == "SOURCE_INACTIVE"


def test_a_source_cannot_say_two_things_for_one_moment(make_asset, said):
    asset = make_asset()

    report = record(said(asset, 100 * USD), said(asset, 101 * USD))

    assert report.accepted == 1
    assert report.refused[0].code == "CONTRADICTION"


def test_a_jump_is_seen_across_reports_and_within_one(make_asset, said):
    asset = make_asset()
    record(said(asset, 100 * USD, observed_at=NOW - 50))

    report = record(
        said(asset, 100_000 * USD, observed_at=NOW - 40),
        said(asset, 300 * USD, observed_at=NOW - 30),
        said(asset, 2_400 * USD, observed_at=NOW - 20),
        said(asset, 20_000 * USD, observed_at=NOW - 10),
    )

    assert report.accepted == 2
    assert [one.code for one in report.refused] == ["JUMP", "JUMP"]


def test_a_quote_of_a_token_is_three_observations(source):
    quote = TokenQuote(
        token=TOKEN,
        source=source.slug,
        nav_wei=WEI * 105 // 100,
        market_units=3_100 * USD,
        ether_units=3_000 * USD,
        observed_at=NOW - 5,
    )

    report = observe_token(quote=quote, now=NOW)

    assert report.accepted == 3
    assert set(Observation.objects.values_list("kind", flat=True)) == {"nav", "market", "index"}


def test_a_batch_takes_a_handful_of_queries(make_asset, said, django_assert_max_num_queries):
    assets = [make_asset() for _ in range(30)]

    with django_assert_max_num_queries(12):
        report = record(*(said(asset) for asset in assets))

    assert report.accepted == 30


def test_a_source_keeps_its_first_name(source):
    again = ensure_source(slug="desk", name="Another", kind="exchange")

    assert (again.pk, again.name) == (source.pk, "Appraisal desk")


@pytest.mark.parametrize(
    "fields",
    [
        {"value": None},
        {"value": 0},
        {"observed_at": 0},
        {"scale": 19},
        {"kind": "guess"},
        {"unit": "bananas"},
        {"code": "X"},
        {"verdict": Verdict.REFUSED},
        {"token": TOKEN},
        {"asset": None},
        {"raw_hash": "00" * 31},
        {"raw_hash": "00" * 33},
    ],
)
def test_the_database_refuses_a_row_that_the_rules_forbid(make_asset, source, fields):
    row = {
        "asset": make_asset(),
        "source": source,
        "kind": "appraisal",
        "value": 5,
        "unit": "usd",
        "scale": 6,
        "observed_at": 5,
        "given": "5",
        "raw_hash": "00" * 32,
        "verdict": Verdict.ACCEPTED,
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        Observation.objects.create(**row | fields)


def test_the_database_takes_one_accepted_word_for_a_moment(make_asset, said):
    record(said(make_asset()))
    row = Observation.objects.get()
    row.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
