// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Amending} from "./book/Amending.sol";
import {Borrowing} from "./book/Borrowing.sol";
import {Calling} from "./book/Calling.sol";
import {Handover} from "./book/Handover.sol";
import {Book, LoanStore, Market} from "./book/LoanStore.sol";
import {Sale, Selling} from "./book/Selling.sol";
import {Servicing} from "./book/Servicing.sol";
import {Governed} from "./Governed.sol";
import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import "./interfaces/ILoanBook.sol";
import {IRiskTerms} from "./interfaces/IRiskTerms.sol";
import {ISales} from "./interfaces/ISales.sol";
import {IValuationOracle, ValueProof} from "./interfaces/IValuationOracle.sol";
import {Lane} from "./Lane.sol";
import {Cards, MarkWord} from "./libraries/Cards.sol";
import {LedgerUnits} from "./libraries/LedgerUnits.sol";
import {LoanMath} from "./libraries/LoanMath.sol";
import {LoanWord, Tally} from "./libraries/Payments.sol";
import {Schedule} from "./libraries/Schedule.sol";
import {LaneWords, Slots} from "./libraries/Slots.sol";
import {Sources} from "./libraries/Underwriter.sol";
import {Word, Words} from "./libraries/Words.sol";
import {Stewardship} from "./Stewardship.sol";

