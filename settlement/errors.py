"""What can go wrong in settlement. Every message is a full sentence."""


class SettlementError(Exception):
    """Anything that settlement refuses or cannot go on with."""

    code = "settlement_error"


class ReorganisationFound(SettlementError):
    """A block that we have stored is not part of the chain any more."""

    code = "reorganisation_found"


class LogsMissing(SettlementError):
    """A node left out a log that a block holds."""

    code = "logs_missing"


class NodesDisagree(SettlementError):
    """Two nodes show different blocks of one number."""

    code = "nodes_disagree"


class OperationRefused(SettlementError):
    """An operation that is not accepted; `code` says why, for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class LeaseLost(SettlementError):
    """Another worker has taken the signer over; whatever this one knew is stale."""

    code = "lease_lost"


class RetryRefused(SettlementError):
    """Only what ended without effect can be tried again."""

    code = "retry_refused"


class KeyRefused(SettlementError):
    """A key that cannot take over."""

    code = "key_refused"


class ActionRefused(SettlementError):
    """What an operator asked for cannot be done to it as it stands."""

    code = "action_refused"


class WordsMismatch(SettlementError):
    """The words of a settled batch cannot be found in its transaction."""

    code = "words_mismatch"
