"""A round from its opening to its publication."""

import pytest
from django.db import IntegrityError, transaction

from collateral.models import AssetStatus
from contracts.types import Event
from contracts.wallet import development_wallet
from oracles import projections, selectors, services
from oracles.domain.errors import OracleError, RoundRefused
from oracles.domain.leaf import ValueStatus
from oracles.domain.rounds import recompute
from oracles.models import Observation, Reporter, Round, RoundSignature, RoundStatus, Valuation
from oracles.services import TokenQuote, observe_token, publishing, record_observations
from tests.integration.oracles.conftest import MNEMONIC, TOKEN
from tests.unit.oracles.factories import NOW, USD

DAY_S = 86_400
HOUR_S = 3_600
pytestmark = pytest.mark.usefixtures("deployment", "chain_clock")


def event(name, args, *, block_number=10, block_time=NOW):
    return Event(
        name=name,
        contract="ValuationOracle",
        address="0x" + "11" * 20,
        args=args,
        block_number=block_number,
        block_hash="0x" + "aa" * 32,
        tx_hash="0x" + "bb" * 32,
        log_index=0,
        block_time=block_time,
    )


def published(opened, *, at=None, root=None):
    at = at or opened.observed_at + 10
    projections.round_published(
        event(
            "RoundPublished",
            {
                "round": opened.number,
                "root": root or opened.root,
                "contentHash": opened.content_hash,
                "modelSetHash": opened.model_set_hash,
                "observedAt": opened.observed_at,
                "count": opened.count,
                "publishedAt": at,
                "stoppedSeconds": 0,
            },
        )
    )
    return Round.objects.get(pk=opened.pk)


def sign(opened, wallets):
    for wallet in wallets:
        result = recompute(selectors.snapshot(round=opened))
        message = services.round_message(round=opened)
        services.submit_round_signature(
            round=opened, signature=wallet.sign_typed_data(message), root=result.root
        )


@pytest.fixture
def sent(monkeypatch):
    """What was handed to settlement; the outcome of each key can be set."""
    calls, outcomes = [], {}
    monkeypatch.setattr(publishing, "submit_call", lambda **call: calls.append(call))
    monkeypatch.setattr(publishing, "batch_outcome", lambda key: outcomes.get(key, "planned"))
    return calls, outcomes


def test_opening_values_every_asset_with_an_observation(make_asset):
    house, gpu = make_asset(), make_asset(10, cap=0, attributes={"hourly_income_units": 40 * USD})
    make_asset(13, cap=0)

    opened = services.open_round(observed_at=NOW)

    assert (opened.number, opened.status, opened.count) == (1, RoundStatus.SIGNING, 2)
    assert set(Valuation.objects.values_list("asset", flat=True)) == {house.pk, gpu.pk}


def test_a_reporter_gets_the_same_root_from_the_snapshot_alone(make_asset):
    make_asset()
    opened = services.open_round(observed_at=NOW)

    result = recompute(selectors.snapshot(round=opened))

    assert "0x" + result.root.hex() == opened.root
    assert "0x" + result.content_hash.hex() == opened.content_hash
    assert result.leaves == selectors.leaves(round=opened)


def test_without_anything_to_value_no_round_is_opened(make_asset):
    make_asset(13, cap=0)

    with pytest.raises(OracleError) as refused:
        services.open_round(observed_at=NOW)

    assert refused.value.code == "NOTHING_TO_VALUE"
    assert not Round.objects.exists()


def test_frozen_and_revoked_assets_carry_their_status(make_asset):
    frozen, revoked = make_asset(status="frozen"), make_asset(status=AssetStatus.REVOKED)

    services.open_round(observed_at=NOW)

    statuses = dict(Valuation.objects.values_list("asset", "status"))
    assert statuses == {frozen.pk: ValueStatus.FROZEN, revoked.pk: ValueStatus.CHALLENGED}


