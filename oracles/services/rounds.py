"""Opening a round: one snapshot of the inputs, every value, and the tree over them."""

from collections import Counter
from collections.abc import Iterator
from itertools import repeat

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from oracles.chain import oracle_terms
from oracles.documents import hash_text, read_document, store_document, stored_meanwhile
from oracles.domain.breakers import ROUND_HOLD_S, Movement, breaks_round
from oracles.domain.errors import RoundRefused
from oracles.domain.quantities import DAY_S
from oracles.domain.rounds import RoundResult, recompute
from oracles.domain.snapshot import write_snapshot
from oracles.models import BreakerTrip, Round, RoundStatus, SignedRound, Valuation
from oracles.selectors.rounds import newest_round
from oracles.services.gathering import Subjects, gather, next_number
from oracles.services.inputs import rows_of
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
    opened, subjects, result = commit_round(observed_at=observed_at)
    if result is not None and subjects is not None:
        store_values(opened, result.values, rows=subjects.rows, tokens=subjects.tokens)
    return opened


def commit_round(*, observed_at: int) -> tuple[Round, Subjects | None, RoundResult | None]:
    """Open a round so that it can be signed, published and proven; rows for pages come after it.

    Returns the round with what it was computed from, or neither for one that was open already.
    """
    terms = oracle_terms()
    observe_registry(now=observed_at)
    waiting = Round.objects.filter(status=RoundStatus.SIGNING).first()
    if waiting is not None and _stands(waiting, observed_at=observed_at, ttl_s=terms.ttl_s):
        return waiting, None, None
    _refuse_too_early(observed_at)
    number = next_number()
    # No transaction is open while this computes: a large round takes longer than one may idle.
    subjects = gather(terms=terms, number=number, observed_at=observed_at)
    snapshot = write_snapshot(subjects.snapshot)
    with stored_meanwhile(snapshot):
        result = recompute(snapshot)
        _refuse_broken(result)
    with transaction.atomic():
        _lock()
        waiting = Round.objects.select_for_update().filter(status=RoundStatus.SIGNING).first()
        if waiting is not None:
            if _stands(waiting, observed_at=observed_at, ttl_s=terms.ttl_s):
                return waiting, None, None
            _abandon(waiting)
        _refuse_overtaken(result)
        return _store(result, snapshot=snapshot), subjects, result


def _refuse_overtaken(result: RoundResult) -> None:
    """Refuse what was computed for a number, or after a round, that is no longer the last."""
    newest = newest_round()
    previous = result.snapshot.previous
    known = (newest.number if newest else 0, next_number())
    if known != (previous.number if previous else 0, result.domain.number):
        raise RoundRefused(
            "OVERTAKEN",
            f"Another round was published or voided while round {result.domain.number} was "
            "computed. Open it again.",
        )


def record_missing_values() -> int:
    """Write the rows of rounds whose opener ended before it wrote them; return how many rounds."""
    without_rows = Round.objects.exclude(status=RoundStatus.ABANDONED).filter(
        ~Exists(Valuation.objects.filter(round=OuterRef("pk"))), count__isnull=False
    )
    written = 0
    for one in without_rows.order_by("number"):
        content = read_document(one.snapshot_hash)
        if content is None:
            continue
        result = recompute(content)
        rows, tokens = rows_of(result.values)
        store_values(one, result.values, rows=rows, tokens=tokens)
        written += 1
    return written


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
    # A reporter writes down what it will sign before it does; from then on it signs nothing else.
    written_down = SignedRound.objects.filter(number=waiting.number, root=waiting.root)
    return (
        waiting.observed_at == observed_at or waiting.signatures.exists() or written_down.exists()
    )


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


def _refuse_broken(result: RoundResult) -> None:
    """Refuse a round in which a tenth of all values, in several classes, leap at once."""
    movements = list(_movements(result))
    if breaks_round(movements, elapsed_s=result.snapshot.elapsed_s):
        classes = Counter(str(one.class_id) for one in movements if one.beyond)
        beyond = classes.total()
        BreakerTrip.objects.update_or_create(
            number=result.domain.number,
            defaults={
                "observed_at": result.observed_at,
                "beyond": beyond,
                "counted": len(movements),
                "classes": classes,
            },
        )
        raise RoundRefused(
            "GLOBAL_BREAKER",
            f"{beyond} of {len(movements)} values would move beyond their limits, in several "
            "classes at once: more likely a wrong unit than a fall of everything. Switch off the "
            f"source that is wrong; otherwise the round can be opened {ROUND_HOLD_S // DAY_S} days "
            "after the last one.",
        )


def _movements(result: RoundResult) -> Iterator[Movement]:
    """Yield a movement for each value that the last round had too; equal ones are one object."""
    values = result.values
    known = result.snapshot.inputs.subjects["previous_value"][values.subject] > 0
    beyond = values.target_value != values.value
    codes = values.class_id.astype(np.int64) * 2 + beyond
    for code, count in enumerate(np.bincount(codes[known])):
        yield from repeat(Movement(class_id=code // 2, beyond=bool(code % 2)), int(count))


def _store(result: RoundResult, *, snapshot: bytes) -> Round:
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
    return opened
