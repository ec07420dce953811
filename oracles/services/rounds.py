"""Opening a round: one snapshot of the inputs, every value, and the tree over them."""

from django.conf import settings
from django.db import connection, transaction

from oracles.chain import oracle_terms
from oracles.domain.breakers import ROUND_HOLD_S, Movement, breaks_round
from oracles.domain.errors import RoundRefused
from oracles.domain.quantities import DAY_S
from oracles.domain.rounds import RoundResult, recompute
from oracles.domain.snapshot import write_snapshot
from oracles.domain.valuation import Valued
from oracles.models import Round, RoundContent, RoundStatus, Valuation
from oracles.selectors.rounds import newest_round
from oracles.services.gathering import Subjects, gather, next_number
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
        result = recompute(snapshot)
        _refuse_broken(result, subjects)
        return _store(result, snapshot=snapshot, subjects=subjects)


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


def _refuse_broken(result: RoundResult, subjects: Subjects) -> None:
    """Refuse a round in which a tenth of all values, in several classes, leap at once."""
    known = {one.asset_id for one in subjects.snapshot.subjects if one.previous is not None}
    movements = [
        Movement(class_id=one.leaf.class_id, beyond=one.target_value != one.leaf.value)
        for one in result.valued
        if one.leaf.asset_id in known
    ]
    if breaks_round(movements, elapsed_s=subjects.snapshot.elapsed_s):
        beyond = sum(one.beyond for one in movements)
        raise RoundRefused(
            "GLOBAL_BREAKER",
            f"{beyond} of {len(movements)} values would move beyond their limits, in several "
            "classes at once: more likely a wrong unit than a fall of everything. Switch off the "
            f"source that is wrong; otherwise the round can be opened {ROUND_HOLD_S // DAY_S} days "
            "after the last one.",
        )


def _store(result: RoundResult, *, snapshot: bytes, subjects: Subjects) -> Round:
    opened = Round.objects.create(
        number=result.domain.number,
        observed_at=result.observed_at,
        count=result.count,
        root="0x" + result.root.hex(),
        content_hash="0x" + result.content_hash.hex(),
        model_set_hash="0x" + result.model_set_hash.hex(),
        snapshot_hash="0x" + result.snapshot_hash.hex(),
    )
    RoundContent.objects.create(round=opened, snapshot=snapshot, leaves=result.leaves)
    Valuation.objects.bulk_create(
        [_valuation(opened, one, subjects) for one in result.valued], batch_size=2_000
    )
    return opened


def _valuation(opened: Round, valued: Valued, subjects: Subjects) -> Valuation:
    leaf = valued.leaf
    return Valuation(
        round=opened,
        asset_id=subjects.assets.get(leaf.asset_id),
        token=subjects.tokens.get(leaf.asset_id, ""),
        class_id=leaf.class_id,
        status=int(leaf.status),
        value_units=leaf.value,
        lower_units=leaf.lower,
        target_value_units=valued.target_value,
        target_lower_units=valued.target_lower,
        nav_wei=valued.nav_wei,
        sources=valued.sources,
        model=valued.model,
        observed_at=leaf.observed_at,
        valid_until=leaf.valid_until,
    )
