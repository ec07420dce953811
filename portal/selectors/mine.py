"""What an owner sees of its own things: those at work, those on their way, and what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter

from django.conf import settings
from django.utils import timezone

from collateral.domain.classes import CLASSES, AssetClass, Kind, Role
from collateral.domain.display import (
    disclosure_label,
    facts,
    field_label,
    flag_words,
    identifier_words,
    moment,
)
from collateral.domain.documents import ACCEPTED, MAX_DOCUMENT_BYTES, MAX_DOCUMENTS
from collateral.domain.entries import enterable, own_schemes
from collateral.domain.identifiers import scheme_for
from collateral.domain.maps import PlaceMap
from collateral.errors import RegistrationError
from collateral.models import (
    OPEN_TO_OWNER,
    Asset,
    AssetChange,
    AssetStatus,
    Evidence,
    Owner,
    RenewalStatus,
    RequestStatus,
    VerificationRequest,
    current_evidence,
)
from collateral.selectors.maps import map_of
from collateral.services.board import board_nonce
from collateral.services.disclosure import disclosable
from collateral.services.renewal import RENEWAL_LEAD_S
from lending.domain.health import freshness_bps
from lending.models import ClassTerms
from portal.domain.formatting import listed
from portal.domain.states import State
from portal.domain.things import sentence_case
from portal.selectors.rows import Figure
from settlement.errors import SettlementError
from settlement.selectors import chain_time

CHANGES_SHOWN = 12
ASSETS_SHOWN = 100
_STATES = {
    AssetStatus.DRAFT: State("watch", "▲", "Draft"),
    AssetStatus.SUBMITTED: State("", "○", "With verifiers"),
    AssetStatus.VERIFIED: State("steady", "●", "Attested"),
    AssetStatus.MINTING: State("", "○", "Being written"),
    AssetStatus.MINTED: State("steady", "●", "Yours, free"),
    AssetStatus.PLEDGED: State("steady", "●", "Pledged"),
    AssetStatus.FROZEN: State("called", "■", "Frozen"),
    AssetStatus.REVOKED: State("called", "■", "Revoked"),
    AssetStatus.REJECTED: State("called", "■", "Rejected"),
    AssetStatus.INCOMPLETE: State("watch", "▲", "More is asked"),
    AssetStatus.MINT_FAILED: State("called", "■", "Refused by the ledger"),
}
_ROLE_STATES = {
    RequestStatus.OPEN: State("", "○", "Waits"),
    RequestStatus.CLAIMED: State("", "○", "Being checked"),
    RequestStatus.ATTESTED: State("steady", "●", "Attested"),
    RequestStatus.REJECTED: State("called", "■", "Rejected"),
    RequestStatus.ASKED: State("watch", "▲", "Asks for more"),
    RequestStatus.WITHDRAWN: State("", "○", "Withdrawn"),
}


@dataclass(frozen=True, kw_only=True)
class MyAsset:
    """One line of the list."""

    asset: Asset
    state: State


@dataclass(frozen=True, kw_only=True)
class MinePage:
    """All that is mine, and what is new."""

    assets: list[MyAsset]
    hidden: int
    unread: list[AssetChange]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One field of the form."""

    name: str
    label: str
    help: str
    value: str
    units: tuple[str, ...]
    unit: str
    required: bool
    problem: str
    input_mode: str


@dataclass(frozen=True, kw_only=True)
class EntryForm:
    """The form of a class: how to name the thing first, then what is known of it."""

    asset_class: AssetClass
    ways: list[str]
    naming: list[Entry]
    describing: list[Entry]
    problem: str
    originator: str
    roles: str
    problems: int = 0


@dataclass(frozen=True, kw_only=True)
class RoleStep:
    """One role that must vouch, and where that stands."""

    role: str
    who: str
    state: State
    reason: str