def test_a_token_is_valued_by_its_address(make_asset, source):
    make_asset()
    quote = TokenQuote(
        token=TOKEN,
        source=source.slug,
        nav_wei=105 * 10**16,
        market_units=3_100 * USD,
        ether_units=3_000 * USD,
        observed_at=NOW - 5,
    )
    observe_token(quote=quote, now=NOW)

    opened = published(services.open_round(observed_at=NOW))

    token_id = int(TOKEN, 16)
    ((leaf, path),) = selectors.proofs(asset_ids=[token_id], round_number=opened.number)
    assert leaf[:4] == (token_id, 14, 0, 3_100 * USD)
    assert path


def test_a_source_switched_off_no_longer_counts(make_asset, said, source):
    asset = make_asset(cap=0)
    record_observations(observations=[said(asset)], now=NOW)
    make_asset()
    source.active = False
    source.save()

    services.open_round(observed_at=NOW)

    assert not Valuation.objects.filter(asset=asset).exists()


def test_opening_again_before_a_signature_takes_the_newest_observations(make_asset):
    make_asset()
    first = services.open_round(observed_at=NOW)
    make_asset()

    second = services.open_round(observed_at=NOW + 5)

    first.refresh_from_db()
    assert first.status == RoundStatus.ABANDONED
    assert (second.number, second.count) == (1, 2)


def test_opening_again_for_the_same_moment_gives_the_same_round(make_asset):
    make_asset()
    first = services.open_round(observed_at=NOW)

    assert services.open_round(observed_at=NOW) == first


def test_a_signed_round_is_not_replaced_until_the_contract_would_refuse_it(make_asset, reporters):
    make_asset()
    first = services.open_round(observed_at=NOW)
    sign(first, reporters[:1])

    in_time = services.open_round(observed_at=NOW + 129_600)
    too_late = services.open_round(observed_at=NOW + 129_601)

    assert in_time == first
    assert (too_late.number, too_late == first) == (1, False)


def test_a_round_cannot_be_as_of_a_time_before_the_last_publication(make_asset):
    make_asset()
    published(services.open_round(observed_at=NOW), at=NOW + 100)

    with pytest.raises(RoundRefused) as refused:
        services.open_round(observed_at=NOW + 99)

    assert refused.value.code == "OBSERVED_AT_TOO_EARLY"


def test_signatures_are_counted_once_for_each_reporter(make_asset, reporters):
    make_asset()
    opened = services.open_round(observed_at=NOW)

    sign(opened, [reporters[0], reporters[0], reporters[1]])

    assert RoundSignature.objects.count() == 2
    assert selectors.open_round_progress().signatures == 2


def test_a_stranger_and_a_dismissed_reporter_are_refused(make_asset, reporters):
    make_asset()
    opened = services.open_round(observed_at=NOW)
    Reporter.objects.filter(address=reporters[0].address).update(active=False)

    for wallet in (reporters[0], development_wallet(MNEMONIC, "owner")):
        with pytest.raises(RoundRefused) as refused:
            sign(opened, [wallet])
        assert refused.value.code == "NOT_A_REPORTER"


@pytest.mark.parametrize("signature", [b"", b"\x00" * 65, b"\x01" * 64, "zz", "0x" + "ff" * 65])
def test_bytes_that_are_no_signature_are_refused(make_asset, reporters, signature):
    make_asset()
    opened = services.open_round(observed_at=NOW)

    with pytest.raises(RoundRefused) as refused:
        services.submit_round_signature(round=opened, signature=signature)

    assert refused.value.code == "SIGNATURE_INVALID"


def test_a_reporter_with_another_root_is_told_to_compare(make_asset, reporters):
    make_asset()
    opened = services.open_round(observed_at=NOW)
    signature = reporters[0].sign_typed_data(services.round_message(round=opened))

    with pytest.raises(RoundRefused) as refused:
        services.submit_round_signature(round=opened, signature=signature, root=b"\x01" * 32)

    assert refused.value.code == "ROOT_MISMATCH"


def test_a_signature_of_another_round_is_refused(make_asset, reporters):
    make_asset()
    opened = services.open_round(observed_at=NOW)
    message = services.round_message(round=opened)
    message["message"]["round"] = 2

    with pytest.raises(RoundRefused) as refused:
        services.submit_round_signature(
            round=opened, signature=reporters[0].sign_typed_data(message)
        )

    assert refused.value.code == "NOT_A_REPORTER"


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
