"""What others may know of collateral: counts, queues, and everything about one request."""

from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet

from collateral.domain.classes import CLASSES, Role
from collateral.domain.display import facts, flag_words, identifier_words
from collateral.domain.identifiers import scheme_for
from collateral.domain.identifiers.places import address_key
from collateral.domain.maps import PlaceMap
from collateral.models import (
    Asset,
    AssetStatus,
    Attestation,
    Evidence,
    RequestStatus,
    VerificationRequest,
    Verifier,
    current_evidence,
)
from collateral.selectors.desk import (
    DocumentPair,
    Hint,
    Point,
    checklist,
    document_pairs,
    last_attested,
    likeness_hints,
)
from collateral.selectors.maps import map_of

DUPLICATES_SHOWN = 10
_WAITING = (RequestStatus.OPEN, RequestStatus.CLAIMED)


@dataclass(frozen=True)
class ClassCount:
    """How many assets of one class stand where."""

    class_id: int
    label: str
    by_status: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All assets of the class."""
        return sum(self.by_status.values())


@dataclass(frozen=True)
class IdentifierCheck:
    """One identifier of an asset as a verifier reads it."""

    label: str
    canonical: str
    anchor: str


@dataclass(frozen=True)
class AssetSheet:
    """Everything recorded of one asset."""

    asset: Asset
    facts: list[tuple[str, str]]
    identifiers: list[IdentifierCheck]
    remarks: list[str]
    evidence: list[Evidence]
    attestations: list[Attestation]
    possible_duplicates: list[Asset]


@dataclass(frozen=True)
class RequestSheet:
    """One request with its asset and what its role must check."""

    request: VerificationRequest
    role: Role
    checklist: list[Point]
    pairs: list[DocumentPair]
    last: Attestation | None
    hints: list[Hint]
    map: PlaceMap | None
    asset: AssetSheet


def counts_by_class() -> list[ClassCount]:
    """Return the number of assets by class and status, for every physical class."""
    by_class: dict[int, dict[str, int]] = {}
    rows = Asset.objects.order_by().values_list("class_id", "status").annotate(Count("pk"))
    for class_id, status, number in rows:
        by_class.setdefault(class_id, {})[status] = number
    return [
        ClassCount(one.id, one.label, by_class.get(one.id, {}))
        for one in CLASSES
        if not one.fungible
    ]


def counts_by_status() -> dict[str, int]:
    """Return the number of assets by status."""
    rows = Asset.objects.order_by().values_list("status").annotate(Count("pk"))
    return {AssetStatus(status).value: number for status, number in rows}


def recent_assets(*, limit: int = 20) -> QuerySet[Asset]:
    """Return the assets registered last, newest first."""
    return Asset.objects.select_related("owner").order_by("-pk")[:limit]


def requests_for(verifier: Verifier) -> QuerySet[VerificationRequest]:
    """Return the requests that a verifier is admitted to decide, and those it decided."""
    allowed = [
        Q(asset__class_id=grant.class_id, role__in=_single_roles(grant.roles))
        for grant in verifier.authorities.all()
    ]
    own = Q(claimed_by=verifier)
    return VerificationRequest.objects.filter(reduce(or_, allowed, own))


def waiting_for(verifier: Verifier) -> int:
    """Return how many requests wait that this verifier may decide."""
    return requests_for(verifier).filter(status__in=_WAITING).count()


def _single_roles(bits: int) -> list[int]:
    return [role.value for role in Role if role & bits]


def possible_duplicates(asset: Asset) -> list[Asset]:
    """Return other assets of the class with the same address, however it is written."""
    address = str(asset.attributes.get("address", "")).strip(" .,;#")
    if not address:
        return []
    key = address_key(address)
    first_word = address.split()[0].rstrip(".,;#")
    near = Asset.objects.filter(
        class_id=asset.class_id, attributes__address__istartswith=first_word
    ).exclude(pk=asset.pk)
    same = [one for one in near if address_key(str(one.attributes["address"])) == key]
    return same[:DUPLICATES_SHOWN]


def asset_sheet(asset: Asset) -> AssetSheet:
    """Return what is recorded of an asset, for its page."""
    identifiers = [
        IdentifierCheck(scheme_for(one.scheme).label, identifier_words(one.canonical), one.anchor)
        for one in asset.anchors.all()
    ]
    attestations = Attestation.objects.filter(request__asset=asset)
    return AssetSheet(
        asset=asset,
        facts=facts(asset.asset_class, asset.attributes),
        identifiers=identifiers,
        remarks=[flag_words(flag) for flag in asset.flags],
        evidence=current_evidence(asset.evidence.all(), max(asset.submission, 1)),
        attestations=list(attestations.select_related("verifier", "request").order_by("pk")),
        possible_duplicates=possible_duplicates(asset),
    )


def request_sheet(request: VerificationRequest) -> RequestSheet:
    """Return a request as its verifier needs to see it."""
    pairs = document_pairs(request)
    return RequestSheet(
        request=request,
        role=Role(request.role),
        checklist=checklist(request),
        pairs=pairs,
        last=last_attested(request),
        hints=likeness_hints(request.asset, [one.now for one in pairs if one.now]),
        map=map_of(request.asset),
        asset=asset_sheet(request.asset),
    )
