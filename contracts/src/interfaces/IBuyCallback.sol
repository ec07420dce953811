// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title A buyer that pays for a lot out of the lot
interface IBuyCallback {
    /// @notice The lot has arrived; after this call its price is taken from the buyer, who has
    /// approved it to the auction house. Check that the caller is the auction house.
    /// @param loanId The loan whose collateral it was.
    /// @param tokenId Asset, or 0 for restaking tokens.
    /// @param lrtAmount Restaking tokens, base units; 0 for an asset.
    /// @param price Cash due, ledger units.
    /// @param data What the buyer passed on.
    function onLotBought(
        uint64 loanId,
        uint256 tokenId,
        uint128 lrtAmount,
        uint64 price,
        bytes calldata data
    ) external;
}
