"""What a key has to do now, by one question: most rings find that little or nothing is due."""

from dataclasses import dataclass

from django.db import connection

RESEND_AFTER_S = 6
# Numbered and not signed; signed and not broadcast; broadcast long ago, or cancelled since;
# without a nonce; in flight; and whether operations of the key's lane are in no batch.
_ASK = """
    SELECT coalesce(bool_or(status = 'planned' AND nonce IS NOT NULL), false),
        coalesce(bool_or(status = 'signed'), false),
        coalesce(bool_or(status = 'sent' AND (
            broadcast_at < statement_timestamp() - make_interval(secs => %s)
            OR (cancelled <> '' AND cancel_hashes = '[]'::jsonb AND kind <> 'noop'))), false),
        coalesce(bool_or(status = 'planned' AND nonce IS NULL), false),
        count(*) FILTER (WHERE status IN ('signed', 'sent')),
        coalesce((SELECT l.next_operation > coalesce(p.planned_through, 0) + 1
                OR coalesce(cardinality(p.deferred), 0) > 0
            FROM settlement_signer s JOIN settlement_lane l ON l.number = s.lane
            LEFT JOIN settlement_laneprogress p ON p.lane = l.number
            WHERE s.id = %s), false)
    FROM settlement_batch WHERE signer_id = %s AND status IN ('planned', 'signed', 'sent')
"""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a key has to do: what was begun and not ended, and what has not begun."""

    unsigned: bool
    unsent: bool
    stale: bool
    planned: bool
    in_flight: int
    operations: bool

    @property
    def left_over(self) -> bool:
        """Whether something was begun and stopped, or waits longer than it should."""
        return self.unsigned or self.unsent or self.stale

    def may_claim(self, most: int) -> bool:
        """Tell whether something new waits, and fewer than so many are in flight."""
        return self.in_flight < most and (self.planned or self.operations)


def errand_of(signer_id: int) -> Errand:
    """Return what a key has to do now."""
    with connection.cursor() as cursor:
        cursor.execute(_ASK, [RESEND_AFTER_S, signer_id, signer_id])
        return Errand(*cursor.fetchone())
