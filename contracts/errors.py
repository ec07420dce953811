"""What can go wrong on the way to the chain. Every message is a full sentence."""

from collections.abc import Mapping
from typing import Any


class ChainError(Exception):
    """Anything that went wrong between us and the chain."""

    code = "chain_error"


class ChainUnavailable(ChainError):
    """The node gave no answer. For a transaction that was sent this means: possibly sent."""

    code = "chain_unavailable"


class ChainRejected(ChainError):
    """The node answered with an error that is not a revert."""

    code = "chain_rejected"

    def __init__(self, rpc_code: int, message: str) -> None:
        super().__init__(f"The node refused the request with code {rpc_code}: {message}.")
        self.rpc_code = rpc_code
        self.message = message


class CallReverted(ChainError):
    """A contract refused a call; `error` is its name, `arguments` its decoded fields."""

    code = "call_reverted"

    def __init__(self, error: str, arguments: Mapping[str, Any]) -> None:
        fields = ", ".join(f"{name}={value}" for name, value in arguments.items())
        super().__init__(f"The contract refused the call: {error}({fields}).")
        self.error = error
        self.arguments = dict(arguments)


class SignerUnavailable(ChainError):
    """A key that cannot sign now: its file, password or server is missing or wrong."""

    code = "signer_unavailable"


class ContractUnknown(ChainError):
    """A contract, function or artifact name that does not exist."""

    code = "contract_unknown"


class DeploymentInvalid(ChainError):
    """No deployment, or one of another chain."""

    code = "deployment_invalid"
