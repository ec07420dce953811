// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Who may buy lots of a class
/// @notice Where the law asks who may hold a thing, governance names a gate for its class.
interface IBidderGate {
    /// @notice Whether a bidder may buy. Asked by static call with a cap on gas: who reverts,
    /// spends more or answers anything but one word of 0 or 1 says no.
    /// @param bidder Who would receive the lot.
    /// @param classId Class of the lot.
    /// @param tokenId Asset, or 0 for restaking tokens.
    /// @return Whether it may.
    function mayBid(address bidder, uint16 classId, uint256 tokenId) external view returns (bool);
}
