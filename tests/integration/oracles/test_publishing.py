"""A signed round is published, mirrored and read."""

import pytest
from django.db import IntegrityError, transaction

from collateral.models import AssetStatus
from oracles import projections, selectors, services
from oracles.domain.errors import OracleError, RoundRefused
from oracles.models import Observation, Reporter, RoundStatus, Valuation
from oracles.services import publishing, record_observations
from tests.integration.oracles.steps import event, published, sign
from tests.unit.oracles.factories import NOW, USD

DAY_S = 86_400
HOUR_S = 3_600
pytestmark = pytest.mark.usefixtures("deployment", "chain_clock")


@pytest.fixture
def sent(monkeypatch):
    """What was handed to settlement; the outcome of each key can be set."""
    calls, outcomes = [], {}
    monkeypatch.setattr(publishing, "submit_call", lambda **call: calls.append(call))
    monkeypatch.setattr(publishing, "batch_outcome", lambda key: outcomes.get(key, "planned"))
    return calls, outcomes


def test_four_of_seven_do_not_publish_and_five_do(make_asset, reporters, sent):
    calls, _ = sent
    make_asset()
    opened = services.open_round(observed_at=NOW)
    sign(opened, reporters[:4])
    assert services.publish_round(round=opened) is False

    sign(opened, reporters[4:6])

    assert services.publish_round(round=opened) is True
    assert services.publish_ready_rounds() == 1
    (call,) = calls
    struct, signatures = call["args"]
    assert (call["kind"], call["contract"], call["function"]) == (
        "publish",
        "ValuationOracle",
        "publish",
    )
    assert struct["root"] == opened.root
    assert len(signatures) == 5


def test_signatures_are_sent_in_the_order_of_their_signers(make_asset, reporters, sent):
    calls, _ = sent
    make_asset()
    opened = services.open_round(observed_at=NOW)
    ordered = sorted(reporters, key=lambda wallet: int(wallet.address, 16))
    sign(opened, reversed(ordered[:5]))

    services.publish_round(round=opened)

    message = services.round_message(round=opened)
    expected = ["0x" + wallet.sign_typed_data(message)[:32].hex() for wallet in ordered[:5]]
    assert [one["r"] for one in calls[0]["args"][1]] == expected


def test_a_dismissed_reporters_signature_no_longer_counts(make_asset, reporters, sent):
    make_asset()
    opened = services.open_round(observed_at=NOW)
    sign(opened, reporters[:5])
    Reporter.objects.filter(address=reporters[0].address).update(active=False)

    assert services.publish_round(round=opened) is False


def test_a_reverted_publication_is_queued_again_under_a_new_key(make_asset, reporters, sent):
    calls, outcomes = sent
    make_asset()
    opened = services.open_round(observed_at=NOW)
    sign(opened, reporters[:5])
    services.publish_round(round=opened)
    outcomes[calls[0]["client_key"]] = "reverted"

    services.publish_round(round=opened)

    assert len({call["client_key"] for call in calls}) == 2


def test_nothing_is_queued_before_the_least_interval(make_asset, reporters, sent, chain_clock):
    calls, _ = sent
    make_asset()
    published(services.open_round(observed_at=NOW), at=NOW)
    opened = services.open_round(observed_at=NOW + HOUR_S)
    sign(opened, reporters[:5])
    chain_clock(NOW + 6 * HOUR_S - 1)
    assert services.publish_round(round=opened) is False

    chain_clock(NOW + 6 * HOUR_S)

    assert services.publish_round(round=opened) is True
    assert len(calls) == 1


def test_a_reader_that_lags_does_not_hold_up_a_round_of_a_later_time(make_asset, reporters, sent):
    make_asset()
    published(services.open_round(observed_at=NOW), at=NOW)
    opened = services.open_round(observed_at=NOW + 6 * HOUR_S)
    sign(opened, reporters[:5])

    assert services.publish_round(round=opened) is True


def test_a_published_round_takes_no_more_signatures_and_is_not_sent_again(
    make_asset, reporters, sent
):
    make_asset()
    opened = services.open_round(observed_at=NOW)
    sign(opened, reporters[:5])
    done = published(opened)

    with pytest.raises(RoundRefused) as refused:
        sign(done, reporters[5:])

    assert refused.value.code == "ROUND_NOT_SIGNING"
    assert services.publish_round(round=done) is False


def test_publication_is_projected_once_and_again_without_change(make_asset):
    make_asset()
    opened = services.open_round(observed_at=NOW)

    published(opened)
    done = published(opened)

    assert (done.status, done.published_at) == (RoundStatus.PUBLISHED, NOW + 10)
    assert selectors.newest_round() == done