/// @title The loan book
/// @notice Everything that an operation writes is keyed by loan, lane or party (rule L1): two
/// operations on different lanes, for different parties, share no slot.
/// @dev What is called often is here, the rest in libraries linked at deployment (rule L6). Every
/// entry point checks, changes, emits, and moves tokens last; `ILoanBook` describes what they do.
contract LoanBook is Stewardship {
    using LoanMath for LoanState;
    using LoanStore for Book;
    using SafeERC20 for IERC20;
    using Schedule for Card;
    using Slots for LoanWord;
    using Words for bytes;
    using Words for bytes32[];
    using Words for uint64;
    using Words for uint256;

    /// @dev A batch on its way: the loan and the page of result bits at hand, and what it has done
    /// to the lane. They are written back when the batch leaves them. Whole words: no masks.
    struct Batch {
        uint256 firstId;
        uint256 loanId;
        uint256 loanSlot;
        LoanWord loan;
        LoanWord storedLoan;
        uint256 page;
        uint256 bits;
        uint256 storedBits;
        uint256 sequence;
        Tally tally;
    }

    uint256 private constant MAX_WORDS = 400;
    /// @dev Worst-case gas of one word, what ends the batch included; see Settle.t.sol.
    uint256 private constant WORD_GAS = 150_000;
    uint256 private constant RELEASE_GAS_PER_ITEM = 80_000;

    IERC20 public immutable token;
    IAssetRegistry public immutable registry;
    IRiskTerms public immutable risk;
    IValuationOracle public immutable oracle;
    /// @notice Base units of the token in one ledger unit.
    uint256 public immutable unitScale;
    /// @notice Smallest payment that does not end a debt, and smallest principal; ledger units.
    uint64 public immutable minimumPayment;
    /// @notice Cures within a year after which a call has no cure window.
    uint8 public immutable curesPerYear;
    bytes32 private immutable ESCROW_CODE_HASH;

    constructor(
        IAccessManager authority_,
        IERC20Metadata token_,
        Sources memory from,
        uint64 minimumPayment_,
        uint8 curesPerYear_
    ) Governed(authority_) {
        token = token_;
        (registry, risk, oracle) = (from.registry, from.risk, from.oracle);
        unitScale = LedgerUnits.unitOf(token_);
        (minimumPayment, curesPerYear) = (minimumPayment_, curesPerYear_);
        ESCROW_CODE_HASH = keccak256(type(Lane).creationCode);
    }

    // ---- Settling -----------------------------------------------------------------------------

    /// @inheritdoc ILoanBook
    function settle(uint32 laneId, bytes32[] calldata words) external nonReentrant {
        if (!_book.relayers[laneId][msg.sender]) revert NotRelayer(laneId, msg.sender);
        if (words.length > MAX_WORDS) revert BatchTooLarge(words.length);
        LaneWords storage lane = _book.sums[laneId];
        Batch memory batch;
        (batch.firstId, batch.page) = (uint256(laneId) << 40, type(uint256).max);
        batch.sequence = lane.sequence();
        bytes memory results = Words.allApplied(words.length);
        uint256 count;
        for (uint256 i; i < words.length; ++count) {
            uint256 end = words.wordAt(i).isCollect() ? i + 1 : words.endOf(i);
            uint256 result = _settleOnce(batch, words, i, end);
            if (result != uint256(OperationResult.Applied)) results.set(count, result);
            i = end;
        }
        _saveLoan(batch);
        _savePage(batch);
        uint32 sequence = uint32(batch.sequence) + 1;
        lane.book(batch.tally, block.timestamp, sequence);
        if (batch.tally.paid != 0) lane.discharge(uint64(batch.tally.paid));
        results.cut(count);
        emit BatchSettled(laneId, sequence, words.hash(), uint16(count), results);
    }

    /// @dev Skips a used id; otherwise applies the operation that ends at `end` and spends its id
    /// (rule S2). Returns the two bits of result.
    function _settleOnce(Batch memory batch, bytes32[] calldata words, uint256 i, uint256 end)
        private
        returns (uint256)
    {
        Word word = words.wordAt(i);
        uint256 operationId = batch.firstId | word.operation();
        (uint256 page, uint256 shift) = operationId.placeOf();
        if (page != batch.page) _turnTo(batch, page);
        if (batch.bits >> shift & 3 != 0) return uint256(OperationResult.Skipped);
        if (gasleft() < WORD_GAS) revert BatchGasTooLow(i);
        uint256 loanId = batch.firstId | word.loan();
        if (loanId != batch.loanId) _take(batch, loanId);
        uint256 failure;
        if (word.isCollect() && batch.loan.isOpen()) {
            (batch.loan, failure) = batch.loan.collect(batch.tally, word.amount(), minimumPayment);
        } else {
            failure = uint256(_apply(batch, words[i:end], i));
        }
        uint256 result = uint256(OperationResult.Applied);
        if (failure != 0) {
            result = uint256(OperationResult.Failed);
            _noteFailure(operationId, failure);
        }
        batch.bits |= result << shift;
        return result;
    }

    function _noteFailure(uint256 operationId, uint256 failure) private {
        uint64 id = uint64(operationId);
        emit OperationFailed(id.laneOf(), id, OperationFailure(failure));
    }

    /// @dev Applies an operation other than the collection of an open loan, or says why not and
    /// changes nothing.
    function _apply(Batch memory batch, bytes32[] calldata words, uint256 i)
        private
        returns (OperationFailure)
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
        bytes32[] calldata card = words[1:];
        MarkWord marks = _book.marks[uint64(batch.loanId)];
        if (!marks.covers(card)) return OperationFailure.CardMismatch;
        if (closing) return _settleClose(batch, card, i);
        return _settleCharge(batch, marks, card, word.amount());
    }

    /// @dev The late fee of a due date missed beyond grace, once (rules S1, D2).
    function _settleCharge(
        Batch memory batch,
        MarkWord marks,
        bytes32[] calldata words,
        uint256 index
    ) private returns (OperationFailure) {
        Card memory card = Cards.read(words);
        OperationFailure failure = card.chargeable(
            batch.loan.unpack(), marks.chargedThrough(), index, block.timestamp
        );
        if (failure != OperationFailure.None) return failure;
        _book.marks[uint64(batch.loanId)] = marks.withCharged(index);
        batch.loan = batch.loan.charge(batch.tally, card.lateFee());
        return OperationFailure.None;
    }

    /// @dev The book calls itself, so that a failing transfer undoes this operation alone.
    function _settleClose(Batch memory batch, bytes32[] calldata card, uint256 i)
        private
        returns (OperationFailure)
    {
        // What a card holds beside terms is released; restaking tokens are two words of it.
        uint256 items = card.length - 1;
        if (gasleft() < WORD_GAS + items * RELEASE_GAS_PER_ITEM) revert BatchGasTooLow(i);
        uint64 loanId = uint64(batch.loanId);
        try this.release(loanId, uint32(batch.sequence), card) returns (uint32 sequence) {
            batch.sequence = sequence;
            batch.loan = batch.loan.withStatus(LoanStatus.Closed);
            return OperationFailure.None;
        } catch {
            return OperationFailure.TransferFailed;
        }
    }

    /// @dev Takes the next loan to hand.
    function _take(Batch memory batch, uint256 loanId) private {
        _saveLoan(batch);
        mapping(uint64 => LoanWord) storage loans = _book.hot;
        (uint256 slot, LoanWord loan) = Slots.locate(loans, loanId);
        (batch.loanId, batch.loanSlot, batch.loan) = (loanId, slot, loan);
        batch.storedLoan = loan;
    }

    function _saveLoan(Batch memory batch) private {
        if (!batch.loan.differs(batch.storedLoan)) return;
        Slots.write(batch.loanSlot, batch.loan);
    }

    /// @dev Takes the next page of result bits to hand.
    function _turnTo(Batch memory batch, uint256 page) private {
        _savePage(batch);
        uint256 bits = _book.results[page];
        (batch.page, batch.bits, batch.storedBits) = (page, bits, bits);
    }

    function _savePage(Batch memory batch) private {
        if (batch.bits != batch.storedBits) _book.results[batch.page] = batch.bits;
    }

    // ---- Paying -------------------------------------------------------------------------------

    /// @inheritdoc ILoanBook
    function repay(uint64 loanId, uint64 maxAmount) external nonReentrant returns (uint64) {
        LoanWord loan = _book.hot[loanId];
        if (!loan.isOpen()) return Calling.repay(_book, _market(), loanId, maxAmount);
        uint256 debt = loan.debtUp(loan.interestScaled(block.timestamp));
        uint64 paid = uint64(maxAmount < debt ? maxAmount : debt);
        if (paid < minimumPayment && paid < debt) revert AmountTooSmall(paid, minimumPayment);
        Tally memory tally;
        // Cash that has just been set aside is collected at once.
        (_book.hot[loanId],) = loan.withPrefunded(paid).collect(tally, paid, minimumPayment);
        uint32 laneId = loanId.laneOf();
        emit Repaid(loanId, msg.sender, _book.sums[laneId].bookOne(tally, block.timestamp), paid);
        _pull(laneId, paid);
        return paid;
    }

    /// @inheritdoc ILoanBook
    function prefund(uint64 loanId, uint64 amount) external nonReentrant {
        LoanWord loan = _loanOf(loanId);
        LoanStatus status = loan.status();
        if (status != LoanStatus.Open) revert WrongStatus(loanId, status);
        if (amount < minimumPayment) revert AmountTooSmall(amount, minimumPayment);
        _book.hot[loanId] = loan.withPrefunded(amount);
        uint32 laneId = loanId.laneOf();
        LaneWords storage lane = _book.sums[laneId];
        lane.owe(amount);
        emit Prefunded(loanId, msg.sender, lane.nextSequence(), amount);
        _pull(laneId, amount);
    }

    /// @inheritdoc ILoanBook
    function withdrawPrefunded(uint64 loanId, uint64 amount, bytes32[] calldata card)
        external
        nonReentrant
    {
        LoanWord loan = _loanOf(loanId);
        _requireCard(loanId, card);
        if (msg.sender != Cards.borrowerOf(card)) revert NotBorrower(loanId, msg.sender);
        Handover.requireCleared(_book, msg.sender);
        uint64 prefunded = loan.unpack().prefunded;
        if (amount > prefunded) revert AmountTooLarge(amount, prefunded);
        if (amount == 0) revert AmountTooSmall(0, 1);
        _book.hot[loanId] = loan.withoutPrefunded(amount);
        uint32 laneId = loanId.laneOf();
        LaneWords storage lane = _book.sums[laneId];
        lane.discharge(amount);
        emit PrefundWithdrawn(loanId, lane.nextSequence(), amount);
        _send(laneId, msg.sender, amount);
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
        Servicing.charge(_book, loanId, index, card);
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
        Calling.call(_book, registry, risk, oracle, curesPerYear, msg.data);
    }

    /// @inheritdoc ILoanBook
    function callOverdue(uint64, ValueProof[] calldata, bytes32[] calldata)
        external
        nonReentrantView
    {
        Calling.callOverdue(_book, Sources(registry, risk, oracle), curesPerYear, msg.data);
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
        return Selling.sell(_book, address(registry), ESCROW_CODE_HASH, loanId, sale, card);
    }

    // ---- Claims and shortfalls ----------------------------------------------------------------

    function claim(uint32 laneId) external nonReentrant returns (uint64 amount) {
        amount = _book.claimable[laneId][msg.sender];
        if (amount == 0) revert NothingToClaim(laneId, msg.sender);
        Handover.requireCleared(_book, msg.sender);
        _book.claimable[laneId][msg.sender] = 0;
        LaneWords storage lane = _book.sums[laneId];
        lane.discharge(amount);
        emit Claimed(laneId, msg.sender, lane.nextSequence(), amount);
        _send(laneId, msg.sender, amount);
    }

    function payShortfall(address borrower, uint32 laneId, uint64 amount) external nonReentrant {
        uint64 shortfall = _book.shortfalls[borrower];
        if (amount > shortfall) revert AmountTooLarge(amount, shortfall);
        if (amount == 0) revert AmountTooSmall(0, 1);
        _book.requireLane(laneId);
        _book.shortfalls[borrower] = shortfall - amount;
        uint32 sequence = _book.sums[laneId].move(int256(uint256(amount)));
        emit ShortfallPaid(borrower, laneId, sequence, amount);
        _pull(laneId, amount);
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
        laneId = _book.lanes++;
        emit LaneAdded(laneId, address(new Lane{salt: bytes32(uint256(laneId))}()));
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

    function pool() external view returns (address) {
        return _book.pool;
    }

    function auctionHouse() external view returns (address) {
        return _book.auctionHouse;
    }

    function lanes() external view returns (uint32) {
        return _book.lanes;
    }

    function loanOf(uint64 loanId) external view returns (LoanState memory) {
        return _book.hot[loanId].unpack();
    }

    function marksOf(uint64 loanId) external view returns (Marks memory) {
        return _book.marks[loanId].unpack();
    }

    function readCard(uint64 loanId, bytes32[] calldata card) external view returns (Card memory) {
        return _cardOf(loanId, card);
    }

    /// @inheritdoc ISales
    /// @dev The card of a loan that is not in auction is not looked at.
    function forSaleOf(uint64 loanId, bytes32[] calldata card)
        external
        view
        returns (LoanStatus status, uint64 debt, address escrow)
    {
        LoanWord loan = _book.hot[loanId];
        (status, debt) = (loan.status(), uint64(loan.debtUp(loan.interestNow())));
        if (status == LoanStatus.Auctioned) _requireCard(loanId, card);
        escrow = LoanStore.escrowOf(loanId.laneOf(), ESCROW_CODE_HASH);
    }

    function laneOf(uint32 laneId) external view returns (LaneState memory) {
        return _book.sums[laneId].load();
    }

    function escrowOf(uint32 laneId) external view returns (address) {
        return laneId < _book.lanes ? LoanStore.escrowOf(laneId, ESCROW_CODE_HASH) : address(0);
    }

    function incomeAddressOf(uint64 loanId) external view returns (address) {
        return LoanStore.derive(LoanStore.incomeSaltOf(loanId), ESCROW_CODE_HASH);
    }

    function debtOf(uint64 loanId) external view returns (uint64) {
        return _book.hot[loanId].unpack().debtUp(block.timestamp);
    }

    function isOverdue(uint64 loanId, bytes32[] calldata card) external view returns (bool) {
        LoanState memory loan = _book.hot[loanId].unpack();
        if (loan.status == LoanStatus.None) return false;
        return _cardOf(loanId, card).isOverdue(loan, block.timestamp);
    }

    function cureUntilOf(uint64 loanId, bytes32[] calldata card) external view returns (uint64) {
        LoanWord loan = _loanOf(loanId);
        _requireCard(loanId, card);
        return uint64(loan.cureUntil(Cards.cureWindowOf(card), oracle.stoppedSeconds()));
    }

    function claimableOf(uint32 laneId, address party) external view returns (uint64) {
        return _book.claimable[laneId][party];
    }

    function shortfallOf(address borrower) external view returns (uint64) {
        return _book.shortfalls[borrower];
    }

    function resultOf(uint64 operationId) external view returns (OperationResult) {
        (uint256 page, uint256 shift) = Words.placeOf(operationId);
        return Words.resultAt(_book.results[page], shift);
    }

    // ---- Inside -------------------------------------------------------------------------------

    function _loanOf(uint64 loanId) private view returns (LoanWord loan) {
        loan = _book.hot[loanId];
        if (loan.status() == LoanStatus.None) revert LoanNotFound(loanId);
    }

    function _requireCard(uint64 loanId, bytes32[] calldata card) private view {
        _book.marks[loanId].requireCard(loanId, card);
    }

    function _cardOf(uint64 loanId, bytes32[] calldata card) private view returns (Card memory) {
        _requireCard(loanId, card);
        return Cards.read(card);
    }

    function _market() internal view override returns (Market memory) {
        Sources memory from = Sources(registry, risk, oracle);
        return Market(from, token, unitScale, minimumPayment, curesPerYear, ESCROW_CODE_HASH);
    }

    function _requireAuctionHouse() private view {
        if (msg.sender != _book.auctionHouse) revert NotAuctionHouse(msg.sender);
    }

    function _requirePool(uint32 laneId) private view {
        if (msg.sender != _book.pool) revert NotPool(msg.sender);
        _book.requireLane(laneId);
    }

    /// @dev From the payer straight to the lane's escrow.
    function _pull(uint32 laneId, uint64 amount) private {
        address escrow = LoanStore.escrowOf(laneId, ESCROW_CODE_HASH);
        token.safeTransferFrom(msg.sender, escrow, amount * unitScale);
    }

    function _send(uint32 laneId, address to, uint64 amount) private {
        LoanStore.escrow(_market(), laneId).sendToken(address(token), to, amount * unitScale);
    }
}
