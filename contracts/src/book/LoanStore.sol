// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {
    CallReason,
    Card,
    ILoanBook,
    LaneState,
    LoanState,
    LoanStatus,
    Room,
    ScheduleKind
} from "../interfaces/ILoanBook.sol";
import {IAuctionHouse} from "../interfaces/IAuctionHouse.sol";
import {ILane} from "../interfaces/ILane.sol";
import {ISanctions} from "../interfaces/ISanctions.sol";
import {MarkWord} from "../libraries/Cards.sol";
import {LoanMath} from "../libraries/LoanMath.sol";
import {LoanWord} from "../libraries/Payments.sol";
import {LaneWords, Slots} from "../libraries/Slots.sol";
import {Sources, Underwriter} from "../libraries/Underwriter.sol";
import {Words} from "../libraries/Words.sol";

/// @notice All that the loan book keeps. Every slot is keyed by loan, lane or party, or written by
/// the governor only (rule L1). Lanes are numbered from 0, their loans by the event that opened them.
struct Book {
    address pool;
    address auctionHouse;
    uint32 lanes;
    mapping(uint64 loanId => LoanWord) hot;
    mapping(uint64 loanId => MarkWord) marks;
    mapping(uint32 lane => LaneWords) sums;
    mapping(uint32 lane => mapping(address relayer => bool)) relayers;
    mapping(uint32 lane => mapping(address party => uint64)) claimable;
    mapping(uint256 page => uint256 bits) spent;
    mapping(uint256 page => uint256 bits) failed;
    mapping(address borrower => mapping(uint32 lane => mapping(uint256 page => uint256))) nonces;
    mapping(address borrower => uint64) shortfalls;
    mapping(uint256 classId => mapping(uint32 lane => Room)) rooms;
    mapping(uint64 loanId => uint256 places) waiting;
    ISanctions sanctions;
}

/// @notice What the loan book was deployed with.
/// @param unitScale Base units of the token in one ledger unit.
/// @param minimumPayment Smallest payment that does not end a debt, and smallest principal.
/// @param curesPerYear Cures within a year after which a call has no cure window.
/// @param escrowCodeHash Hash of the creation code of an escrow.
struct Market {
    Sources from;
    IERC20 token;
    uint256 unitScale;
    uint64 minimumPayment;
    uint8 curesPerYear;
    bytes32 escrowCodeHash;
}

/// @notice A loan and its lane in memory; the marks where a call has brought the card.
struct Position {
    uint64 id;
    uint32 laneId;
    MarkWord marks;
    LoanState loan;
    LaneState lane;
}

/// @notice What a new schedule brings, in the units of a card.
struct NewTerms {
    uint16 rateBps;
    ScheduleKind schedule;
    uint16 instalments;
    uint32 interval;
    uint24 gracePeriod;
    uint24 cureWindow;
    uint16 lateFeeBps;
}

