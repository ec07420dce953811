"""What governance decided and may decide, and the calls by which accounts take part."""

from governance.selectors.calls import (
    cancel_call,
    delegate_call,
    execute_call,
    queue_call,
    vote_call,
)
from governance.selectors.proposals import decoded_calls
from governance.selectors.terms import ClassNow, Difference, differences, terms_now

__all__ = [
    "ClassNow",
    "Difference",
    "cancel_call",
    "decoded_calls",
    "delegate_call",
    "differences",
    "execute_call",
    "queue_call",
    "terms_now",
    "vote_call",
]
