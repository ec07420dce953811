"""Everything that is read of lending."""

from lending.selectors.holding import loan_holding
from lending.selectors.portfolio import Portfolio, TrancheLoss, loss_by_tranche, portfolio
from lending.selectors.valuing import Assessment, assess, clock, pauses
from lending.selectors.wallets import WalletCall, wallet_call

__all__ = [
    "Assessment",
    "Portfolio",
    "TrancheLoss",
    "WalletCall",
    "assess",
    "clock",
    "loan_holding",
    "loss_by_tranche",
    "pauses",
    "portfolio",
    "wallet_call",
]
