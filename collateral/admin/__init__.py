"""The verifier desk and the registers behind it."""

from collateral.admin import decisions, registers, requests

__all__ = ["decisions", "registers", "requests"]
