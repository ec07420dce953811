"""Identifiers of physical things and firms: normalise, validate, one canonical form each."""

from collateral.domain.identifiers.base import Identifier, IdentifierError
from collateral.domain.identifiers.registry import SCHEMES, Scheme, identify, scheme_for

__all__ = ["SCHEMES", "Identifier", "IdentifierError", "Scheme", "identify", "scheme_for"]
