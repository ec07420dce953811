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
/// the governor only (rule L1). Lanes are numbered from 0, their loans by their first event.
/// @param pool The lending pool, named once by `wire`.
/// @param auctionHouse The auction house, named once by `wire`.
/// @param lanes Number of lanes, at most 64.
/// @param hot A loan's hot slot: all that a payment touches.
/// @param marks A loan's second slot: hash of its card, cures, late fees charged.
/// @param sums A lane's two slots.
/// @param relayers Who may `settle` in a lane.
/// @param claimable What a lane owes a party beside prefunded cash, ledger units: surplus of sales,
/// and income that no debt needed. It is part of the lane's `owed`.
/// @param spent Operation ids that are used, a bit each, 256 a page of one lane (rule S2).
/// @param failed Those of them that failed, in the same places.
/// @param nonces Nonces that a party has used or withdrawn in a lane, a bit each, 256 a page.
/// @param shortfalls What write-offs in all lanes left a borrower to pay, ledger units (rule C4).
/// @param rooms What a lane may lend against a class, and what it has lent (rule L4).
/// @param waiting Things of a closed loan that lie in the escrow still: a bit for each asset by its
/// place in the card, bit 255 for the restaking tokens (rule D9).
/// @param sanctions List of those to whom nothing is paid, zero when there is none (rule D9b).
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
/// @param from Where it reads what assets are, what classes ask, and what things are worth.
/// @param token The stablecoin.
/// @param unitScale Base units of the token in one ledger unit.
/// @param minimumPayment Ledger units: least payment that does not end a debt, least principal.
/// @param curesPerYear Cures within a year after which a call has no cure window.
/// @param escrowCodeHash Hash of an escrow's creation code, its argument included.
struct Market {
    Sources from;
    IERC20 token;
    uint256 unitScale;
    uint64 minimumPayment;
    uint8 curesPerYear;
    bytes32 escrowCodeHash;
}

/// @notice A loan and its lane in memory; the marks where a call has brought the card.
/// @param id The loan's id, `laneId << 40 | number`.
/// @param laneId The loan's lane.
/// @param marks The loan's second slot; zero when it was loaded without its card.
/// @param loan The hot slot, unpacked.
/// @param lane The lane's two slots, unpacked.
struct Position {
    uint64 id;
    uint32 laneId;
    MarkWord marks;
    LoanState loan;
    LaneState lane;
}

