"""One asset: what it is, who vouches, what it is worth and why."""

from dataclasses import dataclass

from collateral.domain.classes import AssetClass, Role, class_by_id
from collateral.domain.classes.base import Field
from collateral.models import Asset, AssetStatus, Attestation
from lending.models import LoanCollateral, PledgeStatus
from oracles.selectors import SourceOpinion, ValuePoint, last_move, sources_of, value_history
from portal.domain.charts.band import BandChart, Sample, band_chart
from portal.domain.formatting import counted, day, distance, observed, usd
from portal.domain.moves import move_sentences
from portal.domain.states import State
from portal.domain.things import PRIVATE, SCHEMES, attribute, noun, sentence_case, title
from portal.selectors.book import loan_name
from portal.selectors.pipeline import read_stamp
from portal.selectors.rows import Figure
from portal.selectors.stamp import Stamp

_VALID = State("steady", "✓", "Valid")
_EXPIRED = State("watch", "▲", "Expired")
_REVOKED = State("called", "■", "Revoked")


@dataclass(frozen=True, kw_only=True)
class Voucher:
    """One attestation; the value in ledger units, 0 when the role states none."""

    role: str
    verifier: str
    value: int
    observed_at: int
    valid_until: int
    state: State


@dataclass(frozen=True, kw_only=True)
class SourceRow:
    """What one source says of the asset, and when it saw it."""

    name: str
    kind: str
    said: str
    observed_at: int


@dataclass(frozen=True, kw_only=True)
class EvidenceRow:
    """One document by its fingerprint; the size in bytes."""

    kind: str
    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class AssetPage:
    """Everything on the page of an asset."""

    stamp: Stamp
    title: str
    class_code: str
    lead: str
    loan_id: int | None
    figures: list[Figure]
    chart: BandChart | None
    value_title: str
    value_next: str
    attributes: list[Figure]
    vouchers: list[Voucher]
    sources: list[SourceRow]
    moves: list[str]
    evidence: list[EvidenceRow]
    details: list[Figure]


def asset_page(*, token_id: int) -> AssetPage | None:
    """Gather one asset; None when no token has this id."""
    asset = Asset.objects.select_related("owner").filter(token_id=token_id).first()
    if asset is None:
        return None
    stamp = read_stamp()
    history = value_history(asset)
    vouchers = _vouchers(asset, stamp.chain_time)
    pledge = LoanCollateral.objects.filter(token_id=token_id, status=PledgeStatus.HELD).first()
    rule = class_by_id(asset.class_id)
    return AssetPage(
        stamp=stamp,
        title=title(rule.code, asset.attributes),
        class_code=rule.code,
        lead=_lead(asset, rule, pledge),
        loan_id=pledge.loan_id if pledge else None,
        figures=_figures(asset, history, vouchers, stamp.chain_time),
        chart=_chart(history, asset.appraisal_cap_units),
        value_title=_value_title(history),
        value_next="A line is drawn once two published rounds hold a value for it.",
        attributes=_attributes(asset, rule),
        vouchers=vouchers,
        sources=[_source(one) for one in sources_of(asset)],
        moves=_moves(asset),
        evidence=[
            EvidenceRow(kind=one.kind, sha256=one.sha256, size=one.size)
            for one in asset.evidence.order_by("kind")
        ],
        details=_details(asset),
    )


def _lead(asset: Asset, rule: AssetClass, pledge: LoanCollateral | None) -> str:
    kind = sentence_case(noun(rule.code))
    if pledge:
        return f"{kind}, pledged for loan {loan_name(pledge.loan_id)}."
    return f"{kind}. {AssetStatus(asset.status).label}."


def _figures(
    asset: Asset, history: list[ValuePoint], vouchers: list[Voucher], now: int
) -> list[Figure]:
    newest = history[-1] if history else None
    cap, until = asset.appraisal_cap_units, asset.valid_until
    of_round = f"round {newest.round}, {day(newest.observed_at)}" if newest else "no round yet"
    signed = counted(sum(one.value > 0 for one in vouchers), "attestation")
    return [
        Figure(label="Value", value=usd(newest.value_units) if newest else "None", note=of_round),
        Figure(
            label="Lower bound",
            value=usd(newest.lower_units) if newest else "None",
            note="the least it is likely worth; lending uses this",
        ),
        Figure(
            label="Appraisal cap",
            value=usd(cap) if cap else "None",
            note=f"lowest value of {signed}; nothing above it counts",
        ),
        Figure(
            label="Attested until",
            value=day(until) if until else "Not attested",
            note=distance(until, now) if until else "",
        ),
    ]


def _chart(history: list[ValuePoint], cap: int | None) -> BandChart | None:
    samples = [
        Sample(at=one.observed_at, value=one.value_units, lower=one.lower_units) for one in history
    ]
    return band_chart(samples, cap or None)


def _value_title(history: list[ValuePoint]) -> str:
    if not history:
        return "It has no value from the oracles yet."
    newest = history[-1]
    return f"Valued once so far: {usd(newest.value_units)} on {day(newest.observed_at)}."


def _attributes(asset: Asset, rule: AssetClass) -> list[Figure]:
    """Return what may be shown: nothing that identifies the thing or says where it is."""
    shown = [
        Figure(label=_label(field), value=attribute(field.unit, asset.attributes[field.key]))
        for field in rule.fields
        if asset.attributes.get(field.key) is not None and _is_public(field)
    ]
    scheme = SCHEMES.get(asset.scheme, asset.scheme)
    return [
        *shown,
        Figure(label="Known by", value=scheme, note="the identifier itself stays private"),
    ]


def _is_public(field: Field) -> bool:
    named = field.name in ("maker", "model", "artist", "title", "year", "medium", "dimensions")
    return (named or not field.identifying) and field.name not in PRIVATE


def _label(field: Field) -> str:
    return sentence_case(field.name.replace("_", " ")).replace("Gpu", "GPU").replace("Gpus", "GPUs")


def _vouchers(asset: Asset, now: int) -> list[Voucher]:
    signed = (
        Attestation.objects.filter(request__asset=asset)
        .select_related("request", "verifier")
        .order_by("request__role", "-signed_at")
    )
    return [
        Voucher(
            role=Role(one.request.role).label.capitalize(),
            verifier=str(one.verifier),
            value=one.value_units,
            observed_at=one.observed_at,
            valid_until=one.valid_until,
            state=_state(one, now),
        )
        for one in signed
    ]


def _moves(asset: Asset) -> list[str]:
    move = last_move(asset)
    return move_sentences(move) if move else []


def _source(opinion: SourceOpinion) -> SourceRow:
    return SourceRow(
        name=opinion.source,
        kind=opinion.kind,
        said=observed(opinion.value, opinion.scale, opinion.unit),
        observed_at=opinion.observed_at,
    )


def _state(attestation: Attestation, now: int) -> State:
    if attestation.revoked:
        return _REVOKED
    return _EXPIRED if attestation.valid_until < now else _VALID


def _details(asset: Asset) -> list[Figure]:
    return [
        Figure(label="Token", value=str(asset.token_id)),
        Figure(label="Anchor", value=asset.anchor, note="a keyed hash of the identifier"),
        Figure(label="Evidence root", value=asset.evidence_root or "None"),
        Figure(label="Owner", value=asset.owner_address or "Nobody yet"),
        Figure(label="Held by", value=asset.holder_address or "Not on the ledger"),
        Figure(label="Published by", value=asset.publisher or "The owner"),
    ]
