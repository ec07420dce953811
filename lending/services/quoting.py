"""What can be borrowed on a basket, at what price, and the terms for the wallet to sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from collateral.domain.display import usd
from collateral.models import Asset, AssetStatus
from contracts.deployment_record import load
from contracts.typed_data import TypedData
from contracts.typed_data import loan_terms as terms_message
from lending.domain import health
from lending.domain.errors import LendingRefused
from lending.domain.schedule import ScheduleKind
from lending.models import RateCurve, Shortfall
from lending.nonces import fresh_nonce
from lending.parameters import minimum_payment_units, oracle_parameters
from lending.selectors.rooms import lane_with_room, most_principal, needs
from lending.selectors.valuing import LRT_CLASS, Pledge, clock, pledges

MAX_ASSETS = 32
DAY_S = 86_400
MIN_INTERVAL_S = DAY_S
NOBODY = "0x" + "00" * 20
LRT_TOKEN = "TestRestakingToken"


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one thing of a basket counts for; ledger units, basis points."""

    token_id: int
    class_id: int
    value_units: int
    freshness_bps: int
    limit_units: int


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a basket gives: the strictest of its classes. Amounts in ledger units, times in s.

    `limit_units` is what its values allow, `room_units` what the lanes can lend on it now.
    """

    limit_units: int
    room_units: int
    rate_bps: int
    late_fee_bps: int
    grace_period_s: int
    cure_window_s: int
    max_tenor_s: int
    matures_before: int
    must_amortise: bool
    lines: list[Line]


def quote(*, borrower: str, token_ids: Sequence[int], lrt_amount: int = 0, now: int) -> Quote:
    """Return what this borrower can get on this basket at `now`, or raise with the reason."""
    held = _basket(borrower, sorted(token_ids), lrt_amount, now)
    curve = RateCurve.objects.filter(id=1).first()
    terms = [pledge.item.terms for pledge in held]
    lines = [_line(pledge, now) for pledge in held]
    expiries = [pledge.item.valid_until for pledge in held if pledge.item.lrt_amount is None]
    return Quote(
        limit_units=sum(line.limit_units for line in lines),
        room_units=most_principal(token_ids=token_ids, lrt_amount=lrt_amount, now=now),
        rate_bps=max(one.rate_bps(curve.curve_bps if curve else 0) for one in terms),
        late_fee_bps=max(one.late_fee_bps for one in terms),
        grace_period_s=min(one.grace_period for one in terms),
        cure_window_s=min(one.cure_window for one in terms),
        max_tenor_s=min(one.max_tenor for one in terms),
        matures_before=min(expiries, default=now + min(one.max_tenor for one in terms)),
        must_amortise=any(one.must_amortise for one in terms),
        lines=lines,
    )


def _line(pledge: Pledge, now: int) -> Line:
    item, lower = pledge.item, pledge.pair.newest or 0
    return Line(
        token_id=item.token_id,
        class_id=item.terms.class_id,
        value_units=item.value(lower),
        freshness_bps=item.freshness_bps(now),
        limit_units=health.borrowing_limit([(item, lower)], now=now),
    )


def _basket(borrower: str, token_ids: Sequence[int], lrt_amount: int, now: int) -> list[Pledge]:
    """Return the basket appraised in the contract's order, or raise why it cannot be pledged."""
    if not token_ids and not lrt_amount:
        raise LendingRefused("nothing_pledged", "A loan needs collateral. Choose at least one.")
    if len(token_ids) > MAX_ASSETS:
        raise LendingRefused(
            "too_many_assets",
            f"A loan takes at most {MAX_ASSETS} assets; {len(token_ids)} were chosen.",
        )
    if clock().is_silent(now, ttl=oracle_parameters().ttl):
        raise LendingRefused(
            "oracle_silent", "There is no fresh round of values. Try again after the next one."
        )
    assets = Asset.objects.in_bulk(token_ids, field_name="token_id")
    for token_id in token_ids:
        _check_asset(assets.get(token_id), token_id, borrower)
    things = [(token_id, assets[token_id].class_id, "", 0) for token_id in token_ids]
    if lrt_amount:
        things.append((0, LRT_CLASS, load().address(LRT_TOKEN), lrt_amount))
    held = pledges(things, now=now)
    for pledge in held:
        _check_value(pledge, assets.get(pledge.item.token_id))
    return held


