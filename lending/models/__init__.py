"""State of lending, projected from the chain's events, and the requests that wait for it."""

from lending.models.auctions import AuctionLot, LotStatus
from lending.models.lanes import Claimable, ClassRoom, Lane, Shortfall, TokenBalance
from lending.models.loans import AskedCollection, Loan, LoanCollateral, LoanEntry, PledgeStatus
from lending.models.pool import PoolEpoch, PoolFill, PoolPosition, PoolState, Tranche
from lending.models.requests import RequestStatus, TermsRequest, WorkoutOffer
from lending.models.stress import StressRun
from lending.models.terms import ClassTerms, OracleClock, ProtocolPause, RateCurve

__all__ = [
    "AskedCollection",
    "AuctionLot",
    "Claimable",
    "ClassRoom",
    "ClassTerms",
    "Lane",
    "Loan",
    "LoanCollateral",
    "LoanEntry",
    "LotStatus",
    "OracleClock",
    "PledgeStatus",
    "PoolEpoch",
    "PoolFill",
    "PoolPosition",
    "PoolState",
    "ProtocolPause",
    "RateCurve",
    "RequestStatus",
    "Shortfall",
    "StressRun",
    "TermsRequest",
    "TokenBalance",
    "Tranche",
    "WorkoutOffer",
]
