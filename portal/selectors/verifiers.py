"""Verifiers as anyone may judge them: their roles, what is at stake, how right they were."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from collateral.domain.classes import Role
from collateral.domain.display import moment
from collateral.models import Attestation, Challenge, ChallengeStatus, Verifier
from contracts.client import connect
from contracts.deployment_record import load
from contracts.errors import ChainError
from contracts.genesis import load_genesis
from lending.parameters import ledger_unit
from lending.selectors.wallets import LRT, STABLECOIN
from oracles.selectors import nav_growth, newest_round
from portal.domain.formatting import token_amount, usd, yearly_growth
from portal.domain.states import State
from portal.selectors.rows import Figure
from settlement.errors import SettlementError
from settlement.selectors import chain_time

ROWS_SHOWN = 20
_FULL_BPS = 10_000
_CHALLENGE_STATES = {
    ChallengeStatus.OPEN: State("watch", "▲", "Open"),
    ChallengeStatus.UPHELD: State("called", "■", "Upheld"),
    ChallengeStatus.DISMISSED: State("steady", "●", "Dismissed"),
    ChallengeStatus.LAPSED: State("", "○", "Lapsed"),
}


@dataclass(frozen=True, kw_only=True)
class VerifierRow:
    """One verifier in the list."""

    verifier: Verifier
    roles: str
    attested: int
    upheld: int
    accuracy: str


@dataclass(frozen=True, kw_only=True)
class ChallengeRow:
    """One challenge of a verifier, and whether anyone may end it because nobody ruled."""

    challenge: Challenge
    opened: str
    state: State
    said: str
    may_lapse: bool


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What waits for a wallet: the contract's name of the token, and the amount in words."""

    token: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class VerifierPage:
    """Everything public of one verifier."""

    row: VerifierRow
    figures: list[Figure]
    grants: list[Figure]
    attestations: list[Attestation]
    challenges: list[ChallengeRow]
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
        attestations=list(signed.order_by("-signed_at")[:ROWS_SHOWN]),
        challenges=[
            _challenge(one) for one in verifier.challenges.order_by("-opened_at")[:ROWS_SHOWN]
        ],
        challenge_bond=usd(challenge_bond_units()),
    )


def challenge_bond_units() -> int:
    """Return what a challenger posts, ledger units; fixed at deployment."""
    return int(load_genesis()["verifiers"]["challenge_bond_units"])


def ruling_due(challenge: Challenge) -> int:
    """Return until when governance may rule (unix seconds); after that anyone may end it."""
    return challenge.opened_at + int(load_genesis()["verifiers"]["ruling_window_s"])


def claims_of(wallet: str) -> list[Claim]:
    """Return what the ledger keeps for a wallet after rulings; empty while it cannot be asked."""
    deployment = load()
    tokens = [one for one in (STABLECOIN, LRT) if one in deployment.addresses]
    asked = [
        ("VerifierRegistry", "claimableOf", (wallet, deployment.address(one))) for one in tokens
    ]
    try:
        amounts = connect(settings.RPC_URL).calls(asked)
    except (ChainError, OSError):
        return []
    return [
        Claim(token=token, amount=_claimable(token, int(amount)))
        for token, amount in zip(tokens, amounts, strict=True)
        if amount
    ]


def _claimable(token: str, amount: int) -> str:
    """Return base units of a token in words."""
    return usd(amount // ledger_unit()) if token == STABLECOIN else f"{token_amount(amount)} tokens"


def _challenge(one: Challenge) -> ChallengeRow:
    due, is_open = ruling_due(one), one.status == ChallengeStatus.OPEN
    try:
        is_over = chain_time() > due
    except SettlementError:
        is_over = False
    said = f"Governance may rule until {moment(due)}." if is_open else ""
    if is_open and is_over:
        said = "Nobody ruled in time: anyone may end it."
    return ChallengeRow(
        challenge=one,
        opened=moment(one.opened_at),
        state=_CHALLENGE_STATES[ChallengeStatus(one.status)],
        said=said,
        may_lapse=is_open and is_over,
    )


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
        return "None yet"
    share_bps = max(attested - upheld, 0) * _FULL_BPS // attested
    return f"{share_bps // 100}.{share_bps % 100:02d} %"


def _figures(one: Verifier) -> list[Figure]:
    leaving = f"{usd(one.unbonding_units)} on its way out" if one.unbonding_units else ""
    if leaving and one.unbonding_ready_at:
        leaving += f", ready {moment(one.unbonding_ready_at)}"
    return [
        Figure(label="Bond in stablecoin", value=usd(one.bond_units), note=leaving),
        _tokens_bonded(one),
        Figure(label="Committed", value=usd(one.committed_units), note="behind attestations"),
        Figure(label="Attested", value=f"{one.attested:,}", note=f"{one.taken_back} taken back"),
        Figure(label="Challenged", value=f"{one.doubted:,}", note=f"{one.upheld} upheld"),
        Figure(
            label="Accuracy",
            value=accuracy_words(attested=one.attested, upheld=one.upheld),
            note="share that no ruling found wrong",
        ),
    ]


def _tokens_bonded(one: Verifier) -> Figure:
    """Return what restaking tokens are at stake, whether they count now, and what they earn."""
    if not one.lrt_bond_wei and not one.lrt_unbonding_wei:
        return Figure(label="Bond in restaking tokens", value="None")
    newest = newest_round()
    counts = newest is not None and one.lrt_round == newest.number
    leaving = (
        f", {token_amount(one.lrt_unbonding_wei)} on the way out" if one.lrt_unbonding_wei else ""
    )
    counted = (
        f"proven in round {one.lrt_round}"
        if counts
        else "count nothing until their value is proven in the newest round"
    )
    return Figure(
        label="Bond in restaking tokens",
        value=usd(one.lrt_value_units) if counts else usd(0),
        note=f"{token_amount(one.lrt_bond_wei)} tokens{leaving}; {counted}. "
        f"{_yield(one.lrt_address)}",
    )


def _yield(token: str) -> str:
    """Return in a sentence what a token earns, which nobody takes from its verifier."""
    growth = nav_growth(token)
    if growth is None:
        return "What they earn stays the verifier's."
    yearly = yearly_growth(growth.first_wei, growth.last_wei, growth.until - growth.since)
    return f"They earn {yearly} in ether, which stays the verifier's."
