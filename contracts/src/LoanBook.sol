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
/// @dev What is called often is here, the rest in libraries linked at deployment (rule L6), which
/// run on this contract's one struct of storage, `Book`. Large arguments are not decoded to be
/// encoded again: such an entry point leaves them unnamed and hands on `msg.data`, which
/// `Arguments` reads after the decoder here has checked it. Every entry point checks, changes,
/// emits, and moves tokens last; `ILoanBook` describes what they do, raise and keep to. Bases:
/// `LoanViews`, `Stewardship`.
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

    /// @dev Most words of a batch. Their bytes fill 32 KiB, for which a node's pool counts a
    /// transaction once.
    uint256 private constant MAX_WORDS = 1_000;

    /// @notice The stablecoin in which this market lends and is repaid.
    IERC20 public immutable token;
    /// @dev Where assets are, which other markets share (rule A3).
    IAssetRegistry private immutable REGISTRY;
    /// @dev Terms, rates and caps of the classes.
    IRiskTerms private immutable RISK;
    /// @dev Values by round, the guardian's pause, and the clock of both.
    IValuationOracle private immutable ORACLE;
    /// @dev Base units of the token in one ledger unit: 1 to 10^30.
    uint256 private immutable UNIT_SCALE;
    /// @dev Ledger units: smallest payment that leaves a debt, and smallest principal (rule D1).
    uint64 private immutable MINIMUM_PAYMENT;
    /// @dev A call within a year of as many cures has no cure window (rule C2).
    uint8 private immutable CURES_PER_YEAR;

    /// @notice Makes the book of a new market; `wire` names its pool and auction house later.
    /// @param authority_ Access manager whose roles may call what is restricted, for good.
    /// @param token_ Stablecoin, with at most 36 decimals (else `TooManyDecimals`).
    /// @param from Registry, risk terms and oracle.
    /// @param minimumPayment_ Ledger units.
    /// @param curesPerYear_ Cures within a year after which a call has no window.
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
    /// @dev Collections that stand side by side go the quick way, everything else word by word.
    /// What the batch does to its lane is tallied in memory and written once: a loan that changed,
    /// a page of 256 ids and the lane's sums cost a write each, however many words are for them.
    /// Collecting moves no cash: what was owed to borrowers becomes the pool's. The batch's own
    /// event is numbered after those of the loans that it closed.
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
    /// else, with unused ids on the page at hand. Conditions are joined by bits and signs, because
    /// a jump costs more than what it would save: a difference that is negative has its highest bit
    /// set. So a word is left to `_settleOne` that asks for more than is prefunded, would end the
    /// debt, is below the minimum, leaves interest unpaid, or meets too little gas.
    ///
    /// Nothing overflows unchecked: what is paid is below 2^56 and its slope below 2^72, so that
    /// sums of a thousand fit the two halves of `tally`, ledger units below and `Σ Δp·r` above.
    /// @param batch What is at hand; its page is that of the word at `at`.
    /// @param at Place of a word in the calldata.
    /// @return Place of the first word left: it asks for something else, or for a closer look.
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
    /// moment add up (I-16), so they are booked as one, and the loan is written once.
    /// @param batch With a loan at hand, which is laid down if it was collected from and the first
    /// word left is for another.
    /// @param at Place of the first of these words in the calldata.
    /// @return Place of the first word left; `at` when not even the first is for the quick way.
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
    /// (rule S2), also when it fails: a retry takes a new one. Reverts with `BatchGasTooLow` when
    /// less gas is left than a word may take, rather than let it fail for want of gas (rule S3).
    /// @param batch Its results begin as applied for all words; others are written here.
    /// @param words All words of the batch.
    /// @param at Place of the operation's word in the calldata.
    /// @return Place after the operation and its card.
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

    /// @dev Applies an operation, or says why not and changes nothing (I-29).
    /// @param batch With the operation's loan at hand.
    /// @param words Its word and what follows as its card.
    /// @param i Its place among the batch's words, for `BatchGasTooLow`.
    /// @return failure `None` when it was applied.
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
    /// @dev An open loan is paid here by the maths of `settle`; one that is called or in auction
    /// has more to it. That the collect gives no failure was seen to: `paid` is at most prefunded
    /// and debt, and less than the minimum only where it ends the debt. The lane's sums, just
    /// written, also say which escrow is its till: nothing more is read.
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
    /// @dev A lane's cash is kept as what it owes and what is free: owing more books the cash too.
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
    /// @dev Of the lane's cash only what it owes to this borrower leaves it (rules D6, L3).
    function withdrawPrefunded(uint64 loanId, uint64 amount, bytes32[] calldata card)
        external
        nonReentrant
    {
        Handover.withdraw(_book, _market(), loanId, amount, card);
    }

    /// @inheritdoc ILoanBook
    /// @dev Closed before anything moves: what a token calls finds nothing left to return.
    function close(uint64 loanId, bytes32[] calldata card) external nonReentrant {
        LoanWord loan = _loanOf(loanId);
        LoanStatus status = loan.status();
        if (status != LoanStatus.Repaid) revert WrongStatus(loanId, status);
        _book.hot[loanId] = loan.withStatus(LoanStatus.Closed);
        LaneWords storage lane = _book.sums[loanId.laneOf()];
        lane.setSequence(Handover.release(_book, _market(), loanId, lane.sequence(), card));
    }

    /// @inheritdoc ILoanBook
    /// @dev Not guarded: `settle`, which holds the guard, calls it from outside.
    function release(uint64 loanId, uint32 sequence, bytes32[] calldata card)
        external
        returns (uint32)
    {
        if (msg.sender != address(this)) revert NotSelf(msg.sender);
        return Handover.release(_book, _market(), loanId, sequence, card);
    }

    // ---- Servicing ----------------------------------------------------------------------------

    /// @inheritdoc ILoanBook
    /// @dev What is due follows from the card; so it is compared with its hash before anything
    /// else.
    function pay(uint64 loanId, uint64 amount, bytes32[] calldata card) external nonReentrant {
        Servicing.pay(_book, _market(), loanId, amount, card);
    }

    /// @inheritdoc ILoanBook
    /// @dev As `pay`, from a contract that the lane's escrow makes at the first sweep (rule L1).
    function sweep(uint64 loanId, bytes32[] calldata card) external nonReentrant returns (uint64) {
        return Servicing.sweep(_book, _market(), loanId, card);
    }

    /// @inheritdoc ILoanBook
    /// @dev As a word of `settle` would, with the same reasons for none (rule S1).
    function collect(uint64 loanId, uint64 amount, bytes32[] calldata card) external nonReentrant {
        Servicing.collect(_book, _market(), loanId, amount, card);
    }

    /// @inheritdoc ILoanBook
    /// @dev No cash moves; the oracle says up to when grace has run (rule C5).
    function charge(uint64 loanId, uint16 index, bytes32[] calldata card) external nonReentrant {
        Servicing.charge(_book, ORACLE, loanId, index, card);
    }

    /// @inheritdoc ILoanBook
    /// @dev The new card's hash is kept before the tokens come.
    function topUp(uint64 loanId, uint128 lrtAmount, bytes32[] calldata card)
        external
        nonReentrant
    {
        Servicing.topUp(_book, _market(), loanId, lrtAmount, card);
    }

    /// @inheritdoc ILoanBook
    /// @dev As `topUp`; the registry moves the asset, and asks whether it is active (rule A3).
    function topUpAsset(uint64 loanId, ValueProof calldata, bytes32[] calldata)
        external
        nonReentrant
    {
        Servicing.topUpAsset(_book, _market(), loanId, msg.data);
    }

    // ---- Borrowing: what a pause of new borrowing stops ---------------------------------------

    /// @inheritdoc ILoanBook
    /// @dev Terms, signature and proofs are read where they lie in the calldata.
    function open(LoanTerms calldata, bytes calldata, ValueProof[] calldata)
        external
        nonReentrant
        returns (uint64)
    {
        return Borrowing.open(_book, _market(), msg.data);
    }

    /// @inheritdoc ILoanBook
    /// @dev As `open`. What is released and drawn leaves after the loan is written.
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
    /// @dev As `call`.
    function callOverdue(uint64, ValueProof[] calldata, bytes32[] calldata)
        external
        nonReentrantView
    {
        Calling.callOverdue(_book, Sources(REGISTRY, RISK, ORACLE), CURES_PER_YEAR, msg.data);
    }

    /// @inheritdoc ILoanBook
    /// @dev The payment counts before the collateral is weighed, and is taken after it.
    function cure(uint64 loanId, uint64 amount, ValueProof[] calldata, bytes32[] calldata)
        external
        nonReentrant
    {
        Calling.cure(_book, _market(), loanId, amount, msg.data);
    }

    /// @inheritdoc ISales
    /// @dev As `call`; the auction house brings the oracle's seconds, which it has read already. Of
    /// a loan called for a broken band only the restaking tokens are sold at once: the auction
    /// house starts the clock of its assets no sooner than the cure window ends (rule V6).
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
    /// @dev A buyer's callback comes after this has returned: it may use the book.
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

    /// @inheritdoc ILoanBook
    /// @dev Pulled, never pushed: a party that cannot be paid holds up nobody else (rule L5).
    function claim(uint32 laneId) external nonReentrant returns (uint64 amount) {
        return Handover.claim(_book, _market(), laneId);
    }

    /// @inheritdoc ILoanBook
    /// @dev A shortfall is its party's in all lanes: with nonces spent and cash claimed kept by
    /// lane, this is all that one party's calls on two lanes share here (rule L1).
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

    /// @inheritdoc IStewardship
    /// @dev The cast cannot cut: sums that would hold 2^55 or more are refused with `LaneFull`.
    function fundLane(uint32 laneId, uint64 amount) external nonReentrant {
        _requirePool(laneId);
        uint32 sequence = _book.sums[laneId].move(int256(uint256(amount)));
        emit CashMoved(laneId, sequence, int64(amount));
    }

    /// @inheritdoc IStewardship
    /// @dev What others own and what lies aside is not at hand (rules L3, L5). Less than 2^55 is,
    /// so that no cast cuts.
    function defundLane(uint32 laneId, uint64 amount) external nonReentrant {
        _requirePool(laneId);
        LaneWords storage lane = _book.sums[laneId];
        uint64 available = lane.free();
        if (amount > available) revert LaneShortOfCash(laneId, available);
        emit CashMoved(laneId, lane.move(-int256(uint256(amount))), -int64(amount));
        _send(laneId, msg.sender, amount);
    }

    /// @inheritdoc IStewardship
    /// @dev Its first escrow is made here, at an address that follows from its number (CREATE2).
    function addLane() external restricted returns (uint32 laneId) {
        return Tills.add(_book);
    }

    /// @inheritdoc IStewardship
    /// @dev Before it nobody brings a lane cash, so that nothing can be drawn, and nothing is sold.
    function wire(address pool_, address auctionHouse_) external restricted {
        if (_book.pool != address(0)) revert AlreadyWired();
        (_book.pool, _book.auctionHouse) = (pool_, auctionHouse_);
        emit Wired(pool_, auctionHouse_);
    }

    /// @inheritdoc IStewardship
    /// @dev A relayer has no power over a loan that its parties do not have themselves (rule S1).
    function setRelayer(uint32 laneId, address relayer, bool active) external restricted {
        _book.requireLane(laneId);
        _book.relayers[laneId][relayer] = active;
        emit RelayerSet(laneId, relayer, active);
    }

    // ---- Views --------------------------------------------------------------------------------

    /// @inheritdoc ILoanViews
    /// @dev A comparison, never a state (rule D5); grace by the oracle's clock, pauses left out
    /// (C5).
    function isOverdue(uint64 loanId, bytes32[] calldata card) external view returns (bool) {
        LoanState memory loan = _book.hot[loanId].unpack();
        if (loan.status == LoanStatus.None) return false;
        Card memory terms = _cardOf(loanId, card);
        return terms.isOverdue(loan, terms.cutoff(ORACLE, 0), block.timestamp);
    }

    /// @inheritdoc ILoanViews
    /// @dev A call that needed no oracle runs on without its seconds (rule V4).
    function cureUntilOf(uint64 loanId, bytes32[] calldata card) external view returns (uint64) {
        LoanWord loan = _loanOf(loanId);
        _requireCard(loanId, card);
        return uint64(loan.cureUntil(Cards.cureWindowOf(card), ORACLE.stoppedSeconds()));
    }

    // ---- Inside -------------------------------------------------------------------------------

    /// @dev The immutables, for libraries: their code is not this contract's and cannot read them.
    function _market() internal view override returns (Market memory) {
        Sources memory from = Sources(REGISTRY, RISK, ORACLE);
        return Market(from, token, UNIT_SCALE, MINIMUM_PAYMENT, CURES_PER_YEAR, ESCROW_CODE_HASH);
    }

    /// @dev Reverts with `NotAuctionHouse`; before `wire`, for everybody.
    function _requireAuctionHouse() private view {
        if (msg.sender != _book.auctionHouse) revert NotAuctionHouse(msg.sender);
    }

    /// @dev Reverts with `NotPool` for all but the pool, and for a lane that does not exist.
    function _requirePool(uint32 laneId) private view {
        if (msg.sender != _book.pool) revert NotPool(msg.sender);
        _book.requireLane(laneId);
    }

    /// @dev From the payer straight to the lane's till; the last step of a call. The books hold
    /// what was asked for, whatever a balance says (rule L3); a token that fails undoes all.
    /// @param till Escrow that takes the lane's cash.
    /// @param amount Ledger units; already booked.
    function _pull(address till, uint64 amount) private {
        // Below 2^64 times a scale that was bounded when it was set.
        unchecked {
            token.safeTransferFrom(msg.sender, till, amount * UNIT_SCALE);
        }
    }

    /// @dev Out of the lane's till, which obeys the book alone (rule L6).
    /// @param amount Ledger units; already booked.
    function _send(uint32 laneId, address to, uint64 amount) private {
        ILane(tillOf(laneId)).sendToken(address(token), to, amount * UNIT_SCALE);
    }
}