/// @title How a position is read, changed and written
/// @notice An entry point loads a position, changes it, emits, saves it with one write a slot,
/// and moves tokens last.
library LoanStore {
    using LoanMath for LoanState;
    using LoanMath for LaneState;
    using SafeERC20 for IERC20;
    using Slots for LoanState;
    using Slots for LoanWord;
    using Words for uint64;

    // ---- Positions ----------------------------------------------------------------------------

    function load(Book storage book, uint64 loanId)
        internal
        view
        returns (Position memory position)
    {
        _fill(position, book, loanId);
    }

    /// @dev With the card, which must be the loan's.
    function load(Book storage book, uint64 loanId, bytes32[] calldata card)
        internal
        view
        returns (Position memory position)
    {
        _fill(position, book, loanId);
        position.marks = book.marks[loanId];
        position.marks.requireCard(loanId, card);
    }

    function loadOpen(Book storage book, uint64 loanId, bytes32[] calldata card)
        internal
        view
        returns (Position memory position)
    {
        _fill(position, book, loanId);
        position.marks = book.marks[loanId];
        position.marks.requireCard(loanId, card);
        requireStatus(position, LoanStatus.Open);
    }

    /// @dev Into the structs that are there: each function that returns one sets another aside.
    function _fill(Position memory position, Book storage book, uint64 loanId) private view {
        (position.id, position.laneId) = (loanId, loanId.laneOf());
        Slots.fill(position.loan, book.hot[loanId]);
        if (position.loan.status == LoanStatus.None) revert ILoanBook.LoanNotFound(loanId);
        Slots.fill(position.lane, book.sums[position.laneId]);
    }

    /// @dev An open loan and its marks as they lie there, for the words of its card.
    function openLoan(Book storage book, uint64 loanId, bytes32[] calldata card)
        internal
        view
        returns (LoanWord loan, MarkWord marks)
    {
        (loan, marks) = (book.hot[loanId], book.marks[loanId]);
        LoanStatus status = loan.status();
        if (status == LoanStatus.None) revert ILoanBook.LoanNotFound(loanId);
        marks.requireCard(loanId, card);
        if (status != LoanStatus.Open) revert ILoanBook.WrongStatus(loanId, status);
    }

    function requireCalled(Position memory position) internal pure {
        if (position.loan.status != LoanStatus.Called) {
            requireStatus(position, LoanStatus.Auctioned);
        }
    }

    function save(Book storage book, Position memory position) internal {
        book.hot[position.id] = position.loan.pack();
        book.sums[position.laneId].store(position.lane);
    }

    /// @dev Saves a loan that somebody paid while it was called: what an auction sells of it no more
    /// leaves the market.
    function saveCalled(Book storage book, Position memory position, LoanStatus before) internal {
        save(book, position);
        bool sold = before == LoanStatus.Auctioned && position.loan.status != before;
        if (sold) IAuctionHouse(book.auctionHouse).withdraw(position.id);
    }

    /// @dev With another card or other marks.
    function save(Book storage book, Position memory position, MarkWord marks) internal {
        book.marks[position.id] = marks;
        save(book, position);
    }

    function requireStatus(Position memory position, LoanStatus status) internal pure {
        LoanStatus present = position.loan.status;
        if (present != status) revert ILoanBook.WrongStatus(position.id, present);
    }

    // ---- Payments -----------------------------------------------------------------------------

    /// @dev Takes up to `most` off the debt; dust is refused unless it ends the debt (rule D1).
    function take(Position memory position, uint64 most, uint64 minimum)
        internal
        view
        returns (uint64 paid)
    {
        uint64 debt = position.loan.debtUp(block.timestamp);
        paid = uint64(Math.min(most, debt));
        if (paid < debt && paid < minimum) revert ILoanBook.AmountTooSmall(paid, minimum);
        pay(position, paid);
    }

    /// @dev The payment rule, in loan and lane at once. A debt of zero makes the loan repaid.
    function pay(Position memory position, uint64 amount) internal view {
        LoanState memory loan = position.loan;
        position.lane.exclude(loan);
        loan.pay(amount, block.timestamp);
        if (loan.principal == 0 && loan.accruedScaled == 0) loan.status = LoanStatus.Repaid;
        position.lane.include(loan);
    }

    /// @dev Sets what a called loan is carried at: never more than it owes.
    function carry(Position memory position, uint256 value) internal view {
        uint56 carried = uint56(Math.min(value, position.loan.debtUp(block.timestamp)));
        position.lane.impaired = position.lane.impaired - position.loan.impaired + carried;
        position.loan.impaired = carried;
    }

    /// @dev Whether a call rests on values: then its clock stops with the oracle's (V4, C5).
    function restsOnValues(CallReason reason) internal pure returns (bool) {
        return reason == CallReason.Health || reason == CallReason.Band;
    }

    // ---- Schedules ----------------------------------------------------------------------------

    /// @dev A new schedule from now on for the principal as it stands; late fees begin anew.
    function reschedule(Position memory position, Card memory card, NewTerms memory terms) internal {
        LoanState memory loan = position.loan;
        loan.rateBps = terms.rateBps;
        Underwriter.checkSize(loan.principal, loan.rateBps);
        card.basePrincipal = loan.principal;
        (card.schedule, card.instalments) = (terms.schedule, terms.instalments);
        (card.interval, card.openedAt) = (terms.interval, uint32(block.timestamp));
        (card.gracePeriod, card.cureWindow) = (terms.gracePeriod, terms.cureWindow);
        card.lateFeeBps = terms.lateFeeBps;
        position.marks = position.marks.withCharged(0);
        emit ILoanBook.LoanExtended(
            position.id,
            ++position.lane.sequence,
            terms.rateBps,
            terms.schedule,
            terms.instalments,
            terms.interval,
            terms.gracePeriod,
            terms.cureWindow,
            terms.lateFeeBps
        );
    }

    // ---- Lanes and transfers ------------------------------------------------------------------

    function requireLane(Book storage book, uint32 laneId) internal view {
        if (laneId >= book.lanes) revert ILoanBook.LaneUnknown(laneId);
    }

    /// @dev Spends a nonce of a party in a lane (rule S4).
    function useNonce(Book storage book, address party, uint32 laneId, uint256 nonce) internal {
        mapping(uint256 => uint256) storage pages = book.nonces[party][laneId];
        uint256 page = pages[nonce >> 8];
        uint256 bit = 1 << (nonce & 255);
        if (page & bit != 0) revert ILoanBook.NonceUsed(party, laneId, nonce);
        pages[nonce >> 8] = page | bit;
    }

    /// @dev A lane's escrow has an address of its own that follows from its number.
    function escrowOf(uint32 laneId, bytes32 codeHash) internal view returns (address) {
        return derive(bytes32(uint256(laneId)), codeHash);
    }

    /// @dev The escrow that takes a lane's cash, which is the other one once governance has turned it.
    function tillOf(Book storage book, uint32 laneId, bytes32 codeHash)
        internal
        view
        returns (address)
    {
        return derive(Slots.till(book.sums[laneId].sums, laneId), codeHash);
    }

    /// @dev The till of a lane in memory, or its other escrow.
    function tillOf(Market memory market, uint32 laneId, uint256 number)
        internal
        view
        returns (ILane)
    {
        return ILane(derive(bytes32(number << 32 | laneId), market.escrowCodeHash));
    }

    /// @dev Address of an escrow that the book makes with that salt.
    function derive(bytes32 salt, bytes32 codeHash) internal view returns (address) {
        return derive(address(this), salt, codeHash);
    }

    /// @dev Address of a contract that `maker` makes with that salt (CREATE2).
    function derive(address maker, bytes32 salt, bytes32 codeHash)
        internal
        pure
        returns (address derived)
    {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, or(shl(248, 0xff), shl(88, maker)))
            mstore(add(free, 21), salt)
            mstore(add(free, 53), codeHash)
            derived := and(keccak256(free, 85), 0xffffffffffffffffffffffffffffffffffffffff)
        }
    }

    function escrow(Market memory market, uint32 laneId) internal view returns (ILane) {
        return ILane(escrowOf(laneId, market.escrowCodeHash));
    }

    /// @dev From the payer straight to the lane's till.
    function pull(Market memory market, Position memory position, uint64 amount) internal {
        if (amount == 0) return;
        address to = address(tillOf(market, position.laneId, position.lane.till));
        market.token.safeTransferFrom(msg.sender, to, amount * market.unitScale);
    }

    function send(Market memory market, Position memory position, address to, uint64 amount)
        internal
    {
        tillOf(market, position.laneId, position.lane.till)
            .sendToken(address(market.token), to, amount * market.unitScale);
    }
}
