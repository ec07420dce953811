// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBidderGate} from "../interfaces/IBidderGate.sol";

/// @title Asks a gate at bounded cost: whatever goes wrong in it refuses the bidder, nobody else
library CappedGate {
    /// @notice Most gas that a gate may spend on one bidder.
    uint256 internal constant GATE_GAS = 100_000;

    /// @notice Whether the gate admits a bidder.
    /// @dev Copies one word of the answer only, however much the gate returns. An address without
    /// code returns nothing, and so admits nobody. Who brings too little gas for a gate to answer
    /// refuses itself only: the price is not taken.
    /// @param gate Chosen by governance, and not trusted.
    /// @param bidder Who would receive the lot.
    /// @param classId Class of the lot.
    /// @param tokenId Asset, or 0 for restaking tokens.
    /// @return admitted Whether the answer was one word, or more, whose first is 1.
    function admits(IBidderGate gate, address bidder, uint16 classId, uint256 tokenId)
        internal
        view
        returns (bool admitted)
    {
        bytes memory question = abi.encodeCall(IBidderGate.mayBid, (bidder, classId, tokenId));
        uint256 cap = GATE_GAS;
        assembly ("memory-safe") {
            let ok := staticcall(cap, gate, add(question, 0x20), mload(question), 0x00, 0x20)
            admitted := and(ok, and(gt(returndatasize(), 0x1f), eq(mload(0x00), 1)))
        }
    }
}
