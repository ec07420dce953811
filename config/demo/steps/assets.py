"""Register, attest, mint: from records in files to tokens in their owners' wallets."""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from django.db.models import Count

from collateral import tasks
from collateral.domain.classes import Role, class_by_id
from collateral.models import Asset, AssetStatus, RequestStatus, VerificationRequest, Verifier
from collateral.services import (
    ImportReport,
    PlannedFile,
    SignedStatement,
    assign_owner,
    attestation_messages,
    import_portfolio,
    mapping_for,
    plan_portfolio,
    submit_assets,
    submit_attestations,
)
from config.demo.stage import Stage
from config.demo.waiting import wait_until
from oracles.domain.income import present_value_down
from oracles.domain.parameters import CLASS_MODELS
from oracles.domain.quantities import BPS, HOURS_PER_MONTH

ASSETS_PER_OWNER = 3
UNPRICED_PER_OWNER = 80
ASSETS_AT_A_TIME = 400
REFUSALS_SHOWN = 3


def import_files(stage: Stage) -> None:
    """Import every portfolio file through the importer's own service."""
    today = datetime.fromtimestamp(stage.clock.now(), tz=UTC).date()
    holders = [wallet.address for wallet in stage.cast.owners]
    for planned in planned_files(stage.portfolio):
        if planned.ready is None:
            stage.say(f"  {planned.path.name}: left alone. {planned.refusal}")
            continue
        mapping = planned.ready.mapping
        report = import_portfolio(
            path=planned.path,
            mapping=mapping,
            as_of=today,
            owner_addresses=holders if mapping.asset_class.fungible else (),
            submit=False,
        )
        _tell(stage, report)


def _tell(stage: Stage, report: ImportReport) -> None:
    stage.say(
        f"  {report.file}: {report.registered} registered as {report.asset_class},"
        f" {report.unchanged} known, {len(report.refused)} refused,"
        f" {report.possible_duplicates} possible duplicates"
    )
    for refusal in report.refused[:REFUSALS_SHOWN]:
        stage.say(f"    line {refusal.line}: {refusal.sentence}")


def give_to_owners(stage: Stage) -> None:
    """Spread the records over the owners: neighbours in a file share one, so baskets can form."""
    owners = [wallet.address for wallet in stage.cast.owners]
    drafts = Asset.objects.filter(owner__isnull=True).order_by("class_id", "pk")
    shares: dict[str, list[int]] = defaultdict(list)
    counts: dict[bool, int] = defaultdict(int)
    for pk, price, attributes in drafts.values_list("pk", "price_units", "attributes"):
        priced = price is not None or any(key.startswith("hourly_income") for key in attributes)
        size = ASSETS_PER_OWNER if priced else UNPRICED_PER_OWNER
        shares[owners[counts[priced] // size % len(owners)]].append(pk)
        counts[priced] += 1
    for address, asset_ids in shares.items():
        assign_owner(asset_ids=asset_ids, owner_address=address)


def appraised_units(asset: Asset) -> int:
    """Return what the demo's appraisers say an asset is worth, ledger units; 0 says nothing.

    A priced record is taken at its price; a rented device at the worth of its rent.
    """
    if asset.price_units:
        return asset.price_units
    hourly = asset.attributes.get("hourly_income_units")
    terms = CLASS_MODELS[asset.class_id].income
    if not isinstance(hourly, int) or terms is None:
        return 0
    gross = hourly * HOURS_PER_MONTH * terms.utilisation_bps
    return present_value_down(gross * (BPS - terms.costs_bps) // (BPS * BPS), terms=terms)


def attest(stage: Stage) -> None:
    """Each verifier reads its queue, signs with its own wallet, and hands the signatures in.

    Assets come in groups with all their roles, so that the workers mint one group meanwhile.
    """
    drafts = Asset.objects.filter(status=AssetStatus.DRAFT)
    submit_assets(asset_ids=list(drafts.values_list("pk", flat=True)))
    verifiers = list(Verifier.objects.order_by("pk").prefetch_related("authorities"))
    waiting = Asset.objects.filter(status=AssetStatus.SUBMITTED).order_by("pk")
    asset_ids = list(waiting.values_list("pk", flat=True))
    for number, start in enumerate(range(0, len(asset_ids), ASSETS_AT_A_TIME)):
        group = asset_ids[start : start + ASSETS_AT_A_TIME]
        for role, requests in _open_requests(group).items():
            able = [one for one in verifiers if _may(one, role)]
            _sign(stage, able[number % len(able)], role, requests)
        tasks.mint_verified.delay()


def _may(verifier: Verifier, role: Role) -> bool:
    return any(one.roles & role for one in verifier.authorities.all())


def _open_requests(asset_ids: list[int]) -> dict[Role, list[VerificationRequest]]:
    queue: dict[Role, list[VerificationRequest]] = defaultdict(list)
    waiting = VerificationRequest.objects.filter(status=RequestStatus.OPEN, asset__in=asset_ids)
    for request in waiting.select_related("asset").order_by("pk"):
        queue[Role(request.role)].append(request)
    return queue


def _sign(
    stage: Stage, verifier: Verifier, role: Role, requests: list[VerificationRequest]
) -> None:
    wallet = stage.cast.wallet(verifier.address)
    says_value = role == Role.APPRAISAL
    values = {one.pk: appraised_units(one.asset) if says_value else 0 for one in requests}
    signed = [
        SignedStatement(
            statement=statement, signature=wallet.sign_typed_data(dict(statement.typed_data))
        )
        for statement in attestation_messages(values=values, verifier=verifier)
    ]
    submit_attestations(signed=signed)


def give_and_attest(stage: Stage) -> None:
    """Let owners claim the records and verifiers decide them."""
    give_to_owners(stage)
    attest(stage)


def mint(stage: Stage) -> None:
    """Wait for the workers to mint what the verifiers vouched for."""
    tasks.mint_verified.delay()
    unfinished = (AssetStatus.VERIFIED, AssetStatus.MINTING)
    wait_until(
        what="the assets to be minted",
        done=lambda: not Asset.objects.filter(status__in=unfinished).exists(),
        limit_s=240,
    )
    failed = Asset.objects.filter(status=AssetStatus.MINT_FAILED).count()
    if failed:
        stage.say(f"  {failed} assets were refused by the registry; the admin says why")


def by_class() -> list[tuple[str, int]]:
    """Return the minted assets by class."""
    rows = Asset.objects.filter(token_id__isnull=False).values_list("class_id")
    counted = rows.annotate(count=Count("pk")).order_by("class_id")
    return [(class_by_id(class_id).label, count) for class_id, count in counted]


def planned_files(portfolio: Path) -> list[PlannedFile]:
    """Return the portfolio's files: of a folder, or the one that was named."""
    if portfolio.is_file():
        return [PlannedFile(portfolio, mapping_for(portfolio))]
    return plan_portfolio(directory=portfolio)


def portfolio_size(portfolio: Path) -> int:
    """Return a rough number of records, to know how many owners are needed."""
    files = [planned.path for planned in planned_files(portfolio) if planned.ready]
    return sum(path.read_bytes().count(b"\n") for path in files)