def test_a_round_that_others_published_replaces_ours_without_stopping_the_reader(make_asset):
    make_asset()
    opened = services.open_round(observed_at=NOW)

    ours = published(opened, root="0x" + "cd" * 32)

    newest = selectors.newest_round()
    assert ours.status == RoundStatus.ABANDONED
    assert newest.root == "0x" + "cd" * 32
    with pytest.raises(RoundRefused) as refused:
        selectors.proofs(asset_ids=[1], round_number=1)
    assert refused.value.code == "CONTENT_MISSING"


def test_the_last_two_rounds_are_usable_and_older_ones_are_not(make_asset):
    asset = make_asset()
    for day in range(3):
        published(services.open_round(observed_at=NOW + day * DAY_S))

    for number in (2, 3):
        assert selectors.proofs(asset_ids=[asset.token_id], round_number=number)[0][1] is not None
    with pytest.raises(RoundRefused) as refused:
        selectors.proofs(asset_ids=[asset.token_id], round_number=1)
    assert refused.value.code == "ROUND_UNUSABLE"


def test_after_a_void_only_the_round_before_is_usable_until_the_next(make_asset):
    make_asset()
    for day in range(3):
        published(services.open_round(observed_at=NOW + day * DAY_S))
    projections.round_voided(event("RoundVoided", {"round": 3}, block_time=NOW + 3 * DAY_S))

    newest, previous = selectors.usable_rounds()
    following = published(services.open_round(observed_at=NOW + 4 * DAY_S))

    assert (newest.number, previous) == (2, None)
    assert following.number == 4
    assert [one.number for one in selectors.usable_rounds()] == [4, 2]


def test_an_id_without_a_value_gets_the_empty_proof(make_asset):
    asset = make_asset()
    published(services.open_round(observed_at=NOW))

    found = selectors.proofs(asset_ids=[asset.token_id, 12_345], round_number=1)

    assert found[0][0][0] == asset.token_id
    assert found[1] == ((0, 0, 0, 0, 0, 0, 0), [])


def test_the_tree_is_built_once(make_asset, django_assert_max_num_queries):
    assets = [make_asset() for _ in range(5)]
    published(services.open_round(observed_at=NOW))
    selectors.proofs(asset_ids=[assets[0].token_id], round_number=1)

    with django_assert_max_num_queries(1):
        selectors.proofs(asset_ids=[one.token_id for one in assets], round_number=1)


def test_a_shock_reaches_the_value_in_limited_steps(make_asset, said):
    asset = make_asset()
    published(services.open_round(observed_at=NOW))
    shock = said(asset, 60_000 * USD, kind="sale", observed_at=NOW + DAY_S)
    record_observations(observations=[shock], now=NOW + DAY_S)

    published(services.open_round(observed_at=NOW + DAY_S))

    first, second = selectors.value_history(asset)
    assert second.value_units == first.value_units * 98 // 100
    assert second.target_value_units == 60_000 * USD


def test_values_are_summed_by_class(make_asset):
    make_asset(cap=100_000 * USD)
    make_asset(cap=50_000 * USD)
    make_asset(2, cap=10_000 * USD)
    published(services.open_round(observed_at=NOW))

    rows = selectors.values_by_class()

    assert [(row.class_id, row.count, row.value_units) for row in rows] == [
        (1, 2, 150_000 * USD),
        (2, 1, 10_000 * USD),
    ]


def test_the_sources_behind_an_asset_are_its_newest_words(make_asset, said):
    asset = make_asset()
    older, newer = (said(asset, value, observed_at=NOW - ago) for value, ago in ((1, 9), (2, 8)))
    record_observations(observations=[older, newer], now=NOW)

    assert [one.value for one in selectors.sources_of(asset)] == [2]


def test_a_due_round_is_opened_by_the_heartbeat_only(make_asset, settings):
    make_asset()
    settings.ORACLE_HEARTBEAT_S = DAY_S
    published(services.open_due_round(now=NOW), at=NOW)

    assert services.open_due_round(now=NOW + DAY_S - 1) is None
    assert services.open_due_round(now=NOW + DAY_S).number == 2


def test_reporters_follow_the_chain(reporters):
    address = reporters[0].address

    projections.reporter_set(event("ReporterSet", {"reporter": address, "active": False}))

    assert not Reporter.objects.get(address=address).active


def test_two_rounds_cannot_be_open_at_once(make_asset):
    make_asset()
    opened = services.open_round(observed_at=NOW)
    opened.pk, opened.number = None, 2

    with pytest.raises(IntegrityError), transaction.atomic():
        opened.save()


def test_a_value_below_its_bound_cannot_be_stored(make_asset):
    make_asset()
    services.open_round(observed_at=NOW)
    row = Valuation.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Valuation.objects.filter(pk=row.pk).update(lower_units=row.value_units + 1)


def test_observations_are_kept_when_a_round_is_refused(make_asset, said):
    asset = make_asset(status=AssetStatus.VERIFIED)
    record_observations(observations=[said(asset)], now=NOW)

    with pytest.raises(OracleError):
        services.open_round(observed_at=NOW)

    assert Observation.objects.count() == 1
