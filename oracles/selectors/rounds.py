"""Which rounds count, and what they consist of."""

from dataclasses import dataclass

from oracles.chain import oracle_terms
from oracles.documents import read_document
from oracles.domain.errors import RoundRefused
from oracles.models import Reporter, Round, RoundStatus


@dataclass(frozen=True, kw_only=True)
class RoundProgress:
    """How far the signing of a round has come."""

    number: int
    signatures: int
    threshold: int


def newest_round() -> Round | None:
    """Return the newest published round that was not voided."""
    return Round.objects.filter(status=RoundStatus.PUBLISHED).order_by("-number").first()


def next_is(number: int) -> bool:
    """Return whether the round of that number has still to be opened."""
    return not Round.objects.filter(number__gte=number).exists()


def usable_rounds() -> tuple[Round | None, Round | None]:
    """Return the newest and the previous round as the contract would take them.

    After a void the one before is the newest, and there is no previous one until the next.
    """
    found = list(
        Round.objects.filter(status__in=[RoundStatus.PUBLISHED, RoundStatus.VOIDED]).order_by(
            "-number"
        )
    )[:3]
    voided = bool(found) and found[0].status == RoundStatus.VOIDED
    usable = [one for one in found if one.status == RoundStatus.PUBLISHED]
    newest = usable[0] if usable else None
    previous = usable[1] if len(usable) > 1 and not voided else None
    return newest, previous


def snapshot(*, round: Round) -> bytes:
    """Return a round's inputs, from which any reporter recomputes it."""
    return _document(round.snapshot_hash, "inputs")


def leaves(*, round: Round) -> bytes:
    """Return a round's leaves as published under its content hash (rule V5)."""
    return _document(round.content_hash, "leaves")


def _document(hash: str, what: str) -> bytes:
    content = read_document(hash) if hash else None
    if content is None:
        raise RoundRefused(
            "CONTENT_MISSING",
            f"The {what} of this round are not stored here: it was published by others.",
        )
    return content


def signers(*, round: Round) -> list[tuple[Reporter, str]]:
    """Return each active reporter with what it did with a round, in words."""
    signed = set(round.signatures.values_list("reporter_id", flat=True))
    differs = dict(round.dissents.values_list("reporter_id", "count"))
    return [
        (one, _word(one.pk in signed, differs.get(one.pk)))
        for one in Reporter.objects.filter(active=True)
    ]


def _word(has_signed: bool, differing: int | None) -> str:
    if has_signed:
        return "● signed"
    return "▲ has not answered" if differing is None else f"■ differs in {differing:,} leaves"


def open_round_progress() -> RoundProgress | None:
    """Return the signing progress of the round that is open, if one is."""
    waiting = Round.objects.filter(status=RoundStatus.SIGNING).first()
    if waiting is None:
        return None
    return RoundProgress(
        number=waiting.number,
        signatures=waiting.signatures.filter(reporter__active=True).count(),
        threshold=oracle_terms().threshold,
    )
