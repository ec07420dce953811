"""What a collateral service refuses: a stable code and a full sentence."""

from typing import Any

from collateral.domain.addresses import AddressError
from collateral.domain.device_tokens import TokenRefused
from collateral.domain.documents import DocumentRefused
from collateral.domain.identifiers import IdentifierError
from collateral.domain.parcels import ParcelError
from collateral.domain.portfolio import FileRefused
from collateral.domain.refusal import Refusal
from collateral.domain.verification import VerificationError


class RegistrationError(Refusal):
    """An asset that cannot be registered or changed as asked."""


class DuplicateAnchor(RegistrationError):
    """The thing is registered already; ``holder`` says by which asset and request."""

    def __init__(self, code: str, sentence: str, holder: dict[str, Any] | None = None) -> None:
        super().__init__(code, sentence)
        self.holder = holder or {}


REFUSALS = (
    AddressError,
    DocumentRefused,
    FileRefused,
    IdentifierError,
    ParcelError,
    RegistrationError,
    TokenRefused,
    VerificationError,
)
