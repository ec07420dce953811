// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {CallReason, LaneState, LoanState, LoanStatus} from "../interfaces/ILoanBook.sol";
import {LoanMath} from "./LoanMath.sol";
import {LoanWord, Tally} from "./Payments.sol";

/// @notice A lane's two slots, lowest field first.
/// @param sums What a payment touches: `sequence (32) | till (1) | warned (1) | cash - owed (55) |
/// b (67) | a (100)`, the last with a sign.
/// @param rest What a payment leaves: `owed (64) | impaired (64) | aside (64) | listed (1)`.
struct LaneWords {
    uint256 sums;
    uint256 rest;
}

using Slots for LaneWords global;

/// @title One write a slot
/// @notice Packs and unpacks what the loan book keeps by hand, so that a payment writes one slot of
/// the loan and one of the lane.
/// @dev Widths of a lane: cash of 36 billion dollars, `p·r` of 147 billion at ten per cent a year;
/// `a` stays within `b·t`. Sums that would leave them are refused with `LaneFull`, never cut.
library Slots {
    /// @dev Lowest bits of the fields. Two marks of a lane: which till takes its cash, and whether
    /// its second slot holds what a draw must know: cash that lies aside, or a list of those to
    /// whom nothing is paid.
    uint256 private constant TILL = 32;
    uint256 private constant WARNED = 33;
    uint256 private constant MARK_BITS = 3;
    uint256 private constant LISTED = 192;
    uint256 private constant FREE = 34;
    uint256 private constant SLOPE = 89;
    uint256 private constant LEVEL = 156;
    uint256 private constant FREE_BITS = (1 << 55) - 1;
    /// @dev Among a loan's marks, its highest byte: `status (3) | callReason (2) | windowSpent
    /// (1)`.
    uint256 internal constant WINDOW_SPENT = 1 << 5;
    uint256 private constant SLOPE_BITS = (1 << 67) - 1;

    /// @notice A lane's sums would leave the widths in which they are kept: its cash, its loans or
    /// its events are too many, or more cash would leave than is the pool's.
    error LaneFull();

    /// @notice The word of a loan in memory.
    /// @dev A called loan has no prefunded cash: it was set off. Its carrying value takes the
    /// place.
    function pack(LoanState memory loan) internal pure returns (LoanWord) {
        uint256 setAside = _isImpaired(loan.status) ? loan.impaired : loan.prefunded;
        uint256 marks = uint256(loan.status) | uint256(loan.callReason) << 3;
        if (loan.windowSpent) marks |= WINDOW_SPENT;
        return
            wordOf(
                loan.principal, setAside, loan.accruedScaled, loan.lastAccrual, loan.rateBps, marks
            );
    }

    /// @notice A loan of its fields, each within its width; `marks` are status, reason of the call,
    /// and whether it has no cure window.
    /// @param principal Ledger units, below 2^56.
    /// @param setAside Prefunded cash, or carrying value of a called loan; ledger units, below
    /// 2^56.
    /// @param accrued Ledger units times SCALE, below 2^88.
    /// @param lastAccrual Unix seconds, below 2^32.
    /// @param rateBps Basis points a year, below 2^16.
    /// @param marks See `WINDOW_SPENT`.
    /// @return The loan's word.
    function wordOf(
        uint256 principal,
        uint256 setAside,
        uint256 accrued,
        uint256 lastAccrual,
        uint256 rateBps,
        uint256 marks
    ) internal pure returns (LoanWord) {
        return LoanWord.wrap(
            principal | setAside << 56 | accrued << 112 | lastAccrual << 200 | rateBps << 232
                | marks << 248
        );
    }

    /// @notice The loan of a word, as a struct of its own.
    function unpack(LoanWord packed) internal pure returns (LoanState memory loan) {
        fill(loan, packed);
    }

    /// @notice Writes the loan of a word into a struct that is there: no memory is set aside again.
    function fill(LoanState memory loan, LoanWord packed) internal pure {
        uint256 word = LoanWord.unwrap(packed);
        loan.principal = uint56(word);
        loan.accruedScaled = uint88(word >> 112);
        loan.lastAccrual = uint32(word >> 200);
        loan.rateBps = uint16(word >> 232);
        loan.status = packed.status();
        loan.callReason = CallReason(word >> 251 & 3);
        loan.windowSpent = word >> 253 != 0;
        bool impaired = _isImpaired(packed.status());
        loan.prefunded = impaired ? 0 : uint56(word >> 56);
        loan.impaired = impaired ? uint56(word >> 56) : 0;
    }

    /// @notice The slot in which a loan lies.
    /// @dev As the compiler reckons for a mapping: keccak256 of key and slot, here in scratch
    /// space.
    /// @param loans The book's loans.
    /// @param loanId Id of a loan, below 2^64; there need not be one.
    /// @return slot Its number.
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

    /// @notice The loan that lies in a slot; zero when there is none.
    function read(uint256 slot) internal view returns (LoanWord loan) {
        assembly ("memory-safe") {
            loan := sload(slot)
        }
    }

    /// @notice Writes a loan into the slot that `slotOf` gave.
    function write(uint256 slot, LoanWord loan) internal {
        assembly ("memory-safe") {
            sstore(slot, loan)
        }
    }

    /// @notice A lane's sums as a struct of its own.
    function load(LaneWords storage from) internal view returns (LaneState memory lane) {
        fill(lane, from);
    }

    /// @notice Writes a lane's sums into a struct that is there, whose cash is what both slots
    /// hold.
    function fill(LaneState memory lane, LaneWords storage from) internal view {
        (uint256 sums, uint256 rest) = (from.sums, from.rest);
        lane.sequence = uint32(sums);
        lane.b = uint112(sums >> SLOPE & SLOPE_BITS);
        lane.a = int144(int256(sums) >> LEVEL);
        lane.till = uint8(sums >> TILL & 1);
        (lane.owed, lane.impaired, lane.aside) =
        (uint64(rest), uint64(rest >> 64), uint64(rest >> 128));
        lane.listed = rest >> LISTED != 0;
        lane.cash = uint64(rest) + uint64(sums >> FREE & FREE_BITS);
    }

    /// @notice Writes a lane's sums; the second slot only if it has changed.
    /// @dev Reverts with `LaneFull`, and by a checked subtraction if more were owed than there is.
    /// @param to Slots of the lane.
    /// @param lane Sums in memory, last event included.
    function store(LaneWords storage to, LaneState memory lane) internal {
        to.sums = _sums(lane.a, lane.b, lane.cash - lane.owed, _marksOf(lane), lane.sequence);
        uint256 rest = uint256(lane.owed) | uint256(lane.impaired) << 64 | uint256(lane.aside)
            << 128 | (lane.listed ? 1 << LISTED : 0);
        if (rest != to.rest) to.rest = rest;
    }

    /// @notice What a draw may take of a lane with these sums, and whether there is a list to be
    /// asked. The second slot is read only where the first says that it must be.
    /// @param lane Slots of the lane.
    /// @param sums Its first slot, read before.
    /// @return cash Ledger units that are the pool's own and at hand (rules L3, L5).
    /// @return listed Whether the list must be asked before a party is paid.
    function drawable(LaneWords storage lane, uint256 sums)
        internal
        view
        returns (uint256 cash, bool listed)
    {
        cash = sums >> FREE & FREE_BITS;
        if (sums >> WARNED & 1 == 0) return (cash, false);
        uint256 rest = lane.rest;
        return (Math.saturatingSub(cash, uint64(rest >> 128)), rest >> LISTED != 0);
    }

    /// @notice The sums once a new loan has drawn its principal, which they have, in so many
    /// events.
    /// @dev Reverts with `LaneFull` when a sum leaves its width.
    /// @param sums First slot of the lane before.
    /// @param loan The new loan, of which nothing has accrued.
    /// @param count Events of the opening: its own, and one for each thing pledged.
    /// @return First slot of the lane after.
    function lent(uint256 sums, LoanWord loan, uint256 count) internal pure returns (uint256) {
        unchecked {
            uint256 principal = loan.principal();
            uint256 slope = principal * loan.rateBps();
            int256 level = int256(principal * LoanMath.SCALE) - int256(slope * loan.lastAccrual());
            return _sums(
                (int256(sums) >> LEVEL) + level,
                (sums >> SLOPE & SLOPE_BITS) + slope,
                (sums >> FREE & FREE_BITS) - principal,
                sums >> TILL & MARK_BITS,
                uint32(sums) + count
            );
        }
    }

    /// @notice Number of the lane's last event; 0 before the first.
    function sequence(LaneWords storage lane) internal view returns (uint32) {
        return uint32(lane.sums);
    }

    /// @notice Cash that is the pool's own and at hand, ledger units (rules L3, L5).
    function free(LaneWords storage lane) internal view returns (uint64) {
        uint256 own = lane.sums >> FREE & FREE_BITS;
        return uint64(Math.saturatingSub(own, uint64(lane.rest >> 128)));
    }

    /// @notice Salt of the escrow that takes a lane's cash: the lane's number, and one bit of its
    /// sums.
    /// @param sums First slot of the lane.
    /// @param number The lane's number.
    /// @return Bit 32 tells the lane's two escrows apart; it is zero for that of the collateral.
    function till(uint256 sums, uint32 number) internal pure returns (bytes32) {
        return bytes32(sums & 1 << TILL | number);
    }

    /// @notice Books payments and charges on open loans; what was paid becomes the pool's.
    /// @dev Reverts with `LaneFull`. Where prefunded cash paid, the caller takes it out of what the
    /// lane owes: cash as a whole then stays.
    /// @param lane Slots of the lane, of which the first is written.
    /// @param tally What the loans' payments and charges came to.
    /// @param time Now, unix seconds: the loans were brought up to date then.
    /// @param last Number of the lane's last event.
    function book(LaneWords storage lane, Tally memory tally, uint256 time, uint256 last) internal {
        lane.sums = _with(lane.sums, tally, time, last);
    }

    /// @notice The same for one event. Gives the sums, of which the event's number is the lowest
    /// part.
    function bookOne(LaneWords storage lane, Tally memory tally, uint256 time)
        internal
        returns (uint256 sums)
    {
        sums = lane.sums;
        sums = _with(sums, tally, time, uint32(sums) + 1);
        lane.sums = sums;
    }

    /// @notice Adds to the pool's own cash or takes from it, for one event, whose number it gives.
    /// @dev Reverts with `LaneFull` when less is the pool's than is taken: a number below zero fits
    /// no width. Cash that lies aside is the caller's to look at.
    /// @param lane Slots of the lane, of which the first is written.
    /// @param amount Ledger units, below zero for cash that leaves.
    /// @return next Number of the event.
    function move(LaneWords storage lane, int256 amount) internal returns (uint32 next) {
        uint256 sums = lane.sums;
        next = uint32(sums) + 1;
        uint256 left = uint256(int256(sums >> FREE & FREE_BITS) + amount);
        uint256 marks = sums >> TILL & MARK_BITS;
        lane.sums = _sums(int256(sums) >> LEVEL, sums >> SLOPE & SLOPE_BITS, left, marks, next);
    }

    /// @notice Takes an open loan, as it was put in, out of the sums, for one event, whose number
    /// it gives. What was set off becomes the pool's; the rest is impaired, at what it is carried
    /// at (rule C1).
    /// @dev Nothing here can overflow, as in `Payments`; `setOff` is part of what the lane owes.
    /// Reverts with `LaneFull`.
    /// @param lane Slots of the lane; both are written.
    /// @param loan The loan as it was last written.
    /// @param setOff Its prefunded cash that pays its debt, ledger units.
    /// @param carried What the rest is carried at, ledger units.
    /// @return next Number of the event.
    function impair(LaneWords storage lane, LoanWord loan, uint256 setOff, uint256 carried)
        internal
        returns (uint32 next)
    {
        uint256 sums = lane.sums;
        uint256 rest = lane.rest;
        unchecked {
            next = uint32(sums) + 1;
            uint256 slope = loan.principal() * loan.rateBps();
            uint256 plus = loan.principal() * LoanMath.SCALE + loan.accruedScaled();
            int256 a = (int256(sums) >> LEVEL) - int256(plus) + int256(slope * loan.lastAccrual());
            uint256 b = (sums >> SLOPE & SLOPE_BITS) - slope;
            lane.sums = _sums(
                a,
                b,
                (sums >> FREE & FREE_BITS) + setOff,
                sums >> TILL & MARK_BITS,
                uint256(uint32(sums)) + 1
            );
            if (uint64(rest >> 64) + carried > type(uint64).max) revert LaneFull();
            lane.rest = rest - setOff + (carried << 64);
        }
    }

    /// @notice Numbers one event; reverts with `LaneFull` after the last number.
    function nextSequence(LaneWords storage lane) internal returns (uint32) {
        uint256 sums = lane.sums;
        if (uint32(sums) == type(uint32).max) revert LaneFull();
        unchecked {
            lane.sums = ++sums;
        }
        return uint32(sums);
    }

    /// @notice Sets the number of the lane's last event, counted elsewhere.
    function setSequence(LaneWords storage lane, uint32 last) internal {
        lane.sums = lane.sums >> TILL << TILL | last;
    }

    /// @notice Adds to what the lane owes to others, ledger units; the cash for it comes too.
    function owe(LaneWords storage lane, uint64 amount) internal {
        lane.rest = lane.rest >> 64 << 64 | (uint64(lane.rest) + amount);
    }

    /// @notice Takes from what the lane owes to others, ledger units; the cash for it leaves, or is
    /// the pool's. Reverts by a checked subtraction when less is owed.
    function discharge(LaneWords storage lane, uint64 amount) internal {
        lane.rest = lane.rest >> 64 << 64 | (uint64(lane.rest) - amount);
    }

    /// @notice Notes whether there is a list of those to whom nothing is paid (rule D9b).
    /// @dev Kept in each lane, so that no draw has to read one more slot while there is none.
    function setListed(LaneWords storage lane, bool listed) internal {
        uint256 rest = lane.rest << 64 >> 64 | (listed ? 1 << LISTED : 0);
        lane.rest = rest;
        // What the upper half holds is what a draw must know.
        lane.sums = lane.sums & ~uint256(1 << WARNED) | (rest >> 128 != 0 ? 1 << WARNED : 0);
    }

    /// @dev At `time` the lane's debt falls by what was paid; `a` makes good for the lower slope.
    /// Since a loan's part is `a + b·t`, lowering `b` by `Δ` and raising `a` by `Δ·t` changes
    /// nothing now.
    /// @param sums First slot of the lane before.
    /// @param tally What payments and charges came to.
    /// @param time Now, unix seconds.
    /// @param last Number of the lane's last event.
    /// @return First slot of the lane after.
    function _with(uint256 sums, Tally memory tally, uint256 time, uint256 last)
        private
        pure
        returns (uint256)
    {
        int256 a = int256(sums) >> LEVEL;
        a += int256(tally.slopes * time + tally.added) - int256(tally.paid * LoanMath.SCALE);
        uint256 b = (sums >> SLOPE & SLOPE_BITS) - tally.slopes;
        return _sums(a, b, (sums >> FREE & FREE_BITS) + tally.paid, sums >> TILL & MARK_BITS, last);
    }

    /// @dev The two marks of a lane in memory, from the till's bit up.
    function _marksOf(LaneState memory lane) private pure returns (uint256) {
        bool warned = lane.aside != 0 || lane.listed;
        return uint256(lane.till) | (warned ? 1 << WARNED - TILL : 0);
    }

    /// @dev Whether the second field of a loan is its carrying value.
    function _isImpaired(LoanStatus status) private pure returns (bool) {
        return status == LoanStatus.Called || status == LoanStatus.Auctioned;
    }

    /// @dev The first slot of its fields; refuses what does not fit.
    /// @param a Ledger units times SCALE, with a sign.
    /// @param b Ledger units times basis points.
    /// @param free_ Cash that is the pool's, ledger units; one below zero comes as a huge number.
    /// @param marks The two marks, within their bits.
    /// @param last Number of the last event.
    /// @return The word.
    function _sums(int256 a, uint256 b, uint256 free_, uint256 marks, uint256 last)
        private
        pure
        returns (uint256)
    {
        bool fits = a << LEVEL >> LEVEL == a && b <= SLOPE_BITS && free_ <= FREE_BITS
            && last <= type(uint32).max;
        if (!fits) revert LaneFull();
        return uint256(a) << LEVEL | b << SLOPE | free_ << FREE | marks << TILL | last;
    }
}
