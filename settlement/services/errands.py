"""What a key has to do now, by one question: most rings find that little or nothing is due."""

from dataclasses import dataclass

from django.db import connection

from settlement.errors import SettlementError

RESEND_AFTER_S = 6
# Signed and not broadcast; broadcast long ago, or cancelled since;
# without a nonce; in flight; whether operations of the key's lane are in no batch, and whether
# the key is there for new ones. What is open is found by an index that holds nothing else.
_ASK = """
    SELECT s.id, o.unsent, o.stale, o.planned, o.in_flight,
        coalesce(l.next_operation > coalesce(p.planned_through, 0) + 1
            OR cardinality(p.deferred) > 0, false),
        s.retired_at IS NULL AND (s.lease_until IS NULL OR s.lease_until < statement_timestamp())
    FROM settlement_signer s
    LEFT JOIN settlement_lane l ON l.number = s.lane
    LEFT JOIN settlement_laneprogress p ON p.lane = s.lane
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(status = 'signed'), false) AS unsent,
            coalesce(bool_or(status = 'sent' AND (
                broadcast_at < statement_timestamp() - make_interval(secs => %s)
                OR (cancelled <> '' AND cancel_hashes = '[]'::jsonb AND kind <> 'noop')
            )), false) AS stale,
            coalesce(bool_or(status = 'planned'), false) AS planned,
            count(*) FILTER (WHERE status IN ('signed', 'sent')) AS in_flight
        FROM settlement_batch b
        WHERE b.signer_id = s.id AND b.status IN ('planned', 'signed', 'sent')
    ) AS o
"""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a key has to do: what was begun and not ended, and what has not begun."""

    signer_id: int
    unsent: bool
    stale: bool
    planned: bool
    in_flight: int
    operations: bool
    # Neither retired nor in another worker's hands.
    free: bool

    @property
    def left_over(self) -> bool:
        """Whether something was begun and stopped, or waits longer than it should."""
        return self.unsent or self.stale

    def may_claim(self, most: int) -> bool:
        """Tell whether something new waits, and fewer than so many are in flight."""
        return self.in_flight < most and (self.planned or self.operations)


def errand_of(signer_id: int) -> Errand:
    """Return what a key has to do now; raises `SettlementError` where there is no such key."""
    with connection.cursor() as cursor:
        cursor.execute(_ASK + "WHERE s.id = %s", [RESEND_AFTER_S, signer_id])
        row = cursor.fetchone()
    if row is None:
        raise SettlementError(f"There is no relayer key with the number {signer_id}.")
    return Errand(*row)


def errands() -> list[Errand]:
    """Return what each key has to do now, by its number."""
    with connection.cursor() as cursor:
        cursor.execute(_ASK + "ORDER BY s.id", [RESEND_AFTER_S])
        return [Errand(*row) for row in cursor.fetchall()]
