// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Amending} from "./book/Amending.sol";
import {Batch, Batches} from "./book/Batches.sol";
import {Borrowing} from "./book/Borrowing.sol";
import {Calling} from "./book/Calling.sol";
import {Handover} from "./book/Handover.sol";
import {Book, LoanStore, Market} from "./book/LoanStore.sol";
import {Sale, Selling} from "./book/Selling.sol";
import {Servicing} from "./book/Servicing.sol";
import {Tills} from "./book/Tills.sol";
import {Governed} from "./Governed.sol";
import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import "./interfaces/ILoanBook.sol";
import {ILane} from "./interfaces/ILane.sol";
import {IRiskTerms} from "./interfaces/IRiskTerms.sol";
import {ISales} from "./interfaces/ISales.sol";
import {IValuationOracle, ValueProof} from "./interfaces/IValuationOracle.sol";
import {Cards, MarkWord} from "./libraries/Cards.sol";
import {LedgerUnits} from "./libraries/LedgerUnits.sol";
import {LoanWord, Tally} from "./libraries/Payments.sol";
import {Schedule} from "./libraries/Schedule.sol";
import {LaneWords, Slots} from "./libraries/Slots.sol";
import {Sources} from "./libraries/Underwriter.sol";
import {Word, Words} from "./libraries/Words.sol";
import {LoanViews} from "./LoanViews.sol";

