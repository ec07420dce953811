// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CallReason, LaneState, LoanState, LoanStatus} from "../interfaces/ILoanBook.sol";
import {LoanMath} from "./LoanMath.sol";
import {LoanWord, Tally} from "./Payments.sol";

/// @notice A lane's two slots, lowest field first.
/// @param sums What a payment touches: `sequence (32) | cash - owed (57) | b (67) | a (100)`.
/// @param rest `owed (64) | impaired (64)`.
struct LaneWords {
    uint256 sums;
    uint256 rest;
}

using Slots for LaneWords global;

/// @title One write a slot
/// @notice Packs and unpacks what the loan book keeps by hand, so that a payment writes one slot
/// of the loan and one of the lane.
/// @dev Widths of a lane: cash and `p·r` of 140 billion dollars; `a` stays within `b·t`.
library Slots {
    uint256 private constant FREE = 32;
    uint256 private constant SLOPE = 89;
    uint256 private constant LEVEL = 156;
    uint256 private constant FREE_BITS = (1 << 57) - 1;
    uint256 private constant SLOPE_BITS = (1 << 67) - 1;

    /// @notice A lane's sums would leave the widths in which they are kept.
    error LaneFull();

    /// @dev A called loan has no prefunded cash: it was set off. Its carrying value takes the place.
    function pack(LoanState memory loan) internal pure returns (LoanWord) {
        uint256 setAside = _isImpaired(loan.status) ? loan.impaired : loan.prefunded;
        return LoanWord.wrap(
            uint256(loan.principal) | setAside << 56 | uint256(loan.accruedScaled) << 112
                | uint256(loan.lastAccrual) << 200 | uint256(loan.rateBps) << 232
                | uint256(loan.status) << 248 | uint256(loan.callReason) << 251
                | (loan.windowSpent ? 1 << 253 : 0)
        );
    }

    function unpack(LoanWord packed) internal pure returns (LoanState memory loan) {
        uint256 word = LoanWord.unwrap(packed);
        loan.principal = uint56(word);
        loan.accruedScaled = uint88(word >> 112);
        loan.lastAccrual = uint32(word >> 200);
        loan.rateBps = uint16(word >> 232);
        loan.status = packed.status();
        loan.callReason = CallReason(word >> 251 & 3);
        loan.windowSpent = word >> 253 != 0;
        if (_isImpaired(loan.status)) loan.impaired = uint56(word >> 56);
        else loan.prefunded = uint56(word >> 56);
    }

    /// @notice The slot in which a loan lies.
    function slotOf(mapping(uint64 => LoanWord) storage loans, uint256 loanId)
        internal
        pure
        returns (uint256 slot)
    {
        assembly ("memory-safe") {
            mstore(0x00, loanId)
            mstore(0x20, loans.slot)
            slot := keccak256(0x00, 0x40)
        }
    }

    function read(uint256 slot) internal view returns (LoanWord loan) {
        assembly ("memory-safe") {
            loan := sload(slot)
        }
    }

    function write(uint256 slot, LoanWord loan) internal {
        assembly ("memory-safe") {
            sstore(slot, loan)
        }
    }

    function load(LaneWords storage from) internal view returns (LaneState memory lane) {
        (uint256 sums, uint256 rest) = (from.sums, from.rest);
        lane.sequence = uint32(sums);
        lane.b = uint112(sums >> SLOPE & SLOPE_BITS);
        lane.a = int144(int256(sums) >> LEVEL);
        (lane.owed, lane.impaired) = (uint64(rest), uint64(rest >> 64));
        lane.cash = lane.owed + uint64(sums >> FREE & FREE_BITS);
    }

    function store(LaneWords storage to, LaneState memory lane) internal {
        to.sums = _sums(lane.a, lane.b, lane.cash - lane.owed, lane.sequence);
        uint256 rest = uint256(lane.owed) | uint256(lane.impaired) << 64;
        if (rest != to.rest) to.rest = rest;
    }

    /// @notice What a draw touches of a lane: its first slot alone, the pool's own cash as cash.
    function loadSums(LaneWords storage from) internal view returns (LaneState memory lane) {
        uint256 sums = from.sums;
        (lane.sequence, lane.cash) = (uint32(sums), uint64(sums >> FREE & FREE_BITS));
        lane.b = uint112(sums >> SLOPE & SLOPE_BITS);
        lane.a = int144(int256(sums) >> LEVEL);
    }

    function storeSums(LaneWords storage to, LaneState memory lane) internal {
        to.sums = _sums(lane.a, lane.b, lane.cash, lane.sequence);
    }

    function sequence(LaneWords storage lane) internal view returns (uint32) {
        return uint32(lane.sums);
    }

    /// @notice Cash that is the pool's own (rule L3).
    function free(LaneWords storage lane) internal view returns (uint64) {
        return uint64(lane.sums >> FREE & FREE_BITS);
    }

    /// @notice Books payments and charges on open loans; `last` is the lane's last event. What was
    /// paid becomes the pool's.
    function book(LaneWords storage lane, Tally memory tally, uint256 time, uint256 last) internal {
        lane.sums = _with(lane.sums, tally, time, last);
    }

    /// @notice The same for one event, whose number it gives.
    function bookOne(LaneWords storage lane, Tally memory tally, uint256 time)
        internal
        returns (uint32 next)
    {
        uint256 sums = lane.sums;
        next = uint32(sums) + 1;
        lane.sums = _with(sums, tally, time, next);
    }

    /// @notice Adds to the pool's own cash or takes from it, for one event, whose number it gives.
    function move(LaneWords storage lane, int256 amount) internal returns (uint32 next) {
        uint256 sums = lane.sums;
        next = uint32(sums) + 1;
        uint256 left = uint256(int256(sums >> FREE & FREE_BITS) + amount);
        lane.sums = _sums(int256(sums) >> LEVEL, sums >> SLOPE & SLOPE_BITS, left, next);
    }

    /// @notice Numbers one event.
    function nextSequence(LaneWords storage lane) internal returns (uint32) {
        uint256 sums = lane.sums;
        if (uint32(sums) == type(uint32).max) revert LaneFull();
        unchecked {
            lane.sums = ++sums;
        }
        return uint32(sums);
    }

    function setSequence(LaneWords storage lane, uint32 last) internal {
        lane.sums = lane.sums >> FREE << FREE | last;
    }

    /// @notice Adds to what the lane owes to others; the cash for it comes too.
    function owe(LaneWords storage lane, uint64 amount) internal {
        lane.rest = lane.rest >> 64 << 64 | (uint64(lane.rest) + amount);
    }

    /// @notice Takes from what the lane owes to others; the cash for it leaves, or is the pool's.
    function discharge(LaneWords storage lane, uint64 amount) internal {
        lane.rest = lane.rest >> 64 << 64 | (uint64(lane.rest) - amount);
    }

    /// @dev At `time` the lane's debt falls by what was paid; `a` makes good for the lower slope.
    function _with(uint256 sums, Tally memory tally, uint256 time, uint256 last)
        private
        pure
        returns (uint256)
    {
        int256 a = int256(sums) >> LEVEL;
        a += int256(tally.slopes * time + tally.added) - int256(tally.paid * LoanMath.SCALE);
        uint256 b = (sums >> SLOPE & SLOPE_BITS) - tally.slopes;
        return _sums(a, b, (sums >> FREE & FREE_BITS) + tally.paid, last);
    }

    function _isImpaired(LoanStatus status) private pure returns (bool) {
        return status == LoanStatus.Called || status == LoanStatus.Auctioned;
    }

    function _sums(int256 a, uint256 b, uint256 free_, uint256 last)
        private
        pure
        returns (uint256)
    {
        bool fits = a << LEVEL >> LEVEL == a && b <= SLOPE_BITS && free_ <= FREE_BITS
            && last <= type(uint32).max;
        if (!fits) revert LaneFull();
        return uint256(a) << LEVEL | b << SLOPE | free_ << FREE | last;
    }
}
