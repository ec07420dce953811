"""Everything that is read of lending."""

from lending.selectors.portfolio import Portfolio, TrancheLoss, loss_by_tranche, portfolio
from lending.selectors.valuing import Assessment, assess, clock
from lending.selectors.wallets import WalletCall, wallet_call

__all__ = [
    "Assessment",
    "Portfolio",
    "TrancheLoss",
    "WalletCall",
    "assess",
    "clock",
    "loss_by_tranche",
    "portfolio",
    "wallet_call",
]
