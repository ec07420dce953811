"""Opening a round: one snapshot of the inputs, every value, and the tree over them."""

from django.conf import settings
from django.db import connection, transaction

from oracles.chain import oracle_terms
from oracles.documents import hash_text, store_document
from oracles.domain.errors import RoundRefused
from oracles.domain.rounds import RoundResult, recompute
from oracles.domain.snapshot import write_snapshot
from oracles.models import Round, RoundStatus
from oracles.selectors.rounds import newest_round
from oracles.services.gathering import Subjects, gather, next_number
from oracles.services.recording import store_values
from oracles.services.registry import observe_registry

# One advisory lock for whoever opens a round, held to the end of the transaction.
_LOCK = (0x0B411A57, 1)
DEFAULT_HEARTBEAT_S = 86_400


def open_round(*, observed_at: int) -> Round:
    """Value everything as of ``observed_at`` (chain time) and return the round to be signed.

    A round that is open already is returned as it is once a reporter has signed it. Before that,
    and when it has become too old to be published, it is replaced.
    """
    terms = oracle_terms()
    observe_registry(now=observed_at)
    with transaction.atomic():
        _lock()
        waiting = Round.objects.filter(status=RoundStatus.SIGNING).first()
        if waiting is not None:
            if _stands(waiting, observed_at=observed_at, ttl_s=terms.ttl_s):
                return waiting
            _abandon(waiting)
        _refuse_too_early(observed_at)
        subjects = gather(terms=terms, number=next_number(), observed_at=observed_at)
        snapshot = write_snapshot(subjects.snapshot)
        return _store(recompute(snapshot), snapshot=snapshot, subjects=subjects)


def open_due_round(*, now: int) -> Round | None:
    """Open a round when the newest has reached the heartbeat's age; ``now`` is chain time."""
    heartbeat_s = getattr(settings, "ORACLE_HEARTBEAT_S", DEFAULT_HEARTBEAT_S)
    newest = newest_round()
    published_at = newest.published_at if newest else None
    if published_at is not None and now < published_at + heartbeat_s:
        return None
    return open_round(observed_at=now)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _LOCK)


def _stands(waiting: Round, *, observed_at: int, ttl_s: int) -> bool:
    """Return whether an open round goes on: two signatures of one that can pass are slashable."""
    if observed_at > waiting.observed_at + ttl_s:
        return False
    return waiting.observed_at == observed_at or waiting.signatures.exists()


def _abandon(waiting: Round) -> None:
    """Give up a round that nobody signed, or that the contract would refuse for its age."""
    waiting.status = RoundStatus.ABANDONED
    waiting.save(update_fields=["status"])
    waiting.valuations.all().delete()


def _refuse_too_early(observed_at: int) -> None:
    newest = newest_round()
    if newest is not None and observed_at < (newest.published_at or 0):
        raise RoundRefused(
            "OBSERVED_AT_TOO_EARLY",
            f"Round {newest.number} was published at {newest.published_at}; a later round cannot "
            f"be as of {observed_at}. Open it with the chain's present time.",
        )


def _store(result: RoundResult, *, snapshot: bytes, subjects: Subjects) -> Round:
    opened = Round.objects.create(
        number=result.domain.number,
        observed_at=result.observed_at,
        count=result.count,
        root=hash_text(result.root),
        content_hash=hash_text(result.content_hash),
        model_set_hash=hash_text(result.model_set_hash),
        snapshot_hash=hash_text(result.snapshot_hash),
    )
    store_document(snapshot, digest=result.snapshot_hash)
    store_document(result.leaves, digest=result.content_hash)
    store_values(opened, result.values, subjects)
    return opened
