"""Verifiers as anyone may judge them: their roles, what is at stake, how right they were."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from collateral.domain.classes import Role
from collateral.domain.display import moment, usd
from collateral.models import Attestation, ChallengeStatus, Verifier
from contracts.genesis import load_genesis
from portal.selectors.rows import Figure

ATTESTATIONS_SHOWN = 20
_FULL_BPS = 10_000


@dataclass(frozen=True, kw_only=True)
class VerifierRow:
    """One verifier in the list."""

    verifier: Verifier
    roles: str
    attested: int
    upheld: int
    accuracy: str


@dataclass(frozen=True, kw_only=True)
class VerifierPage:
    """Everything public of one verifier."""

    row: VerifierRow
    figures: list[Figure]
    grants: list[Figure]
    attestations: list[Attestation]
    challenge_bond: str


def verifier_rows() -> list[VerifierRow]:
    """Return the admitted verifiers, those with most at stake first."""
    admitted = _counted().filter(authorities__roles__gt=0).distinct()
    return [_row(one) for one in admitted.order_by("-bond_units", "pk")[:200]]


def verifier_page(pk: int) -> VerifierPage | None:
    """Return one verifier; None when there is no such one."""
    verifier = _counted().filter(pk=pk).first()
    if verifier is None:
        return None
    signed = verifier.attestations.filter(spent=True).select_related("request__asset")
    return VerifierPage(
        row=_row(verifier),
        figures=_figures(verifier),
        grants=[
            Figure(label=one.get_class_id_display(), value=Role(one.roles).label)
            for one in verifier.authorities.filter(roles__gt=0).order_by("class_id")
        ],
        attestations=list(signed.order_by("-signed_at")[:ATTESTATIONS_SHOWN]),
        challenge_bond=usd(challenge_bond_units()),
    )


def challenge_bond_units() -> int:
    """Return what a challenger posts, ledger units; fixed at deployment."""
    return int(load_genesis()["verifiers"]["challenge_bond_units"])


def _counted() -> QuerySet[Verifier]:
    return Verifier.objects.prefetch_related("authorities").annotate(
        attested=Count("attestations", filter=Q(attestations__spent=True), distinct=True),
        upheld=Count(
            "challenges", filter=Q(challenges__status=ChallengeStatus.UPHELD), distinct=True
        ),
        doubted=Count("challenges", distinct=True),
        taken_back=Count("attestations", filter=Q(attestations__revoked=True), distinct=True),
    )


def _row(verifier: Verifier) -> VerifierRow:
    roles = 0
    for grant in verifier.authorities.all():
        roles |= grant.roles
    return VerifierRow(
        verifier=verifier,
        roles=Role(roles).label if roles else "none",
        attested=verifier.attested,
        upheld=verifier.upheld,
        accuracy=accuracy_words(attested=verifier.attested, upheld=verifier.upheld),
    )


def accuracy_words(*, attested: int, upheld: int) -> str:
    """Return the share of used attestations that no ruling found wrong, rounded down."""
    if not attested:
        return "nothing attested yet"
    share_bps = max(attested - upheld, 0) * _FULL_BPS // attested
    return f"{share_bps // 100}.{share_bps % 100:02d} %"


def _figures(one: Verifier) -> list[Figure]:
    leaving = f"{usd(one.unbonding_units)} on its way out" if one.unbonding_units else ""
    if leaving and one.unbonding_ready_at:
        leaving += f", ready {moment(one.unbonding_ready_at)}"
    tokens = f"{one.lrt_bond_wei / 10**18:.4f} tokens"
    return [
        Figure(label="Bond in stablecoin", value=usd(one.bond_units), note=leaving),
        Figure(
            label="Bond in restaking tokens",
            value=usd(one.lrt_value_units) if one.lrt_bond_wei else "None",
            note=f"{tokens}, valued in round {one.lrt_round}; what they earn stays the verifier's"
            if one.lrt_bond_wei
            else "",
        ),
        Figure(label="Committed", value=usd(one.committed_units), note="behind attestations"),
        Figure(label="Attested", value=f"{one.attested:,}", note=f"{one.taken_back} taken back"),
        Figure(label="Challenged", value=f"{one.doubted:,}", note=f"{one.upheld} upheld"),
        Figure(
            label="Accuracy",
            value=accuracy_words(attested=one.attested, upheld=one.upheld),
            note="share that no ruling found wrong",
        ),
    ]
