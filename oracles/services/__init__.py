"""Everything that changes oracles, each step a function with named arguments."""

from oracles.services.observations import (
    NewObservation,
    RecordReport,
    ensure_source,
    record_observations,
)
from oracles.services.overriding import confirm_override, decline_override, propose_override
from oracles.services.polling import due_feeds, poll_feed, poll_feeds
from oracles.services.publishing import (
    publish_ready_rounds,
    publish_round,
    round_message,
    submit_round_signature,
)
from oracles.services.registry import observe_registry
from oracles.services.reporting import report
from oracles.services.rounds import open_due_round, open_round, record_missing_values
from oracles.services.surveying import hand_out_chunks, work_chunk
from oracles.services.tokens import TokenQuote, observe_token

__all__ = [
    "NewObservation",
    "RecordReport",
    "TokenQuote",
    "confirm_override",
    "decline_override",
    "due_feeds",
    "ensure_source",
    "hand_out_chunks",
    "observe_registry",
    "observe_token",
    "open_due_round",
    "open_round",
    "poll_feed",
    "poll_feeds",
    "propose_override",
    "publish_ready_rounds",
    "publish_round",
    "record_missing_values",
    "record_observations",
    "report",
    "round_message",
    "submit_round_signature",
    "work_chunk",
]
