// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LoanStatus} from "./LoanTypes.sol";

/// @title What the auction house asks of the loan book
/// @notice One call each way: an auction's cost is mostly calls and what they read. What is for sale
/// stands in the loan's card, which the book compares with its hash.
interface ISales {
    /// @notice Moves a called loan to auction once its cure window has passed. Only the auction house.
    /// @param stoppedSeconds The oracle's, now.
    function startAuction(uint64 loanId, uint64 stoppedSeconds, bytes32[] calldata card) external;
    /// @notice Applies a sale whose proceeds have reached the escrow, and hands the lot over. Only the auction house.
    /// @param tokenId Asset sold, or 0 for the LRT lot.
    /// @param lrtAmount Restaking tokens sold, 0 for an asset.
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
    /// @return status See `LoanStatus`.
    /// @return debt Debt now, ledger units, rounded up.
    /// @return escrow Where the price goes: the lane's till.
    function forSaleOf(uint64 loanId, bytes32[] calldata card)
        external
        view
        returns (LoanStatus status, uint64 debt, address escrow);
}
