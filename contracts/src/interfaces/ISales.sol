// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LoanStatus} from "./LoanTypes.sol";

/// @title What the auction house asks of the loan book
/// @notice One call each way: an auction's cost is mostly calls and what they read. What is for
/// sale stands in the loan's card, which the book compares with its hash. Part of `ILoanBook`,
/// whose words and units hold.
interface ISales {
    /// @notice Moves a called loan to auction once its cure window has passed (I-18); at once if it
    /// was called for a broken band and has restaking tokens (rule V6). Only the auction house.
    /// @param stoppedSeconds The oracle's, now: by them the window of a call on values has moved
    /// on.
    /// @dev Reverts with `NotAuctionHouse`, `WrongStatus` or `CureWindowOpen`.
    function startAuction(uint64 loanId, uint64 stoppedSeconds, bytes32[] calldata card) external;
    /// @notice Applies a sale and hands the lot over: proceeds pay the debt, what is more is the
    /// borrower's to claim; after the last lot a debt that is left is a loss (rule C4). Only the
    /// auction house.
    /// @param tokenId Asset sold, or 0 for the LRT lot. The first of the card's assets, or the call
    /// reverts with `ProofMismatch`.
    /// @param lrtAmount Restaking tokens sold, base units, at most those of the card; 0 for an
    /// asset.
    /// @param buyer Receiver of the lot; `Sanctioned` if it is on the list.
    /// @param proceeds Price, ledger units. It is booked here: that it lies in the till, or comes
    /// before the transaction ends, is the auction house's to see to.
    /// @param lots Lots left after this one; 0 makes a remaining debt a loss.
    /// @return status `Auctioned` while debt and lots remain, else `Repaid` or `WrittenOff`.
    function applySale(
        uint64 loanId,
        uint256 tokenId,
        uint128 lrtAmount,
        address buyer,
        uint64 proceeds,
        uint256 lots,
        bytes32[] calldata card
    ) external returns (LoanStatus status);
    /// @notice What a sale of a loan's next lot starts from.
    /// @param card The loan's card; not looked at when the loan is not in auction.
    /// @return status See `LoanStatus`.
    /// @return debt Debt now, ledger units, rounded up.
    /// @return escrow Where the price goes: the lane's till.
    function forSaleOf(uint64 loanId, bytes32[] calldata card)
        external
        view
        returns (LoanStatus status, uint64 debt, address escrow);
}
