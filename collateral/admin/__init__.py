"""The verifier desk and the registers behind it."""

from collateral.admin import registers, requests

__all__ = ["registers", "requests"]