@dataclass(frozen=True, kw_only=True)
class ThingPage:
    """One thing of mine."""

    asset: Asset
    state: State
    said: str
    figures: list[Figure]
    identifiers: list[Figure]
    remarks: list[str]
    evidence: list[Evidence]
    may_change: bool
    may_submit: bool
    may_renew: bool
    roles: list[RoleStep]
    changes: list[AssetChange]
    freshness: str
    map: PlaceMap | None
    may_outline: bool
    showable: list[tuple[str, str]]
    board_nonce: str
    limits: str = (
        f"{ACCEPTED}; {MAX_DOCUMENT_BYTES // 2**20} MiB each at most, {MAX_DOCUMENTS} in all."
    )


def mine_page(*, wallet: str) -> MinePage:
    """Return what a wallet registered, the newest first, and changes not seen yet."""
    assets = Asset.objects.filter(owner__address=wallet).select_related("owner").order_by("-pk")
    shown = list(assets[: ASSETS_SHOWN + 1])
    hidden = assets.count() - ASSETS_SHOWN if len(shown) > ASSETS_SHOWN else 0
    owner = Owner.objects.filter(address=wallet).first()
    changes = AssetChange.objects.filter(asset__owner__address=wallet).select_related("asset")
    if owner and owner.read_until:
        changes = changes.filter(at__gt=owner.read_until)
    return MinePage(
        assets=[
            MyAsset(asset=one, state=_STATES[AssetStatus(one.status)])
            for one in shown[:ASSETS_SHOWN]
        ],
        hidden=hidden,
        unread=list(changes.order_by("-at", "-pk")[:CHANGES_SHOWN]),
    )


def classes_to_register() -> list[AssetClass]:
    """Return the classes of physical things."""
    return [one for one in CLASSES if not one.fungible]


def entry_form(
    asset_class: AssetClass,
    given: Mapping[str, str],
    posted: Mapping[str, str],
    problems: Mapping[str, str],
) -> EntryForm:
    """Return the form of a class with what was entered and what is wrong with it."""
    parts = {part for one in own_schemes(asset_class) for part in scheme_for(one).parts}
    entries = [
        Entry(
            name=one.name,
            label=field_label(one),
            help=one.help,
            value=given.get(one.name, ""),
            units=tuple(unit.code for unit in one.units),
            unit=posted.get(f"{one.name}.unit", ""),
            required=one.required,
            problem=problems.get(one.name, ""),
            input_mode="decimal" if one.kind in (Kind.MONEY, Kind.MEASURE, Kind.WHOLE) else "text",
        )
        for one in enterable(asset_class)
    ]
    return EntryForm(
        asset_class=asset_class,
        ways=[scheme_for(one).label for one in own_schemes(asset_class)],
        naming=[one for one in entries if one.name in parts],
        describing=[one for one in entries if one.name not in parts],
        problem=problems.get("", ""),
        originator=posted.get("originator", ""),
        roles=listed([role.label for role in asset_class.required_roles()]),
        problems=len(problems),
    )


def thing_page(asset: Asset) -> ThingPage:
    """Return everything an owner may know of its own thing."""
    may_change = asset.status in OPEN_TO_OWNER or _is_idle(asset)
    # What was added since the last submission belongs to the next one.
    submission = asset.submission + 1 if may_change else asset.submission
    return ThingPage(
        asset=asset,
        state=_STATES[AssetStatus(asset.status)],
        said=_said(asset),
        figures=[
            Figure(label=name, value=value)
            for name, value in facts(asset.asset_class, asset.attributes)
        ],
        identifiers=[
            Figure(
                label=sentence_case(scheme_for(one.scheme).label),
                value=identifier_words(one.canonical),
            )
            for one in asset.anchors.all()
        ],
        remarks=[flag_words(flag) for flag in asset.flags],
        evidence=current_evidence(asset.evidence.all(), submission),
        may_change=may_change,
        may_submit=asset.status in OPEN_TO_OWNER,
        may_renew=_is_idle(asset) and _is_due(asset),
        roles=_roles(asset),
        changes=list(asset.changes.order_by("-at", "-pk")),
        freshness=_freshness(asset),
        map=map_of(asset),
        may_outline=asset.asset_class.has_parcel and asset.status in OPEN_TO_OWNER,
        showable=_showable(asset),
        board_nonce=_board_nonce(asset) if may_change else "",
    )


