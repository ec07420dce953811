// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBidderGate} from "../interfaces/IBidderGate.sol";

/// @title Asks a gate at bounded cost: whatever goes wrong in it refuses the bidder, nobody else
library CappedGate {
    /// @notice Most gas that a gate may spend on one bidder.
    uint256 internal constant GATE_GAS = 100_000;

    /// @dev Copies one word of the answer only, however much the gate returns.
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