def _check_asset(asset: Asset | None, token_id: int, borrower: str) -> None:
    if asset is None:
        raise LendingRefused("asset_unknown", f"There is no asset with token {token_id}.")
    if asset.holder_address != borrower:
        raise LendingRefused(
            "asset_not_held",
            f"{asset} is held by {asset.holder_address or 'nobody'}, not by {borrower}.",
        )
    if asset.status != AssetStatus.MINTED:
        raise LendingRefused(
            "asset_unusable",
            f"{asset} is {asset.get_status_display().lower()}; only a free asset can be pledged.",
        )


def _check_value(pledge: Pledge, asset: Asset | None) -> None:
    name = str(asset or "The restaking token")
    if not pledge.item.terms.enabled:
        raise LendingRefused("class_disabled", f"{name} is of a class closed for new loans.")
    if pledge.pair.newest is None or not pledge.usable:
        raise LendingRefused(
            "value_missing",
            f"{name} has no usable value in the newest round. Wait for the next round.",
        )


def loan_terms(
    *,
    borrower: str,
    principal: int,
    schedule: ScheduleKind,
    instalments: int,
    interval: int,
    token_ids: Sequence[int],
    lrt_amount: int = 0,
    max_rate_bps: int,
    deadline: int,
    limit: int = 0,
    now: int,
) -> TypedData:
    """Return the typed data for the borrower's wallet, on a lane with room, or raise what is short.

    `principal` and `limit`, the most that later draws may bring it to, in ledger units;
    `interval` in seconds, `deadline` and `now` in unix seconds.
    """
    terms: dict[str, Any] = {
        "borrower": borrower,
        "principal": principal,
        "limit": max(limit, principal),
        "maxRateBps": max_rate_bps,
        "schedule": int(schedule),
        "instalments": instalments,
        "interval": interval,
        "assets": sorted(token_ids),
        "lrt": load().address(LRT_TOKEN) if lrt_amount else NOBODY,
        "lrtAmount": lrt_amount,
        "nonce": fresh_nonce(),
        "deadline": deadline,
    }
    return typed_terms(terms | {"lane": lane_with_room(needs([terms])[0], now=now)})


def typed_terms(terms: dict[str, Any]) -> TypedData:
    """Return terms as the typed data that is signed."""
    deployment = load()
    return terms_message(
        chain_id=deployment.chain_id, loan_book=deployment.address("LoanBook"), terms=terms
    )


def check_terms(terms: dict[str, Any], *, now: int) -> Quote:
    """Return the quote that the terms fit, or raise the first rule that they break."""
    given = quote(
        borrower=terms["borrower"],
        token_ids=terms["assets"],
        lrt_amount=terms["lrtAmount"],
        now=now,
    )
    for broken, code, sentence in _rules(terms, given, now):
        if broken:
            raise LendingRefused(code, sentence)
    return given


def _rules(terms: dict[str, Any], given: Quote, now: int) -> list[tuple[bool, str, str]]:
    principal, tenor = terms["principal"], terms["instalments"] * terms["interval"]
    minimum = minimum_payment_units()
    shortfall = Shortfall.objects.filter(pk=terms["borrower"], amount__gt=0).first()
    amortising = terms["schedule"] == ScheduleKind.AMORTISING
    return [
        (
            shortfall is not None,
            "borrower_in_shortfall",
            f"A past loan left {usd(shortfall.amount if shortfall else 0)} unpaid. Pay them first.",
        ),
        (now > terms["deadline"], "terms_expired", "The signed terms have run out. Sign again."),
        (principal < minimum, "principal_too_small", f"A loan is of at least {usd(minimum)}."),
        (
            terms["instalments"] < 1 or terms["interval"] < MIN_INTERVAL_S,
            "schedule_invalid",
            "A loan needs at least one due date, and a day or more between due dates.",
        ),
        (
            given.must_amortise and not amortising,
            "must_amortise",
            "This collateral loses value with time: every instalment must repay principal.",
        ),
        (
            tenor > given.max_tenor_s,
            "tenor_too_long",
            f"The loan would last {tenor // DAY_S:,} days; this collateral allows "
            f"{given.max_tenor_s // DAY_S:,}.",
        ),
        (
            now + tenor > given.matures_before,
            "beyond_attestation",
            "The loan would outlast an attestation. Shorten it, or have the asset attested again.",
        ),
        (
            given.rate_bps > terms["maxRateBps"],
            "rate_too_high",
            f"The rate is {given.rate_bps} basis points now, above the signed "
            f"{terms['maxRateBps']}.",
        ),
        (
            principal > given.limit_units,
            "above_limit",
            f"{usd(principal)} is asked for; this collateral allows {usd(given.limit_units)}. "
            "Ask for less or add collateral.",
        ),
    ]
