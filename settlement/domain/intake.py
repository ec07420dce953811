"""What is accepted, and the code and sentence with which anything else is refused."""

from dataclasses import dataclass

from contracts.domain.words import LANE_SHIFT, NUMBER_LIMIT, WORD_BYTES
from settlement.domain.kinds import WORDS

MAX_KEY_LENGTH = 120
MAX_PRIORITY = 9
# Of the kinds that have one word only: by plain numbers, because an enumeration's hash is slow.
_PLAIN_AMOUNTS = {
    int(kind): one.max_amount for kind, one in WORDS.items() if not one.max_extra_words
}


@dataclass(slots=True, kw_only=True)
class NewOperation:
    """What a caller wants settled; the amount is in ledger units (a charge: due date's index).

    `payload` holds the words that follow the first, end to end. A higher `priority` (0 to 9)
    goes first. After `deadline` (unix seconds of the chain) it is not accepted.
    """

    client_key: str
    kind: int
    loan_id: int
    amount: int = 0
    payload: bytes = b""
    priority: int = 0
    deadline: int | None = None

    @property
    def body(self) -> tuple[object, ...]:
        """All but the key: what must be the same where the key is the same."""
        return (self.kind, self.loan_id, self.amount, self.payload, self.priority, self.deadline)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an operation was not accepted."""

    client_key: str
    code: str
    message: str


def refused(operation: NewOperation, *, lanes: int, now: int) -> tuple[str, str] | None:
    """Return code and sentence when an operation is wrong by itself, or None.

    `lanes` is how many there are, `now` the chain's time in unix seconds.
    """
    most = _PLAIN_AMOUNTS.get(int(operation.kind))
    if most is not None and _is_plain_and_right(operation, most, lanes):
        return None
    kind = WORDS.get(operation.kind)
    if kind is None:
        known = ", ".join(f"{number} ({one.name})" for number, one in WORDS.items())
        return "kind_unknown", f"There is no kind {operation.kind}; the kinds are {known}."
    if not 0 <= operation.amount <= kind.max_amount:
        limit = f"from 0 to {kind.max_amount}" if kind.max_amount else "0"
        return (
            "amount_invalid",
            f"The amount of a {kind.name} must be {limit}; it is {operation.amount}.",
        )
    if not 0 <= operation.loan_id >> LANE_SHIFT < lanes or not operation.loan_id & (
        NUMBER_LIMIT - 1
    ):
        return (
            "loan_unknown",
            f"Loan {operation.loan_id} is of no lane; lanes are numbered from 0 to {lanes - 1}.",
        )
    return _refused_envelope(operation, now) or _refused_payload(operation)


def _is_plain_and_right(operation: NewOperation, most: int, lanes: int) -> bool:
    """Tell at a glance what nearly all operations are; what is not is looked at rule by rule."""
    key, loan_id = operation.client_key, operation.loan_id
    return (
        0 <= operation.amount <= most
        and not operation.payload
        and operation.deadline is None
        and 0 <= operation.priority <= MAX_PRIORITY
        and 0 <= loan_id >> LANE_SHIFT < lanes
        and bool(loan_id & (NUMBER_LIMIT - 1))
        and 0 < len(key) <= MAX_KEY_LENGTH
        and key.isprintable()
        and "\\" not in key
    )


def refused_loan(loan_id: int, *, closed: bool) -> tuple[str, str]:
    """Return code and sentence for a loan that has ended, or else that does not exist."""
    if closed:
        return "loan_closed", f"Loan {loan_id} is closed; nothing can be done to it."
    return "loan_unknown", f"There is no loan {loan_id}. Check the number."


def refused_key(key: str) -> tuple[str, str] | None:
    """Return code and sentence when a client key cannot be taken, or None."""
    if 0 < len(key) <= MAX_KEY_LENGTH and key.isprintable() and "\\" not in key:
        return None
    return (
        "client_key_invalid",
        f"A client key has 1 to {MAX_KEY_LENGTH} printable characters and no backslash.",
    )


def _refused_envelope(operation: NewOperation, now: int) -> tuple[str, str] | None:
    if reason := refused_key(operation.client_key):
        return reason
    if not 0 <= operation.priority <= MAX_PRIORITY:
        return "priority_invalid", f"The priority must be from 0 to {MAX_PRIORITY}."
    if operation.deadline is not None and operation.deadline <= now:
        return (
            "deadline_passed",
            f"The deadline {operation.deadline} has passed: the chain's time is {now}.",
        )
    return None


def _refused_payload(operation: NewOperation) -> tuple[str, str] | None:
    kind, size = WORDS[operation.kind], len(operation.payload)
    least, most = kind.min_extra_words, kind.max_extra_words
    if size % WORD_BYTES == 0 and least <= size // WORD_BYTES <= most:
        return None
    wanted = f"{least} to {most}" if least < most else str(most)
    return (
        "payload_size",
        f"A {kind.name} has {wanted} words of {WORD_BYTES} bytes after its first; the payload "
        f"has {size} bytes.",
    )
