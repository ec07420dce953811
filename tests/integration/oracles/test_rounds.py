"""A round is opened and signed."""

import pytest

from collateral.models import AssetStatus
from contracts.wallet import development_wallet
from oracles import selectors, services
from oracles.domain.errors import OracleError, RoundRefused
from oracles.domain.leaf import ValueStatus
from oracles.domain.rounds import recompute
from oracles.models import Reporter, Round, RoundSignature, RoundStatus, Valuation
from oracles.services import TokenQuote, observe_token, record_observations
from tests.integration.oracles.conftest import MNEMONIC, TOKEN
from tests.integration.oracles.steps import published, sign
from tests.unit.oracles.factories import NOW, USD

pytestmark = pytest.mark.usefixtures("deployment", "chain_clock")


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
