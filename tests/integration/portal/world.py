"""A small world in the database for the portal's tests: assets, rounds, loans, lots, a pool."""

import hashlib
import json
from dataclasses import fields
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from collateral.domain.classes import Role
from collateral.models import Asset, Attestation, Evidence, Owner, VerificationRequest, Verifier
from lending.domain.health import Terms
from lending.domain.loans import Status
from lending.models import (
    AuctionLot,
    ClassTerms,
    Lane,
    Loan,
    LoanCollateral,
    LoanEntry,
    OracleClock,
    PoolEpoch,
    PoolState,
)
from oracles.models import Observation, Round, Source, Valuation
from settlement.models import Batch, Block, Cursor, Signer

USD = 1_000_000
DAY = 86_400
NOW = 1_800_000_000
BORROWER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
LRT = "0x" + "ab" * 20
LRT_CLASS = 14
HOUSE, CAR = 1, 2


def digest(*parts: object) -> str:
    """Return a hash of the parts, 0x and 64 digits."""
    return "0x" + hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def make_chain(*, behind: int = 0, block: int = 1_204) -> None:
    """The reader has read one block at NOW."""
    Block.objects.create(number=block, hash=digest("b"), parent_hash=digest("p"), timestamp=NOW)
    Cursor.objects.create(
        name=Cursor.READER, block_number=block, block_hash=digest("b"), head_number=block + behind
    )


def make_terms() -> None:
    """The shipped risk terms of every class."""
    genesis = json.loads((Path(settings.BASE_DIR) / "contracts" / "genesis.json").read_text())
    names = {field.name for field in fields(Terms)} - {"class_id"}
    for one in genesis["classes"]:
        terms = {name.removesuffix("_s"): value for name, value in one["terms"].items()}
        kept = {name: value for name, value in terms.items() if name in names}
        ClassTerms.objects.create(class_id=one["id"], **kept)


def make_owner() -> Owner:
    """The one owner of everything."""
    return Owner.objects.get_or_create(address=BORROWER, defaults={"label": "Ada Quarry"})[0]


def make_asset(number: int, *, class_id: int = HOUSE, cap: int = 300_000, **more: object) -> Asset:
    """A pledgeable asset whose token id is `number`; the cap in USD."""
    attributes = more.pop("attributes", {"floor_area_cm2": 1_200_000, "year_built": 1974})
    return Asset.objects.create(
        class_id=class_id,
        scheme="record",
        canonical=f"secret-{number}",
        anchor=digest("anchor", number),
        identity_salt=b"s" * 32,
        identity_commitment=digest("commitment", number),
        evidence_root=digest("evidence", number),
        attributes=attributes,
        owner=make_owner(),
        publisher="Grinnell",
        status=more.pop("status", "minted"),
        token_id=number,
        appraisal_cap_units=cap * USD,
        attested_at=NOW - 20 * DAY,
        valid_until=NOW + 345 * DAY,
        holder_address=BORROWER,
        **more,
    )


def make_attestations(asset: Asset) -> None:
    """Title and appraisal of an asset by one verifier, and a deed on file."""
    verifier, _ = Verifier.objects.get_or_create(
        address="0x" + "77" * 20, defaults={"name": "Calder Valuers"}
    )
    for role, value in ((Role.TITLE, 0), (Role.APPRAISAL, asset.appraisal_cap_units)):
        request = VerificationRequest.objects.create(
            asset=asset,
            role=role,
            status="attested",
            claimed_by=verifier,
            evidence_root=asset.evidence_root,
        )
        Attestation.objects.create(
            request=request,
            verifier=verifier,
            message={},
            uid=digest("uid", request.pk),
            signature="0x",
            salt=digest("salt", request.pk),
            value_units=value,
            signed_at=NOW - 20 * DAY,
            observed_at=NOW - 20 * DAY,
            valid_until=NOW + 345 * DAY,
        )
    Evidence.objects.create(
        asset=asset, kind="Deed", sha256=digest("deed", asset.pk), salt=b"x" * 32, size=120_334
    )