def _board_nonce(asset: Asset) -> str:
    """Return what the board is to answer now; empty where it has no key or no maker is trusted."""
    if not settings.DEVICE_ROOTS:
        return ""
    try:
        return board_nonce(asset_id=asset.pk, now_s=int(timezone.now().timestamp()))
    except RegistrationError:
        return ""


def _showable(asset: Asset) -> list[tuple[str, str]]:
    """Return names and labels of what can be shown alone, once there is a root to prove it by."""
    if not asset.evidence_root:
        return []
    names = disclosable(asset=asset)
    return sorted(
        ((name, disclosure_label(asset.asset_class, name)) for name in names), key=itemgetter(1)
    )


def _is_idle(asset: Asset) -> bool:
    living = asset.status in (AssetStatus.MINTED, AssetStatus.PLEDGED)
    return living and asset.renewal == RenewalStatus.NONE


def _is_due(asset: Asset) -> bool:
    try:
        return bool(asset.valid_until) and chain_time() >= asset.valid_until - RENEWAL_LEAD_S
    except SettlementError:
        return False


def _freshness(asset: Asset) -> str:
    """Return what share of its value counts for borrowing today, and why."""
    terms = ClassTerms.objects.filter(class_id=asset.class_id).first()
    if terms is None or not asset.attested_at or not asset.valid_until:
        return ""
    try:
        now = chain_time()
    except SettlementError:
        return ""
    share = freshness_bps(
        attested_at=asset.attested_at,
        valid_until=asset.valid_until,
        fresh_for=terms.fresh_for,
        now=now,
    )
    if share == 0:
        return (
            "Its attestations have run out: nothing new can be borrowed on it until verifiers have "
            "seen it again. A loan is never called for that."
        )
    return (
        f"Freshness {share // 100} %: this share of its value counts for borrowing today. It was "
        f"last seen on {moment(asset.attested_at)}, and its attestations hold until "
        f"{moment(asset.valid_until)}."
    )


def _roles(asset: Asset) -> list[RoleStep]:
    requests = VerificationRequest.objects.filter(asset=asset, submission=asset.submission)
    return [
        RoleStep(
            role=Role(one.role).label.capitalize(),
            who=str(one.claimed_by) if one.claimed_by else "nobody yet",
            state=_ROLE_STATES[RequestStatus(one.status)],
            reason=one.reason,
        )
        for one in requests.select_related("claimed_by").order_by("role")
    ]


def _said(asset: Asset) -> str:
    """Return in a sentence where the thing stands and what its owner does next."""
    if asset.renewal:
        return f"Its renewal is under way: {asset.get_renewal_display().lower()}."
    said = {
        AssetStatus.DRAFT: "Add the evidence, then hand it to the verifiers.",
        AssetStatus.SUBMITTED: "Verifiers of different firms check it. Nothing is asked of you.",
        AssetStatus.VERIFIED: "Every role has vouched for it. Its token is written next.",
        AssetStatus.MINTING: "Its token is being written to the ledger.",
        AssetStatus.MINTED: "Its token is yours. You may borrow against it.",
        AssetStatus.PLEDGED: "It secures a loan. It returns to you when the debt is paid.",
        AssetStatus.FROZEN: "Governance froze its token: it can be neither pledged nor moved.",
        AssetStatus.REVOKED: "Its token was revoked. It secures nothing any more.",
        AssetStatus.REJECTED: f"A verifier rejected it: {asset.status_reason} Correct it and hand "
        "it in again.",
        AssetStatus.INCOMPLETE: f"A verifier asks for more: {asset.status_reason} Add it and hand "
        "the thing in again.",
        AssetStatus.MINT_FAILED: f"{asset.status_reason or 'The ledger refused the token.'}",
    }
    return said[AssetStatus(asset.status)]
