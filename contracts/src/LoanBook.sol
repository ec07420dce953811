// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Governed} from "./Governed.sol";
import "./interfaces/ILoanBook.sol";
import {Basket, Draw, Evidence, IUnderwriter, Weights} from "./interfaces/IUnderwriter.sol";
import {ValueProof} from "./interfaces/IValuationOracle.sol";
import {Lane} from "./Lane.sol";
import {LoanMath} from "./libraries/LoanMath.sol";
import {Schedule} from "./libraries/Schedule.sol";
import {Slots} from "./libraries/Slots.sol";
import {Word, Words} from "./libraries/Words.sol";
import {LoanStore} from "./LoanStore.sol";

/// @title The loan book
/// @notice Everything that an operation writes is keyed by loan, lane or party (rule L1): two
/// operations on different lanes, for different parties, share no slot.
/// @dev An entry point loads a `Position` into memory, changes it, emits, saves it with one write
/// a slot, and moves tokens last.
contract LoanBook is LoanStore, ReentrancyGuardTransient {
    using LoanMath for LoanState;
    using LoanMath for LaneState;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using Schedule for LoanTail;
    using Slots for LaneState;
    using Slots for LoanState;
    using Slots for LoanTail;
    using Words for uint64;
    using Words for bytes;

    /// @dev A page of result bits, held in memory while a batch stays on it.
    struct Page {
        uint256 number;
        uint256 bits;
        bool changed;
    }

    uint256 private constant MAX_WORDS = 400;
    /// @dev Worst-case gas of one word, what ends the batch included; see LoanBookSettle.t.sol.
    uint256 private constant WORD_GAS = 150_000;
    uint256 private constant RELEASE_GAS_PER_ITEM = 80_000;

    constructor(
        IAccessManager authority_,
        IERC20Metadata token_,
        IUnderwriter underwriter_,
        uint8 curesPerYear_
    ) LoanStore(token_, underwriter_, curesPerYear_) Governed(authority_) {}

    // ---- Opening ------------------------------------------------------------------------------

    /// @inheritdoc ILoanBook
    function open(LoanTerms calldata terms, bytes calldata signature, ValueProof[] calldata proofs)
        external
        nonReentrant
        returns (uint64)
    {
        oracle.requireRunning();
        _admit(terms);
        Draw memory draw = underwriter.underwrite(terms, signature, proofs);
        Position memory position = _begin(terms, draw);
        emit LoanOpened(position.id, terms.borrower, ++position.lane.sequence, draw.rateBps, terms);
        _pledge(position, terms, draw.lrtPrice);
        _save(position);
        _send(terms.lane, terms.borrower, terms.principal);
        return position.id;
    }

    /// @dev What the book itself knows: the lane, the nonce (rule S4), an unpaid shortfall (C4).
    function _admit(LoanTerms calldata terms) private {
        _requireLane(terms.lane);
        uint64 shortfall = _shortfalls[terms.borrower];
        if (shortfall != 0) revert BorrowerInShortfall(terms.borrower, shortfall);
        mapping(uint256 => bool) storage used = _nonces[terms.borrower][terms.lane];
        if (used[terms.nonce]) revert NonceUsed(terms.borrower, terms.lane, terms.nonce);
        used[terms.nonce] = true;
    }

    /// @dev Writes the cold terms and takes the draw out of the lane's own cash (rule L3).
    function _begin(LoanTerms calldata terms, Draw memory draw)
        private
        returns (Position memory position)
    {
        LaneState memory lane = _lanes[terms.lane];
        uint64 available = lane.cash - lane.owed;
        if (terms.principal > available) revert LaneShortOfCash(terms.lane, available);
        (position.laneId, position.lane) = (terms.lane, lane);
        position.id = Words.idOf(terms.lane, ++lane.loans);

        LoanState memory loan = position.loan;
        loan.principal = uint56(terms.principal);
        loan.lastAccrual = uint32(block.timestamp);
        loan.rateBps = draw.rateBps;
        loan.status = LoanStatus.Open;
        lane.cash -= terms.principal;
        lane.include(loan);

        _tails[position.id].begin(terms, draw);
    }

    function _pledge(Position memory position, LoanTerms calldata terms, uint64 lrtPrice) private {
        address escrow = address(_escrows[terms.lane]);
        uint256[] calldata assets = terms.assets;
        for (uint256 i; i < assets.length; ++i) {
            _assets[position.id].push(assets[i]);
            emit Pledged(position.id, assets[i], ++position.lane.sequence);
            registry.pledge(assets[i], terms.borrower, escrow);
        }
        if (terms.lrtAmount == 0) return;
        _lrts[position.id] = LrtPledge(terms.lrt, uint96(terms.lrtAmount), lrtPrice);
        emit LrtPledged(position.id, terms.lrt, ++position.lane.sequence, terms.lrtAmount);
        IERC20(terms.lrt).safeTransferFrom(terms.borrower, escrow, terms.lrtAmount);
    }

    // ---- Paying -------------------------------------------------------------------------------

    /// @inheritdoc ILoanBook
    function prefund(uint64 loanId, uint64 amount) external nonReentrant {
        Position memory position = _loadOpen(loanId);
        if (amount < minimumPayment) revert AmountTooSmall(amount, minimumPayment);
        position.loan.prefunded = (uint256(position.loan.prefunded) + amount).toUint56();
        position.lane.cash += amount;
        position.lane.owed += amount;
        emit Prefunded(loanId, msg.sender, ++position.lane.sequence, amount);
        _save(position);
        _pull(position.laneId, amount);
    }

    /// @inheritdoc ILoanBook
    function withdrawPrefunded(uint64 loanId, uint64 amount) external nonReentrant {
        Position memory position = _load(loanId);
        if (msg.sender != _tails[loanId].borrower) revert NotBorrower(loanId, msg.sender);
        if (amount > position.loan.prefunded) {
            revert AmountTooLarge(amount, position.loan.prefunded);
        }
        if (amount == 0) revert AmountTooSmall(0, 1);
        position.loan.prefunded -= uint56(amount);
        position.lane.cash -= amount;
        position.lane.owed -= amount;
        emit PrefundWithdrawn(loanId, ++position.lane.sequence, amount);
        _save(position);
        _send(position.laneId, msg.sender, amount);
    }

    /// @inheritdoc ILoanBook
    function repay(uint64 loanId, uint64 maxAmount) external nonReentrant returns (uint64 paid) {
        Position memory position = _load(loanId);
        LoanStatus status = position.loan.status;
        if (status != LoanStatus.Open) _requireCalled(position);
        paid = _take(position, maxAmount);
        if (status != LoanStatus.Open) _carry(position, _tails[loanId].impaired);
        position.lane.cash += paid;
        emit Repaid(loanId, msg.sender, ++position.lane.sequence, paid);
        _save(position);
        _pull(position.laneId, paid);
    }

    /// @inheritdoc ILoanBook
    function topUp(uint64 loanId, uint128 lrtAmount) external nonReentrant {
        Position memory position = _load(loanId);
        LrtPledge storage lrt = _lrts[loanId];
        if (lrt.token == address(0)) revert InvalidTerms("lrt");
        if (lrtAmount == 0) revert InvalidTerms("lrtAmount");
        // A lot of the running auction must not be passed by.
        if (position.loan.status != LoanStatus.Called) _requireOpen(position);
        lrt.amount = (uint256(lrt.amount) + lrtAmount).toUint96();
        emit LrtPledged(loanId, lrt.token, ++position.lane.sequence, lrtAmount);
        _save(position);
        IERC20(lrt.token)
            .safeTransferFrom(msg.sender, address(_escrows[position.laneId]), lrtAmount);
    }

    // ---- Calling and curing -------------------------------------------------------------------

    /// @inheritdoc ILoanBook
    function call(uint64 loanId, ValueProof[] calldata newest, ValueProof[] calldata previous)
        external
        nonReentrant
    {
        Position memory position = _loadOpen(loanId);
        Basket memory basket = _basketOf(loanId);
        basket.evidence = Evidence.BothRounds;
        Weights memory weights = _weigh(basket, newest, previous);
        uint64 debt = position.loan.debtUp(block.timestamp);
        if (debt <= weights.liquidation) {
            revert NotCallable(loanId, debt, _capped(weights.liquidation));
        }
        _tails[loanId].callReason = CallReason.Health;
        _impair(position, weights.recovery);
    }

    /// @inheritdoc ILoanBook
    function callOverdue(uint64 loanId, ValueProof[] calldata newest) external nonReentrant {
        Position memory position = _loadOpen(loanId);
        Basket memory basket = _basketOf(loanId);
        basket.evidence = Evidence.NewestOrCaps;
        Weights memory weights = _weigh(basket, newest, newest);
        bool overdue = _tails[loanId].isOverdue(position.loan, block.timestamp);
        if (!overdue && weights.allActive) revert NotOverdue(loanId);
        _tails[loanId].callReason = overdue ? CallReason.Overdue : CallReason.Attestation;
        _impair(position, weights.recovery);
    }

    /// @dev Sets prefunded cash off, then moves what is left out of the sums into `impaired`
    /// (rules C1, D6). A debt that the prefunded cash covers is simply repaid.
    function _impair(Position memory position, uint256 recovery) private {
        LoanState memory loan = position.loan;
        LoanTail storage tail = _tails[position.id];
        uint64 setOff = uint64(Math.min(loan.prefunded, loan.debtUp(block.timestamp)));
        loan.prefunded -= uint56(setOff);
        position.lane.owed -= setOff;
        _pay(position, setOff);
        uint64 debt = loan.debtUp(block.timestamp);
        if (debt != 0) {
            position.lane.exclude(loan);
            loan.status = LoanStatus.Called;
            tail.calledAt = uint64(block.timestamp);
            tail.stoppedAtCall = oracle.stoppedSeconds();
            _carry(position, _capped(recovery));
        }
        LoanTail memory called = tail;
        emit LoanCalled(
            position.id,
            ++position.lane.sequence,
            called.callReason,
            debt,
            called.impaired,
            debt == 0 ? 0 : _cureUntil(called),
            setOff
        );
        _save(position);
    }

    /// @inheritdoc ILoanBook
    function cure(uint64 loanId, uint64 amount, ValueProof[] calldata newest)
        external
        nonReentrant
    {
        Position memory position = _load(loanId);
        _requireCalled(position);
        uint64 paid = amount == 0 ? 0 : _take(position, amount);
        if (position.loan.status != LoanStatus.Repaid) _reopen(position, newest);
        _carry(position, 0);
        position.lane.cash += paid;
        emit LoanCured(loanId, msg.sender, ++position.lane.sequence, paid);
        _save(position);
        _pull(position.laneId, paid);
    }

    /// @dev Back into the sums once arrears are paid and the opening LTV holds (rule C2). Without
    /// the oracle appraisal caps count, but only for a call that needed no oracle either.
    function _reopen(Position memory position, ValueProof[] calldata newest) private {
        LoanTail memory tail = _tails[position.id];
        Basket memory basket = _basketOf(position.id);
        bool neededOracle = tail.callReason == CallReason.Health;
        basket.evidence = neededOracle ? Evidence.Newest : Evidence.NewestOrCaps;
        Weights memory weights = _weigh(basket, newest, newest);
        uint64 debt = position.loan.debtUp(block.timestamp);
        if (debt > weights.opening || tail.isOverdue(position.loan, block.timestamp)) {
            revert NotCured(position.id, debt, _capped(weights.opening));
        }
        bool sameYear = tail.cures != 0 && block.timestamp - tail.firstCureAt < 365 days;
        _tails[position.id].cures = sameYear ? tail.cures + 1 : 1;
        if (!sameYear) _tails[position.id].firstCureAt = uint64(block.timestamp);
        position.loan.status = LoanStatus.Open;
        position.loan.lastAccrual = uint32(block.timestamp);
        position.lane.include(position.loan);
    }

    // ---- Closing ------------------------------------------------------------------------------

    /// @inheritdoc ILoanBook
    function close(uint64 loanId) external nonReentrant {
        Position memory position = _load(loanId);
        if (position.loan.status != LoanStatus.Repaid) _revertStatus(position);
        position.loan.status = LoanStatus.Closed;
        position.lane.sequence = _release(loanId, position.lane.sequence);
        _save(position);
    }

    /// @inheritdoc ILoanBook
    function release(uint64 loanId, uint32 sequence) external returns (uint32) {
        if (msg.sender != address(this)) revert NotSelf(msg.sender);
        return _release(loanId, sequence);
    }

    function _release(uint64 loanId, uint32 sequence) private returns (uint32) {
        Lane escrow = _escrows[loanId.laneOf()];
        address owner = _tails[loanId].borrower;
        uint256[] memory assets = _unsold(loanId);
        for (uint256 i; i < assets.length; ++i) {
            emit Released(loanId, assets[i], ++sequence, owner);
            escrow.sendAsset(address(registry), owner, assets[i]);
        }
        LrtPledge memory lrt = _lrts[loanId];
        if (lrt.amount != 0) {
            emit LrtReleased(loanId, lrt.token, ++sequence, lrt.amount, owner);
            escrow.sendToken(lrt.token, owner, lrt.amount);
        }
        emit LoanClosed(loanId, ++sequence);
        return sequence;
    }

    // ---- Settling -----------------------------------------------------------------------------

    /// @inheritdoc ILoanBook
    function settle(uint32 laneId, bytes32[] calldata words) external nonReentrant {
        if (!_relayers[laneId][msg.sender]) revert NotRelayer(laneId, msg.sender);
        if (words.length > MAX_WORDS) revert BatchTooLarge(words.length);
        Position memory position;
        (position.laneId, position.lane) = (laneId, _lanes[laneId]);
        Page memory page;
        page.number = type(uint256).max;
        bytes memory results = new bytes((words.length + 3) / 4);
        for (uint256 i; i < words.length; ++i) {
            Word memory word = Words.decode(words[i], laneId);
            results.set(i, _settleOnce(position, page, word, i));
        }
        _saveLoan(position);
        _savePage(page);
        emit BatchSettled(
            laneId,
            ++position.lane.sequence,
            keccak256(abi.encodePacked(words)),
            uint16(words.length),
            results
        );
        _lanes[laneId].store(position.lane);
    }

    /// @dev Skips a used id; otherwise applies the word and spends its id (rule S2).
    function _settleOnce(Position memory position, Page memory page, Word memory word, uint256 i)
        private
        returns (OperationResult result)
    {
        (uint256 number, uint256 shift) = word.operationId.placeOf();
        if (number != page.number) {
            _savePage(page);
            (page.number, page.bits, page.changed) = (number, _results[number], false);
        }
        if (Words.resultAt(page.bits, shift) != OperationResult.None) {
            return OperationResult.Skipped;
        }
        if (gasleft() < WORD_GAS) revert BatchGasTooLow(i);
        if (word.loanId != position.id) {
            _saveLoan(position);
            (position.id, position.loan) = (word.loanId, _loans[word.loanId]);
            position.changed = false;
        }
        OperationFailure failure = _apply(position, word, i);
        result = OperationResult.Applied;
        if (failure == OperationFailure.None) {
            position.changed = true;
        } else {
            result = OperationResult.Failed;
            emit OperationFailed(position.laneId, word.operationId, failure);
        }
        page.bits |= uint256(result) << shift;
        page.changed = true;
    }

    function _savePage(Page memory page) private {
        if (page.changed) _results[page.number] = page.bits;
    }

    /// @dev Applies a word in memory, or says why not and changes nothing.
    function _apply(Position memory position, Word memory word, uint256 i)
        private
        returns (OperationFailure)
    {
        if (word.kind == OperationKind.None) return OperationFailure.UnknownKind;
        LoanStatus status = position.loan.status;
        if (status == LoanStatus.None) return OperationFailure.UnknownLoan;
        bool closing = word.kind == OperationKind.Close;
        if (status != (closing ? LoanStatus.Repaid : LoanStatus.Open)) {
            return OperationFailure.WrongStatus;
        }
        if (closing) return _settleClose(position, i);
        if (word.kind == OperationKind.Charge) return _settleCharge(position, word.amount);
        return _settleCollect(position, word.amount);
    }

    /// @dev Pays out of prefunded cash: it can only lower the debt.
    function _settleCollect(Position memory position, uint64 amount)
        private
        view
        returns (OperationFailure)
    {
        if (amount > position.loan.prefunded) return OperationFailure.MoreThanPrefunded;
        uint64 debt = position.loan.debtUp(block.timestamp);
        if (amount > debt) return OperationFailure.MoreThanDebt;
        if (amount < minimumPayment && amount < debt) return OperationFailure.BelowMinimum;
        position.loan.prefunded -= uint56(amount);
        position.lane.owed -= amount;
        _pay(position, amount);
        return OperationFailure.None;
    }

    /// @dev The late fee of a due date missed beyond grace, once (rules S1, D2).
    function _settleCharge(Position memory position, uint64 index)
        private
        returns (OperationFailure)
    {
        LoanTail memory tail = _tails[position.id];
        if (index == 0 || index > tail.instalments) return OperationFailure.NothingDue;
        if (index <= tail.chargedThrough) return OperationFailure.AlreadyCharged;
        bool missed = block.timestamp >= tail.dueAt(index) + tail.gracePeriod
            && tail.isMissed(position.loan, index, block.timestamp);
        if (!missed) return OperationFailure.NothingDue;
        _tails[position.id].chargedThrough = uint16(index);
        position.lane.exclude(position.loan);
        position.loan.charge(tail.lateFee(), block.timestamp);
        position.lane.include(position.loan);
        return OperationFailure.None;
    }

    /// @dev The book calls itself, so that a failing transfer undoes this operation alone.
    function _settleClose(Position memory position, uint256 i) private returns (OperationFailure) {
        uint256 items = _assets[position.id].length + 1;
        if (gasleft() < WORD_GAS + items * RELEASE_GAS_PER_ITEM) revert BatchGasTooLow(i);
        try this.release(position.id, position.lane.sequence) returns (uint32 sequence) {
            position.lane.sequence = sequence;
            position.loan.status = LoanStatus.Closed;
            return OperationFailure.None;
        } catch {
            return OperationFailure.TransferFailed;
        }
    }

    // ---- Claims and shortfalls ----------------------------------------------------------------

    /// @inheritdoc ILoanBook
    function claim(uint32 laneId) external nonReentrant returns (uint64 amount) {
        amount = _claimable[laneId][msg.sender];
        if (amount == 0) revert NothingToClaim(laneId, msg.sender);
        _claimable[laneId][msg.sender] = 0;
        LaneState storage lane = _lanes[laneId];
        lane.cash -= amount;
        lane.owed -= amount;
        emit Claimed(laneId, msg.sender, ++lane.sequence, amount);
        _send(laneId, msg.sender, amount);
    }

    /// @inheritdoc ILoanBook
    function payShortfall(address borrower, uint32 laneId, uint64 amount) external nonReentrant {
        uint64 shortfall = _shortfalls[borrower];
        if (amount > shortfall) revert AmountTooLarge(amount, shortfall);
        if (amount == 0) revert AmountTooSmall(0, 1);
        _requireLane(laneId);
        _shortfalls[borrower] = shortfall - amount;
        LaneState storage lane = _lanes[laneId];
        lane.cash += amount;
        emit ShortfallPaid(borrower, laneId, ++lane.sequence, amount);
        _pull(laneId, amount);
    }

    // ---- Auctions -----------------------------------------------------------------------------

    /// @inheritdoc ILoanBook
    function startAuction(uint64 loanId) external nonReentrant {
        if (msg.sender != auctionHouse) revert NotAuctionHouse(msg.sender);
        Position memory position = _load(loanId);
        if (position.loan.status != LoanStatus.Called) _revertStatus(position);
        uint64 until = _cureUntil(_tails[loanId]);
        if (block.timestamp < until) revert CureWindowOpen(loanId, until);
        position.loan.status = LoanStatus.Auctioned;
        emit LoanAuctioned(loanId, ++position.lane.sequence);
        _save(position);
    }

    /// @inheritdoc ILoanBook
    function applySale(
        uint64 loanId,
        uint256 tokenId,
        uint128 lrtAmount,
        address buyer,
        uint64 proceeds,
        uint256 lots
    ) external nonReentrant returns (LoanStatus) {
        if (msg.sender != auctionHouse) revert NotAuctionHouse(msg.sender);
        Position memory position = _load(loanId);
        if (position.loan.status != LoanStatus.Auctioned) _revertStatus(position);
        _applyProceeds(position, proceeds);
        if (lots == 0 && position.loan.status == LoanStatus.Auctioned) _writeOff(position);
        if (tokenId == 0) {
            _handOverLrt(position, lrtAmount, buyer);
        } else {
            _handOverAsset(position, tokenId, buyer);
        }
        _save(position);
        return position.loan.status;
    }

    /// @dev Proceeds pay the debt first; the surplus is the borrower's (rule C4).
    function _applyProceeds(Position memory position, uint64 proceeds) private {
        LoanTail storage tail = _tails[position.id];
        uint64 debt = position.loan.debtUp(block.timestamp);
        uint64 toDebt = uint64(Math.min(proceeds, debt));
        uint64 surplus = proceeds - toDebt;
        _pay(position, toDebt);
        // What was sold no longer carries anything.
        _carry(position, tail.impaired - uint64(Math.min(tail.impaired, toDebt)));
        position.lane.cash += proceeds;
        if (surplus != 0) {
            position.lane.owed += surplus;
            _claimable[position.laneId][tail.borrower] += surplus;
        }
        emit SaleApplied(position.id, ++position.lane.sequence, proceeds, toDebt, surplus);
    }

    /// @dev The last lot is sold and debt is left: a loss, recorded against the borrower.
    function _writeOff(Position memory position) private {
        address borrower = _tails[position.id].borrower;
        uint64 loss = position.loan.debtUp(block.timestamp);
        (position.loan.principal, position.loan.accruedScaled) = (0, 0);
        position.loan.status = LoanStatus.WrittenOff;
        _carry(position, 0);
        _shortfalls[borrower] += loss;
        emit LoanWrittenOff(position.id, borrower, ++position.lane.sequence, loss);
    }

    function _handOverAsset(Position memory position, uint256 tokenId, address buyer) private {
        LoanTail storage tail = _tails[position.id];
        uint256 next = _assets[position.id][tail.assetsSold];
        if (tokenId != next) revert ProofMismatch(next, tokenId);
        ++tail.assetsSold;
        emit Released(position.id, tokenId, ++position.lane.sequence, buyer);
        _escrows[position.laneId].sendAsset(address(registry), buyer, tokenId);
    }

    function _handOverLrt(Position memory position, uint128 amount, address buyer) private {
        LrtPledge storage lrt = _lrts[position.id];
        lrt.amount -= uint96(amount);
        emit LrtReleased(position.id, lrt.token, ++position.lane.sequence, amount, buyer);
        _escrows[position.laneId].sendToken(lrt.token, buyer, amount);
    }

    // ---- Pool and governor --------------------------------------------------------------------

    /// @inheritdoc ILoanBook
    function fundLane(uint32 laneId, uint64 amount) external nonReentrant {
        LaneState storage lane = _laneOfPool(laneId);
        lane.cash += amount;
        emit CashMoved(laneId, ++lane.sequence, int64(amount));
    }

    /// @inheritdoc ILoanBook
    function defundLane(uint32 laneId, uint64 amount) external nonReentrant {
        LaneState storage lane = _laneOfPool(laneId);
        uint64 available = lane.cash - lane.owed;
        if (amount > available) revert LaneShortOfCash(laneId, available);
        lane.cash -= amount;
        emit CashMoved(laneId, ++lane.sequence, -int64(amount));
        _send(laneId, msg.sender, amount);
    }

    /// @inheritdoc ILoanBook
    function addLane() external restricted returns (uint32 laneId) {
        laneId = lanes++;
        _escrows[laneId] = new Lane{salt: bytes32(uint256(laneId))}();
        emit LaneAdded(laneId, address(_escrows[laneId]));
    }

    /// @inheritdoc ILoanBook
    function wire(address pool_, address auctionHouse_) external restricted {
        if (pool != address(0)) revert AlreadyWired();
        (pool, auctionHouse) = (pool_, auctionHouse_);
        emit Wired(pool_, auctionHouse_);
    }

    /// @inheritdoc ILoanBook
    function setRelayer(uint32 laneId, address relayer, bool active) external restricted {
        _requireLane(laneId);
        _relayers[laneId][relayer] = active;
        emit RelayerSet(laneId, relayer, active);
    }
}