def make_round(number: int, values: dict[Asset, int], *, at: int, lrt_usd: int = 3_000) -> Round:
    """A published round; values in USD, lower bounds 4 % under them."""
    made = Round.objects.create(
        number=number,
        status="published",
        observed_at=at,
        published_at=at + 60,
        count=len(values) + 1,
        root=digest("root", number),
        content_hash=digest("content", number),
        model_set_hash=digest("models"),
    )
    common = {"round": made, "status": 0, "sources": 2, "observed_at": at}
    rows = [
        Valuation(
            asset=asset,
            class_id=asset.class_id,
            value_units=value * USD,
            lower_units=value * USD * 96 // 100,
            target_value_units=value * USD,
            target_lower_units=value * USD * 96 // 100,
            valid_until=NOW + 30 * DAY,
            **common,
        )
        for asset, value in values.items()
    ]
    token = {"value_units": lrt_usd * USD, "lower_units": lrt_usd * USD * 96 // 100}
    targets = {f"target_{name}": value for name, value in token.items()}
    rows.append(
        Valuation(
            token=LRT, class_id=LRT_CLASS, valid_until=NOW + DAY, **token, **targets, **common
        )
    )
    Valuation.objects.bulk_create(rows)
    return made


def make_clock(newest: Round, previous: Round) -> None:
    """The oracle's clock with these two rounds in force."""
    OracleClock.objects.update_or_create(
        id=1,
        defaults={
            "newest": newest.number,
            "newest_at": newest.published_at,
            "previous": previous.number,
            "previous_at": previous.published_at,
            "last": newest.number,
        },
    )


def make_lane(number: int) -> Lane:
    """An escrow."""
    return Lane.objects.get_or_create(number=number, defaults={"escrow": f"0x{number + 1:040x}"})[0]


def make_loan(
    number: int,
    assets: list[Asset],
    *,
    lane: int = 3,
    principal: int = 100_000,
    status: Status = Status.OPEN,
    lrt_amount: int = 0,
    **more: object,
) -> Loan:
    """A loan on these assets, opened 45 days ago; the principal in USD."""
    loan = Loan.objects.create(
        loan_id=lane << 40 | number,
        lane=make_lane(lane),
        borrower=BORROWER,
        nonce=number,
        principal=principal * USD,
        last_accrual=NOW - 15 * DAY,
        rate_bps=620,
        status=status,
        base_principal=principal * USD,
        schedule=more.pop("schedule", 1),
        instalments=12,
        interval=30 * DAY,
        opened_at=NOW - 45 * DAY,
        grace_period=15 * DAY,
        cure_window=14 * DAY,
        late_fee_bps=300,
        opened_tx=digest("open", number),
        **more,
    )
    held = "held" if status in (Status.OPEN, Status.CALLED, Status.AUCTIONED) else "released"
    for asset in assets:
        LoanCollateral.objects.create(
            loan=loan, token_id=asset.token_id, class_id=asset.class_id, status=held
        )
    if lrt_amount:
        LoanCollateral.objects.create(
            loan=loan, class_id=LRT_CLASS, lrt=LRT, lrt_amount=lrt_amount, status=held
        )
    note(loan, "opened", principal, at=NOW - 45 * DAY)
    return loan


def note(loan: Loan, name: str, amount: int, *, at: int = NOW, **details: object) -> None:
    """A line in a loan's journal; the amount in USD."""
    LoanEntry.objects.create(
        loan=loan,
        name=name,
        amount=amount * USD,
        party=BORROWER,
        details=details,
        at=at,
        block_number=1_200,
        tx_hash=digest("tx", loan.pk, name),
    )


def make_lot(loan: Loan, asset: Asset, *, status: str = "running", paid: int = 0) -> AuctionLot:
    """A lot falling from 276,000 to 144,000 USD over 7 days, 3 of them past."""
    return AuctionLot.objects.create(
        loan=loan,
        token_id=asset.token_id,
        sequence=1,
        start_price=276_000 * USD,
        floor_price=144_000 * USD,
        started_at=NOW - 3 * DAY,
        duration=7 * DAY,
        status=status,
        paid=paid * USD,
        buyer=BORROWER if paid else "",
        ended_at=None if status == "running" else NOW - DAY,
    )


def make_pool(*, closes: int = 6) -> None:
    """A pool of 4 million with some closes."""
    PoolState.objects.create(
        epoch=closes,
        epoch_started_at=NOW - DAY,
        cash=3_600_000 * USD,
        reserve=50_000 * USD,
        senior_value=3_200_000 * USD,
        senior_due=3_200_000 * USD,
        senior_shares=3_200_000 * USD,
        junior_value=800_000 * USD,
        junior_shares=800_000 * USD,
    )
    for number in range(1, closes + 1):
        PoolEpoch.objects.create(
            number=number,
            closed_at=NOW - (closes - number) * DAY - 3_600,
            nav=(3_990_000 + number * 1_500) * USD,
            senior_value=(3_195_000 + number * 450) * USD,
            junior_value=(795_000 + number * 1_050) * USD,
            utilisation_bps=930,
            cash=3_600_000 * USD,
            tx_hash=digest("close", number),
        )


def make_batch(number: int, *, lane: int | None, status: str = "final", **more: object) -> Batch:
    """A transaction of the pipeline."""
    signer, _ = Signer.objects.get_or_create(
        chain_id=31337,
        address="0x" + "99" * 20,
        defaults={"purpose": "relayer", "key_index": 0},
    )
    stored = status not in ("planned", "dead")
    return Batch.objects.create(
        client_key=f"key-{number}",
        kind=more.pop("kind", "settle"),
        lane=lane,
        chain_id=31337,
        signer=signer,
        contract="LoanBook",
        function="settle",
        to_address=LRT,
        data=b"",
        status=status,
        nonce=number if stored else None,
        signature=b"65" if stored else None,
        tx_hash=digest("batch", number) if stored else None,
        created_at=timezone.now(),
        **more,
    )


def make_small_world() -> dict[str, Loan]:
    """A steady, a watched, a called and an auctioned loan, one that ended, and all around them."""
    make_chain()
    make_terms()
    make_pool()
    houses = [make_asset(number) for number in range(1, 7)]
    car = make_asset(
        7,
        class_id=CAR,
        cap=40_000,
        attributes={"maker": "Toyota", "model": "Camry SE", "serial": "S3CR3T"},
    )
    make_asset(8, class_id=13, cap=9_000, attributes={"maker": "SMA", "model": "Sunny 5.0"})
    for asset in houses[:2]:
        make_attestations(asset)
    values = dict.fromkeys(houses, 290000) | {car: 34_000}
    rounds = [
        make_round(n, {a: v - (8 - n) * 1_500 for a, v in values.items()}, at=NOW - (8 - n) * DAY)
        for n in range(1, 9)
    ]
    make_clock(rounds[-1], rounds[-2])
    loans = {
        "steady": make_loan(1, [houses[0]], principal=120_000, prefunded=5_000 * USD),
        "watch": make_loan(2, [houses[1]], principal=182_000),
        "basket": make_loan(3, [car], principal=20_000, lrt_amount=5 * 10**18, lane=1),
        "called": make_loan(
            4, [houses[2]], principal=210_000, status=Status.CALLED, called_at=NOW - 5 * DAY
        ),
        "auctioned": make_loan(
            5, [houses[3]], principal=205_000, status=Status.AUCTIONED, called_at=NOW - 20 * DAY
        ),
        "sold": make_loan(6, [houses[4]], principal=0, status=Status.WRITTEN_OFF, loss=8_204 * USD),
    }
    note(loans["called"], "called", 210_000, reason="health", cure_until=NOW + 9 * DAY)
    make_lot(loans["auctioned"], houses[3])
    make_lot(loans["sold"], houses[4], status="sold", paid=201_500)
    for number in range(24):
        make_batch(number, lane=number % 4, status=("final", "mined", "sent")[number % 3])
    make_batch(90, lane=None, kind="publish")
    make_batch(91, lane=2, status="planned", first_number=1, last_number=48, count=48)
    return loans


def make_observation(asset: Asset, *, value: int, unit: str = "usd", scale: int = 0) -> None:
    """What a source said of an asset a day ago."""
    source, _ = Source.objects.get_or_create(
        slug="calder", defaults={"name": "Calder Valuers", "kind": "appraiser"}
    )
    Observation.objects.create(
        asset=asset,
        source=source,
        kind="appraisal",
        value=value,
        unit=unit,
        scale=scale,
        amount=value * 10 ** (6 - scale),
        observed_at=NOW - DAY,
        given=str(value),
        raw_hash="0" * 64,
        verdict="accepted",
    )
