"""What a verifier needs beside the record: what changed, what looks alike, what is at stake."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import Max, QuerySet
from django.utils import timezone

from collateral.domain.identifiers import IdentifierError
from collateral.domain.identifiers.things import serial_number
from collateral.domain.verification import SERVICE_LEVEL_S, VerificationError, service_state
from collateral.models import (
    WAITING,
    Asset,
    AssetAnchor,
    Attestation,
    Evidence,
    RequestStatus,
    VerificationRequest,
    Verifier,
    current_evidence,
)
from collateral.services.fitness import Fitness
from collateral.services.verification import checklist_of
from contracts.client import connect
from contracts.errors import ChainError

SIMILAR_BITS = 6
HINTS_SHOWN = 10
_STATE_WORDS = {
    "new": "new",
    "replaced": "replaced",
    "same": "as before",
    "gone": "no longer there",
}


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of the checklist."""

    number: int
    text: str
    done: bool


@dataclass(frozen=True, kw_only=True)
class DocumentPair:
    """A document as it was at the last attestation and as it is now."""

    kind: str
    before: Evidence | None
    now: Evidence | None
    state: str

    @property
    def words(self) -> str:
        """What became of it."""
        return _STATE_WORDS[self.state]


@dataclass(frozen=True, kw_only=True)
class Hint:
    """Another asset that may be the same thing, and why."""

    asset: Asset
    why: str


@dataclass(frozen=True, kw_only=True)
class Stake:
    """What answers for an attestation; ledger units. ``limit`` and ``factor`` are the ledger's."""

    bond: int
    committed: int
    limit: int | None
    factor: int | None
    open_challenges: int

    @property
    def free(self) -> int | None:
        """What may still be committed."""
        return None if self.limit is None else max(self.limit - self.committed, 0)

    @property
    def most_value(self) -> int | None:
        """The most that may be attested with what is free."""
        return None if self.free is None or not self.factor else self.free * self.factor


def checklist(request: VerificationRequest) -> list[Point]:
    """Return the points of a request's checklist."""
    return [
        Point(number=number, text=text, done=number in request.checked)
        for number, text in enumerate(checklist_of(request))
    ]


def service_clock(request: VerificationRequest) -> tuple[str, str]:
    """Return the state of the service-level clock and what it says."""
    end = request.decided_at or timezone.now()
    waited_s = int((end - request.created_at).total_seconds())
    if request.status not in WAITING:
        return "done", f"took {_span(waited_s)}"
    state = service_state(waited_s=waited_s)
    left = SERVICE_LEVEL_S - waited_s
    return state, f"{_span(left)} left" if left >= 0 else f"{_span(-left)} late"


def _span(seconds: int) -> str:
    minutes, hours = seconds // 60, seconds // 3_600
    if hours >= 24:
        return f"{hours // 24} d {hours % 24} h"
    return f"{hours} h" if hours else f"{minutes} min" if minutes else "less than 1 min"


def document_pairs(request: VerificationRequest) -> list[DocumentPair]:
    """Return each document beside the one that the last attestation in this role rested on."""
    evidence = list(request.asset.evidence.all())
    earlier = Attestation.objects.filter(
        request__asset=request.asset_id, request__submission__lt=request.submission
    ).aggregate(last=Max("request__submission"))["last"]
    now = {one.kind: one for one in current_evidence(evidence, request.submission)}
    before = {one.kind: one for one in current_evidence(evidence, earlier)} if earlier else {}
    kinds = [*now, *(kind for kind in before if kind not in now)]
    return [_pair(kind, before.get(kind), now.get(kind), bool(earlier)) for kind in kinds]


def _pair(kind: str, before: Evidence | None, now: Evidence | None, seen: bool) -> DocumentPair:
    if now is None:
        state = "gone"
    elif before is None:
        state = "new"
    else:
        state = "same" if before.sha256 == now.sha256 else "replaced"
    return DocumentPair(kind=kind, before=before if seen else None, now=now, state=state)


def last_attested(request: VerificationRequest) -> Attestation | None:
    """Return the newest attestation of the asset in an earlier submission."""
    return (
        Attestation.objects.filter(
            request__asset=request.asset_id, request__submission__lt=request.submission
        )
        .select_related("verifier", "request")
        .order_by("-request__submission", "-signed_at")
        .first()
    )


def likeness_hints(asset: Asset, evidence: Sequence[Evidence]) -> list[Hint]:
    """Return other assets with a picture that looks alike or the same serial number."""
    why = _same_pictures(asset, evidence) | _same_serials(asset)
    found = Asset.objects.in_bulk(list(why)[:HINTS_SHOWN])
    return [Hint(asset=found[pk], why=why[pk]) for pk in found]


def _same_pictures(asset: Asset, evidence: Sequence[Evidence]) -> dict[int, str]:
    # A picture of one colour has no pattern that could be alike.
    hashes = [one.image_hash for one in evidence if one.image_hash]
    if not hashes:
        return {}
    table = Evidence._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT other.asset_id, other.kind FROM {table} other "
            "JOIN unnest(%s::bigint[]) AS mine(hash) "
            "ON bit_count((other.image_hash # mine.hash)::bit(64)) <= %s "
            "WHERE other.asset_id <> %s AND other.image_hash <> 0 LIMIT %s",
            [hashes, SIMILAR_BITS, asset.pk, HINTS_SHOWN],
        )
        return {pk: f"A picture there looks alike: {kind}." for pk, kind in cursor.fetchall()}


def _same_serials(asset: Asset) -> dict[int, str]:
    """Find the serial under another maker or model: a plate misread, or a thing sold twice."""
    given = asset.attributes.get("serial") or asset.attributes.get("board_serial")
    try:
        serial = serial_number(str(given)) if given else ""
    except IdentifierError:
        return {}
    if not serial:
        return {}
    same = AssetAnchor.objects.filter(canonical__endswith=f"|{serial}").exclude(asset=asset)
    ids = same.values_list("asset_id", flat=True).distinct()[:HINTS_SHOWN]
    return dict.fromkeys(ids, "It has the same serial number under another maker or model.")


def conflict_of(request: VerificationRequest, verifier: Verifier) -> str:
    """Return why a verifier may not decide a request; empty when nothing speaks against it."""
    if request.status not in WAITING:
        return ""
    try:
        Fitness([request]).refuse(request, verifier)
    except VerificationError as refusal:
        return refusal.sentence
    return ""


def stake_of(verifier: Verifier, class_id: int) -> Stake:
    """Return what a verifier has at stake, asking the ledger what may be committed now."""
    try:
        factor, limit = connect(settings.RPC_URL).calls(
            [
                ("AssetRegistry", "bondFactor", (class_id,)),
                ("VerifierRegistry", "limitOf", (verifier.address,)),
            ]
        )
    except (ChainError, OSError):
        factor = limit = None
    return Stake(
        bond=verifier.bond_units + verifier.lrt_value_units,
        committed=verifier.committed_units,
        limit=limit,
        factor=factor,
        open_challenges=verifier.challenges.filter(status="open").count(),
    )


def expiring_for(verifier: Verifier, *, before: int) -> QuerySet[Attestation]:
    """Return what a verifier vouches for that runs out before then (unix seconds)."""
    return (
        Attestation.objects.filter(
            verifier=verifier,
            spent=True,
            revoked=False,
            valid_until__lt=before,
            request__status=RequestStatus.ATTESTED,
        )
        .select_related("request__asset")
        .order_by("valid_until")
    )
