"""Firms that want to become verifiers."""

from django.db import IntegrityError, transaction

from collateral.domain.addresses import checksum_address
from collateral.domain.classes import Role, class_by_id
from collateral.domain.verification import VerificationError
from collateral.models import VerifierApplication


def apply_as_verifier(
    *, address: str, name: str, class_id: int, roles: int, statement: str
) -> VerifierApplication:
    """Record that a wallet wants to vouch for a class in some roles; governance admits it."""
    called, said = " ".join(name.split()), " ".join(statement.split())
    if not 2 <= len(called) <= 120 or not 20 <= len(said) <= 1_000:
        raise VerificationError(
            "APPLICATION_SHORT",
            "Give the firm's name, and in 20 to 1,000 characters its experience and licences.",
        )
    needed = int(class_by_id(class_id).roles)
    if not roles or roles & ~needed:
        raise VerificationError(
            "ROLES_UNKNOWN",
            f"Choose at least one role; this class asks for {Role(needed).label}.",
        )
    try:
        with transaction.atomic():
            return VerifierApplication.objects.create(
                address=checksum_address(address),
                name=called,
                class_id=class_id,
                roles=roles,
                statement=said,
            )
    except IntegrityError as error:
        raise VerificationError(
            "APPLIED_ALREADY", "This wallet has applied for this class; governance decides next."
        ) from error
