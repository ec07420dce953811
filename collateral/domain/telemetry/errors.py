"""Why a message, a key or a claim of a device is refused."""

from collateral.domain.refusal import Refusal


class TelemetryError(Refusal):
    """A refusal: a stable code and a full sentence."""
