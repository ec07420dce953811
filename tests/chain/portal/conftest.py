"""The market of lending's tests."""

from tests.chain.lending.conftest import market

__all__ = ["market"]
