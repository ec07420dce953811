// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LaneState, LoanState, LoanTail, LoanTerms} from "../interfaces/ILoanBook.sol";
import {Draw} from "../interfaces/IUnderwriter.sol";

/// @title One write a slot
/// @notice Stores whole structs, packed here as the compiler lays them out: first member lowest.
library Slots {
    function store(LoanState storage to, LoanState memory from) internal {
        uint256 word = uint256(from.principal) | uint256(from.prefunded) << 56
            | uint256(from.accruedScaled) << 112 | uint256(from.lastAccrual) << 200
            | uint256(from.rateBps) << 232 | uint256(from.status) << 248;
        assembly ("memory-safe") {
            sstore(to.slot, word)
        }
    }

    function store(LaneState storage to, LaneState memory from) internal {
        uint256 sums = uint144(from.a) | uint256(from.b) << 144;
        uint256 cash = uint256(from.cash) | uint256(from.owed) << 64 | uint256(from.impaired) << 128
            | uint256(from.sequence) << 192 | uint256(from.loans) << 224;
        assembly ("memory-safe") {
            sstore(to.slot, sums)
            sstore(add(to.slot, 1), cash)
        }
    }

    /// @dev A new loan's terms; what only a charge, a call, a cure or a sale writes stays zero.
    function begin(LoanTail storage to, LoanTerms calldata terms, Draw memory draw) internal {
        uint256 who = uint256(uint160(terms.borrower)) | uint256(terms.principal) << 160
            | uint256(terms.schedule) << 224 | uint256(terms.instalments) << 232;
        uint256 when = uint256(terms.interval) | block.timestamp << 32 | uint256(draw.gracePeriod)
            << 112 | uint256(draw.cureWindow) << 144 | uint256(draw.lateFeeBps) << 176;
        assembly ("memory-safe") {
            sstore(to.slot, who)
            sstore(add(to.slot, 1), when)
        }
    }
}