/// @notice What a new schedule brings, in the units of a card.
/// @param rateBps Yearly rate from now on, basis points.
/// @param schedule How principal is paid back.
/// @param instalments Number of due dates from now on, at least 1.
/// @param interval Seconds between due dates, at least a day.
/// @param gracePeriod Seconds after a due date before the loan is overdue.
/// @param cureWindow Seconds that a called loan has before it may be sold.
/// @param lateFeeBps Fee of a missed due date, basis points of an even share of principal.
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
/// @notice An entry point loads a position, changes it, emits, saves it with one write a slot, and
/// moves tokens last.
library LoanStore {
    using LoanMath for LoanState;
    using LoanMath for LaneState;
    using SafeERC20 for IERC20;
    using Slots for LoanState;
    using Slots for LoanWord;
    using Words for uint64;

    // ---- Positions ----------------------------------------------------------------------------

    /// @notice Reads a loan and its lane for what needs no terms.
    /// @dev Reverts with `LoanNotFound`. The marks stay zero: the position is saved without them.
    /// @return position Loan and lane as they are stored: interest is not brought up to date.
    function load(Book storage book, uint64 loanId)
        internal
        view
        returns (Position memory position)
    {
        _fill(position, book, loanId);
    }

    /// @notice The same with the marks, for what needs terms or collateral.
    /// @dev Reverts with `LoanNotFound`, and with `CardMismatch` for words that are not the loan's
    /// card. What is read of the words afterwards needs no check: the book once wrote them.
    /// @param card Words of the card, laid out as `Cards` says.
    function load(Book storage book, uint64 loanId, bytes32[] calldata card)
        internal
        view
        returns (Position memory position)
    {
        _fill(position, book, loanId);
        position.marks = book.marks[loanId];
        position.marks.requireCard(loanId, card);
    }

    /// @notice The same, of a loan that must be open.
    /// @dev Reverts also with `WrongStatus`. It does not call `load`: see `_fill`.
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
    /// Reverts with `LoanNotFound`; a loan has the status `None` only as long as there is none.
    function _fill(Position memory position, Book storage book, uint64 loanId) private view {
        (position.id, position.laneId) = (loanId, loanId.laneOf());
        Slots.fill(position.loan, book.hot[loanId]);
        if (position.loan.status == LoanStatus.None) revert ILoanBook.LoanNotFound(loanId);
        Slots.fill(position.lane, book.sums[position.laneId]);
    }

    /// @dev An open loan and its marks as they lie there, for the words of its card. Reverts with
    /// `LoanNotFound`, `CardMismatch` and `WrongStatus`. The lane is not read: a call changes its
    /// sums by `LaneWords.impair`.
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

    /// @notice Refuses with `WrongStatus` a loan that is neither called nor in auction.
    function requireCalled(Position memory position) internal pure {
        if (position.loan.status != LoanStatus.Called) {
            requireStatus(position, LoanStatus.Auctioned);
        }
    }

    /// @notice Writes loan and lane back, a write a slot; the lane's second only if it changes.
    /// @dev Reverts with `LaneFull` when a sum of the lane outgrows its width; see `Slots`.
    function save(Book storage book, Position memory position) internal {
        book.hot[position.id] = position.loan.pack();
        book.sums[position.laneId].store(position.lane);
    }

    /// @notice Saves a loan that somebody paid, or voted on, while it was called.
    /// @dev What an auction sells of it no more leaves the market: the auction house is called
    /// after everything is written, and itself calls nobody.
    /// @param before Status that the loan had when it was loaded.
    function saveCalled(Book storage book, Position memory position, LoanStatus before) internal {
        save(book, position);
        bool sold = before == LoanStatus.Auctioned && position.loan.status != before;
        if (sold) IAuctionHouse(book.auctionHouse).withdraw(position.id);
    }

    /// @notice Writes back with another card or other marks, whatever `position.marks` says.
    function save(Book storage book, Position memory position, MarkWord marks) internal {
        book.marks[position.id] = marks;
        save(book, position);
    }

    /// @notice Refuses a loan of another status with `WrongStatus`, which says the one that it has.
    function requireStatus(Position memory position, LoanStatus status) internal pure {
        LoanStatus present = position.loan.status;
        if (present != status) revert ILoanBook.WrongStatus(position.id, present);
    }

    // ---- Payments -----------------------------------------------------------------------------

    /// @notice Takes up to `most` off the debt; dust is refused unless it ends the debt (rule D1).
    /// @dev Reverts with `AmountTooSmall`. The caller books and pulls the cash.
    /// @param most Most that is paid, ledger units.
    /// @return paid The lower of `most` and the debt, ledger units.
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

    /// @notice The payment rule, in loan and lane at once. A debt of zero makes the loan repaid.
    /// @dev The loan leaves the lane's sums as it was put in and comes back as it is afterwards, so
    /// that `A + B·t` stays the sum of all debts (invariant I-03). A called loan is in neither sum;
    /// what it is carried at is set by `carry`.
    /// @param amount At most the debt, ledger units: more would end the debt and vanish. Whole
    /// units of interest are paid first, then principal; see `LoanMath.afterPayment`.
    function pay(Position memory position, uint64 amount) internal view {
        LoanState memory loan = position.loan;
        position.lane.exclude(loan);
        loan.pay(amount, block.timestamp);
        if (loan.principal == 0 && loan.accruedScaled == 0) loan.status = LoanStatus.Repaid;
        position.lane.include(loan);
    }

    /// @notice Sets what a called loan is carried at: never more than it owes (rule C1).
    /// @dev A debt fits 56 bits: `Underwriter.checkSize` holds principal below 2^55, and interest
    /// below 2^88 parts is below 2^50 units.
    /// @param value What its collateral should recover, or what it was carried at before, ledger
    /// units.
    function carry(Position memory position, uint256 value) internal view {
        uint56 carried = uint56(Math.min(value, position.loan.debtUp(block.timestamp)));
        position.lane.impaired = position.lane.impaired - position.loan.impaired + carried;
        position.loan.impaired = carried;
    }

    /// @notice Whether a call rests on values: then its clock stops with the oracle's (V4, C5).
    /// @return True for health and a broken band; false for arrears and attestations.
    function restsOnValues(CallReason reason) internal pure returns (bool) {
        return reason == CallReason.Health || reason == CallReason.Band;
    }

    // ---- Schedules ----------------------------------------------------------------------------

    /// @notice A new schedule from now on for the principal as it stands; late fees begin anew.
    /// @dev The caller has brought an open loan's interest up to date and taken the loan out of the
    /// lane's sums, because the rate changes here; a called loan earns nothing and is in no sum.
    /// Reverts with `InvalidTerms("principal")` where interest at the new rate could outgrow the
    /// hot slot.
    /// @param card The loan's card in memory, which the caller hashes again; limit and classes
    /// stay.
    /// @param terms The new schedule, checked by the caller.
    function reschedule(Position memory position, Card memory card, NewTerms memory terms)
        internal
    {
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

    /// @notice Refuses with `LaneUnknown` a lane that was never added.
    function requireLane(Book storage book, uint32 laneId) internal view {
        if (laneId >= book.lanes) revert ILoanBook.LaneUnknown(laneId);
    }

    /// @notice Spends a nonce of a party in a lane (rule S4).
    /// @dev Reverts with `NonceUsed`. Nonces have no order: 256 share a slot, in the bit of their
    /// last byte.
    /// @param party Who signed, calls, or withdraws its consent.
    function useNonce(Book storage book, address party, uint32 laneId, uint256 nonce) internal {
        mapping(uint256 => uint256) storage pages = book.nonces[party][laneId];
        uint256 page = pages[nonce >> 8];
        uint256 bit = 1 << (nonce & 255);
        if (page & bit != 0) revert ILoanBook.NonceUsed(party, laneId, nonce);
        pages[nonce >> 8] = page | bit;
    }

    /// @notice A lane's first escrow, where collateral lies: its address follows from its number,
    /// and says nothing of whether the lane exists.
    function escrowOf(uint32 laneId, bytes32 codeHash) internal view returns (address) {
        return derive(bytes32(uint256(laneId)), codeHash);
    }

    /// @notice The escrow that takes a lane's cash: the other one once governance has turned it
    /// (rule L5).
    function tillOf(Book storage book, uint32 laneId, bytes32 codeHash)
        internal
        view
        returns (address)
    {
        return derive(Slots.till(book.sums[laneId].sums, laneId), codeHash);
    }

    /// @notice The till of a lane in memory, or its other escrow.
    /// @param number 0 for the escrow of the collateral, 1 for the second: bit 32 of the salt.
    /// @return The escrow; the second one has no code before the till is turned to it.
    function tillOf(Market memory market, uint32 laneId, uint256 number)
        internal
        view
        returns (ILane)
    {
        return ILane(derive(bytes32(number << 32 | laneId), market.escrowCodeHash));
    }

    /// @notice Address of an escrow that the book makes with that salt; linked libraries run as it.
    function derive(bytes32 salt, bytes32 codeHash) internal view returns (address) {
        return derive(address(this), salt, codeHash);
    }

    /// @notice Address of a contract that `maker` makes with that salt.
    /// @dev CREATE2 (EIP-1014): last 20 bytes of `keccak256(0xff ‖ maker ‖ salt ‖ codeHash)`, 85
    /// bytes that are laid out beyond the free memory, which stays free.
    /// @param codeHash Hash of the creation code with its arguments.
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

    /// @notice A lane's first escrow, as a contract to call.
    function escrow(Market memory market, uint32 laneId) internal view returns (ILane) {
        return ILane(escrowOf(laneId, market.escrowCodeHash));
    }

    /// @notice From the payer straight to the lane's till; the book itself never holds cash.
    /// @dev Called last. What arrives is not measured.
    /// @param amount Ledger units; for zero the token is not called.
    function pull(Market memory market, Position memory position, uint64 amount) internal {
        if (amount == 0) return;
        address to = address(tillOf(market, position.laneId, position.lane.till));
        market.token.safeTransferFrom(msg.sender, to, amount * market.unitScale);
    }

    /// @notice From the lane's till to a party, whom the caller has cleared (rule D9b).
    /// @dev Called last. It reverts with the token's own error where the till holds too little, as
    /// it may while cash lies aside (rule L5). `amount` is in ledger units.
    function send(Market memory market, Position memory position, address to, uint64 amount)
        internal
    {
        tillOf(market, position.laneId, position.lane.till)
            .sendToken(address(market.token), to, amount * market.unitScale);
    }
}