/// @title The loan book
/// @notice Everything that an operation writes is keyed by loan, lane or party (rule L1): two
/// operations on different lanes, for different parties, share no slot.
/// @dev What is called often is here, the rest in libraries linked at deployment (rule L6). Every
/// entry point checks, changes, emits, and moves tokens last; `ILoanBook` describes what they do.
contract LoanBook is LoanViews {
    using Batches for Book;
    using LoanStore for Book;
    using SafeERC20 for IERC20;
    using Schedule for Card;
    using Slots for LoanWord;
    using Words for bytes;
    using Words for bytes32[];
    using Words for uint64;
    using Words for uint256;

    /// @dev Their bytes fill 32 KiB, for which a node's pool counts a transaction once.
    uint256 private constant MAX_WORDS = 1_000;

    IERC20 public immutable token;
    IAssetRegistry private immutable REGISTRY;
    IRiskTerms private immutable RISK;
    IValuationOracle private immutable ORACLE;
    uint256 private immutable UNIT_SCALE;
    uint64 private immutable MINIMUM_PAYMENT;
    uint8 private immutable CURES_PER_YEAR;

    constructor(
        IAccessManager authority_,
        IERC20Metadata token_,
        Sources memory from,
        uint64 minimumPayment_,
        uint8 curesPerYear_
    ) Governed(authority_) {
        token = token_;
        (REGISTRY, RISK, ORACLE) = (from.registry, from.risk, from.oracle);
        UNIT_SCALE = LedgerUnits.unitOf(token_);
        (MINIMUM_PAYMENT, CURES_PER_YEAR) = (minimumPayment_, curesPerYear_);
    }

    // ---- Settling -----------------------------------------------------------------------------

    /// @inheritdoc ILoanBook
    function settle(uint32 laneId, bytes32[] calldata words) external nonReentrant {
        if (!_book.relayers[laneId][msg.sender]) revert NotRelayer(laneId, msg.sender);
        if (words.length > MAX_WORDS) revert BatchTooLarge(words.length);
        (uint256 at, uint256 end) = words.span();
        // What is read beyond the last word is zero then, and no word.
        if (end != msg.data.length) revert WordsNotLast();
        LaneWords storage lane = _book.sums[laneId];
        Batch memory batch = Batches.start(laneId, lane.sequence(), words.length);
        while (at < end) {
            _book.turnTo(batch, Words.load(at));
            uint256 next = _collectAll(batch, at);
            at = next == at ? _settleOne(batch, words, at) : next;
        }
        batch.saveLoan();
        _book.savePage(batch);
        uint32 sequence = uint32(batch.sequence) + 1;
        lane.book(batch.tally, block.timestamp, sequence);
        if (batch.tally.paid != 0) lane.discharge(uint64(batch.tally.paid));
        uint256 count = words.length - batch.cardWords;
        batch.results.cut(count);
        emit BatchSettled(laneId, sequence, words.hash(), uint16(count), batch.results);
    }

    /// @dev The quick way: collects from one open loan after another while words ask for nothing
    /// else, with unused ids on the page at hand. Returns the place of the first word left: it asks
    /// for something else, or for a closer look. Conditions are joined by bits and signs, because a
    /// jump costs more than what it would save.
    function _collectAll(Batch memory batch, uint256 at) private returns (uint256) {
        unchecked {
            if (batch.hasLoan()) return _collectGroup(batch, at);
            (uint256 page, uint256 bits) = (batch.page, batch.bits);
            uint256 tally;
            Word word = Words.load(at);
            while (word.strays(page) | word.used(bits) == 0) {
                uint256 slot = Slots.slotOf(_book.hot, batch.firstId | word.loan());
                Word next = Words.load(at + 32);
                if (word.isOfSameLoan(next)) {
                    batch.take(slot);
                    batch.bits = bits;
                    at = _collectGroup(batch, at);
                    bits = batch.bits;
                    break;
                }
                (LoanWord loan, uint256 interest) = Slots.read(slot).due();
                uint256 paid = word.amount();
                uint256 signs = loan.signOf(paid) | paid - MINIMUM_PAYMENT | paid - interest
                    | gasleft() - Batches.WORD_GAS;
                if (int256(signs) < 0) break;
                Slots.write(slot, loan.lessPaid(paid));
                tally += paid + ((paid - interest) * loan.rateBps() << 128);
                bits |= word.mark();
                at += 32;
                word = next;
            }
            batch.bits = bits;
            batch.tally.paid += uint128(tally);
            batch.tally.slopes += tally >> 128;
            return at;
        }
    }

    /// @dev The same for words side by side that collect from the loan at hand. Payments of one
    /// moment add up, so they are booked as one, and the loan is written once.
    function _collectGroup(Batch memory batch, uint256 at) private returns (uint256) {
        unchecked {
            (LoanWord loan, uint256 interest) = batch.loan.due();
            // Less than ends the debt; of a fraction of a unit alone nothing is paid here.
            uint256 most = Math.min(loan.prefunded(), Math.saturatingSub(loan.principal(), 1));
            uint256 left = most;
            uint256 bits = batch.bits;
            Word word = Words.load(at);
            uint256 other = word.strays(batch.page);
            while (other | word.used(bits) == 0) {
                uint256 amount = word.amount();
                uint256 rest = left - amount;
                if (int256(rest | amount - MINIMUM_PAYMENT | gasleft() - Batches.WORD_GAS) < 0) {
                    break;
                }
                left = rest;
                bits |= word.mark();
                at += 32;
                Word next = Words.load(at);
                other = word.differsFrom(next);
                word = next;
            }
            batch.bits = bits;
            if (left == most) return at;
            batch.loan = loan.lessPayment(batch.tally, most - left, interest);
            if (Words.hasOtherLoan(other)) batch.saveLoan();
            return at;
        }
    }

    /// @dev Skips a used id; otherwise applies the operation that begins at `at` and spends its id
    /// (rule S2). Returns the place after it.
    function _settleOne(Batch memory batch, bytes32[] calldata words, uint256 at)
        private
        returns (uint256)
    {
        Word word = Words.load(at);
        uint256 i = words.indexOf(at);
        uint256 end = words.endOf(i);
        uint256 result = uint256(OperationResult.Skipped);
        if (word.used(batch.bits) == 0) {
            if (gasleft() < Batches.WORD_GAS) revert BatchGasTooLow(i);
            _book.loanOf(batch, word);
            uint256 failure = uint256(_apply(batch, words[i:end], i));
            result = uint256(OperationResult.Applied);
            batch.bits |= word.mark();
            if (failure != 0) {
                result = uint256(OperationResult.Failed);
                _book.noteFailure(batch, word, failure);
            }
        }
        if (result != uint256(OperationResult.Applied)) {
            batch.results.set(i - batch.cardWords, result);
        }
        batch.cardWords += end - i - 1;
        if (end == words.length || words.wordAt(end).loan() != word.loan()) batch.saveLoan();
        return at + (end - i << 5);
    }

    /// @dev Applies an operation, or says why not and changes nothing.
    function _apply(Batch memory batch, bytes32[] calldata words, uint256 i)
        private
        returns (OperationFailure failure)
    {
        Word word = words.wordAt(0);
        OperationKind kind = word.kind();
        if (kind == OperationKind.None) return OperationFailure.UnknownKind;
        LoanStatus status = batch.loan.status();
        if (status == LoanStatus.None) return OperationFailure.UnknownLoan;
        bool closing = kind == OperationKind.Close;
        if (status != (closing ? LoanStatus.Repaid : LoanStatus.Open)) {
            return OperationFailure.WrongStatus;
        }
        if (kind == OperationKind.Collect) {
            (batch.loan, failure) = batch.loan.collect(batch.tally, word.amount(), MINIMUM_PAYMENT);
            return failure;
        }
        bytes32[] calldata card = words[1:];
        MarkWord marks = _book.marks[batch.loanId()];
        if (!marks.covers(card)) return OperationFailure.CardMismatch;
        if (closing) return batch.close(card, i);
        return _book.charge(batch, marks, card, word.amount(), ORACLE);
    }

    // ---- Paying -------------------------------------------------------------------------------

    /// @inheritdoc ILoanBook
    function repay(uint64 loanId, uint64 maxAmount) external nonReentrant returns (uint64) {
        LoanWord loan = _book.hot[loanId];
        if (!loan.isOpen()) return Calling.repay(_book, _market(), loanId, maxAmount);
        uint256 debt = loan.debtUp(loan.interestScaled(block.timestamp));
        uint64 paid = uint64(maxAmount < debt ? maxAmount : debt);
        if (paid < MINIMUM_PAYMENT && paid < debt) revert AmountTooSmall(paid, MINIMUM_PAYMENT);
        Tally memory tally;
        // Cash that has just been set aside is collected at once.
        (_book.hot[loanId],) = loan.withPrefunded(paid).collect(tally, paid, MINIMUM_PAYMENT);
        uint32 laneId = loanId.laneOf();
        uint256 sums = _book.sums[laneId].bookOne(tally, block.timestamp);
        emit Repaid(loanId, msg.sender, uint32(sums), paid);
        _pull(LoanStore.derive(Slots.till(sums, laneId), ESCROW_CODE_HASH), paid);
        return paid;
    }

    /// @inheritdoc ILoanBook
    function prefund(uint64 loanId, uint64 amount) external nonReentrant {
        LoanWord loan = _loanOf(loanId);
        LoanStatus status = loan.status();
        if (status != LoanStatus.Open) revert WrongStatus(loanId, status);
        if (amount < MINIMUM_PAYMENT) revert AmountTooSmall(amount, MINIMUM_PAYMENT);
        _book.hot[loanId] = loan.withPrefunded(amount);
        uint32 laneId = loanId.laneOf();
        LaneWords storage lane = _book.sums[laneId];
        lane.owe(amount);
        emit Prefunded(loanId, msg.sender, lane.nextSequence(), amount);
        _pull(tillOf(laneId), amount);
    }

    /// @inheritdoc ILoanBook
    function withdrawPrefunded(uint64 loanId, uint64 amount, bytes32[] calldata card)
        external
        nonReentrant
    {
        Handover.withdraw(_book, _market(), loanId, amount, card);
    }

    /// @inheritdoc ILoanBook
    function close(uint64 loanId, bytes32[] calldata card) external nonReentrant {
        LoanWord loan = _loanOf(loanId);
        LoanStatus status = loan.status();
        if (status != LoanStatus.Repaid) revert WrongStatus(loanId, status);
        _book.hot[loanId] = loan.withStatus(LoanStatus.Closed);
        LaneWords storage lane = _book.sums[loanId.laneOf()];
        lane.setSequence(Handover.release(_book, _market(), loanId, lane.sequence(), card));
    }

    /// @inheritdoc ILoanBook
    function release(uint64 loanId, uint32 sequence, bytes32[] calldata card)
        external
        returns (uint32)
    {
        if (msg.sender != address(this)) revert NotSelf(msg.sender);
        return Handover.release(_book, _market(), loanId, sequence, card);
    }

    // ---- Servicing ----------------------------------------------------------------------------

    function pay(uint64 loanId, uint64 amount, bytes32[] calldata card) external nonReentrant {
        Servicing.pay(_book, _market(), loanId, amount, card);
    }

    function sweep(uint64 loanId, bytes32[] calldata card) external nonReentrant returns (uint64) {
        return Servicing.sweep(_book, _market(), loanId, card);
    }

    function collect(uint64 loanId, uint64 amount, bytes32[] calldata card) external nonReentrant {
        Servicing.collect(_book, _market(), loanId, amount, card);
    }

    function charge(uint64 loanId, uint16 index, bytes32[] calldata card) external nonReentrant {
        Servicing.charge(_book, ORACLE, loanId, index, card);
    }

    function topUp(uint64 loanId, uint128 lrtAmount, bytes32[] calldata card)
        external
        nonReentrant
    {
        Servicing.topUp(_book, _market(), loanId, lrtAmount, card);
    }

    function topUpAsset(uint64 loanId, ValueProof calldata, bytes32[] calldata)
        external
        nonReentrant
    {
        Servicing.topUpAsset(_book, _market(), loanId, msg.data);
    }

    // ---- Borrowing: what a pause of new borrowing stops ---------------------------------------

    /// @inheritdoc ILoanBook
    function open(LoanTerms calldata, bytes calldata, ValueProof[] calldata)
        external
        nonReentrant
        returns (uint64)
    {
        return Borrowing.open(_book, _market(), msg.data);
    }

    /// @inheritdoc ILoanBook
    function amend(
        LoanChange calldata,
        bytes calldata,
        ValueProof[] calldata,
        bytes32[] calldata
    ) external nonReentrant {
        Amending.amend(_book, _market(), msg.data);
    }

    // ---- Calling and selling ------------------------------------------------------------------

    /// @inheritdoc ILoanBook
    /// @dev It asks the guard and need not set it: a call asks others by static calls alone.
    function call(uint64, ValueProof[] calldata, ValueProof[] calldata, bytes32[] calldata)
        external
        nonReentrantView
    {
        Calling.call(_book, REGISTRY, RISK, ORACLE, CURES_PER_YEAR, msg.data);
    }

    /// @inheritdoc ILoanBook
    function callOverdue(uint64, ValueProof[] calldata, bytes32[] calldata)
        external
        nonReentrantView
    {
        Calling.callOverdue(_book, Sources(REGISTRY, RISK, ORACLE), CURES_PER_YEAR, msg.data);
    }

    /// @inheritdoc ILoanBook
    function cure(uint64 loanId, uint64 amount, ValueProof[] calldata, bytes32[] calldata)
        external
        nonReentrant
    {
        Calling.cure(_book, _market(), loanId, amount, msg.data);
    }

    /// @inheritdoc ISales
    function startAuction(uint64 loanId, uint64 stoppedSeconds, bytes32[] calldata card)
        external
        nonReentrantView
    {
        _requireAuctionHouse();
        LoanWord loan = _loanOf(loanId);
        LoanStatus status = loan.status();
        if (status != LoanStatus.Called) revert WrongStatus(loanId, status);
        _requireCard(loanId, card);
        (, uint96 tokens) = Cards.lrtOf(card);
        // Restaking tokens that broke their price band have no cure window (rule V6).
        bool atOnce = tokens != 0 && loan.unpack().callReason == CallReason.Band;
        uint256 until = atOnce ? 0 : loan.cureUntil(Cards.cureWindowOf(card), stoppedSeconds);
        if (block.timestamp < until) revert CureWindowOpen(loanId, uint64(until));
        _book.hot[loanId] = loan.withStatus(LoanStatus.Auctioned);
        emit LoanAuctioned(loanId, _book.sums[loanId.laneOf()].nextSequence());
    }

    /// @inheritdoc ISales
    function applySale(
        uint64 loanId,
        uint256 tokenId,
        uint128 lrtAmount,
        address buyer,
        uint64 proceeds,
        uint256 lots,
        bytes32[] calldata card
    ) external nonReentrant returns (LoanStatus) {
        _requireAuctionHouse();
        Sale memory sale = Sale(tokenId, lrtAmount, buyer, proceeds, lots);
        return Selling.sell(_book, address(REGISTRY), ESCROW_CODE_HASH, loanId, sale, card);
    }

    // ---- Claims and shortfalls ----------------------------------------------------------------

    function claim(uint32 laneId) external nonReentrant returns (uint64 amount) {
        return Handover.claim(_book, _market(), laneId);
    }

    function payShortfall(address borrower, uint32 laneId, uint64 amount) external nonReentrant {
        uint64 shortfall = _book.shortfalls[borrower];
        if (amount > shortfall) revert AmountTooLarge(amount, shortfall);
        if (amount == 0) revert AmountTooSmall(0, 1);
        _book.requireLane(laneId);
        _book.shortfalls[borrower] = shortfall - amount;
        uint32 sequence = _book.sums[laneId].move(int256(uint256(amount)));
        emit ShortfallPaid(borrower, laneId, sequence, amount);
        _pull(tillOf(laneId), amount);
    }

    // ---- Pool and governor --------------------------------------------------------------------

    function fundLane(uint32 laneId, uint64 amount) external nonReentrant {
        _requirePool(laneId);
        uint32 sequence = _book.sums[laneId].move(int256(uint256(amount)));
        emit CashMoved(laneId, sequence, int64(amount));
    }

    function defundLane(uint32 laneId, uint64 amount) external nonReentrant {
        _requirePool(laneId);
        LaneWords storage lane = _book.sums[laneId];
        uint64 available = lane.free();
        if (amount > available) revert LaneShortOfCash(laneId, available);
        emit CashMoved(laneId, lane.move(-int256(uint256(amount))), -int64(amount));
        _send(laneId, msg.sender, amount);
    }

    function addLane() external restricted returns (uint32 laneId) {
        return Tills.add(_book);
    }

    function wire(address pool_, address auctionHouse_) external restricted {
        if (_book.pool != address(0)) revert AlreadyWired();
        (_book.pool, _book.auctionHouse) = (pool_, auctionHouse_);
        emit Wired(pool_, auctionHouse_);
    }

    function setRelayer(uint32 laneId, address relayer, bool active) external restricted {
        _book.requireLane(laneId);
        _book.relayers[laneId][relayer] = active;
        emit RelayerSet(laneId, relayer, active);
    }

    // ---- Views --------------------------------------------------------------------------------

    function isOverdue(uint64 loanId, bytes32[] calldata card) external view returns (bool) {
        LoanState memory loan = _book.hot[loanId].unpack();
        if (loan.status == LoanStatus.None) return false;
        Card memory terms = _cardOf(loanId, card);
        return terms.isOverdue(loan, terms.cutoff(ORACLE, 0), block.timestamp);
    }

    function cureUntilOf(uint64 loanId, bytes32[] calldata card) external view returns (uint64) {
        LoanWord loan = _loanOf(loanId);
        _requireCard(loanId, card);
        return uint64(loan.cureUntil(Cards.cureWindowOf(card), ORACLE.stoppedSeconds()));
    }

    // ---- Inside -------------------------------------------------------------------------------

    function _market() internal view override returns (Market memory) {
        Sources memory from = Sources(REGISTRY, RISK, ORACLE);
        return Market(from, token, UNIT_SCALE, MINIMUM_PAYMENT, CURES_PER_YEAR, ESCROW_CODE_HASH);
    }

    function _requireAuctionHouse() private view {
        if (msg.sender != _book.auctionHouse) revert NotAuctionHouse(msg.sender);
    }

    function _requirePool(uint32 laneId) private view {
        if (msg.sender != _book.pool) revert NotPool(msg.sender);
        _book.requireLane(laneId);
    }

    /// @dev From the payer straight to the lane's till.
    function _pull(address till, uint64 amount) private {
        // Below 2^64 times a scale that was bounded when it was set.
        unchecked {
            token.safeTransferFrom(msg.sender, till, amount * UNIT_SCALE);
        }
    }

    function _send(uint32 laneId, address to, uint64 amount) private {
        ILane(tillOf(laneId)).sendToken(address(token), to, amount * UNIT_SCALE);
    }
}
