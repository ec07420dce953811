// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Governed} from "./Governed.sol";
import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import "./interfaces/ILoanBook.sol";
import {Basket, IUnderwriter, Weights} from "./interfaces/IUnderwriter.sol";
import {IValuationOracle, ValueProof} from "./interfaces/IValuationOracle.sol";
import {Lane} from "./Lane.sol";
import {LedgerUnits} from "./libraries/LedgerUnits.sol";
import {LoanMath} from "./libraries/LoanMath.sol";
import {Schedule} from "./libraries/Schedule.sol";
import {Slots} from "./libraries/Slots.sol";
import {Words} from "./libraries/Words.sol";

/// @title What the loan book keeps, and how it is read, changed and written
/// @notice Every slot is keyed by loan, lane or party, or written by the governor only (rule L1).
abstract contract LoanStore is ILoanBook, Governed {
    using LoanMath for LoanState;
    using LoanMath for LaneState;
    using SafeERC20 for IERC20;
    using Schedule for LoanTail;
    using Slots for LaneState;
    using Slots for LoanState;
    using Words for uint64;

    /// @dev A loan and its lane in memory; `changed` says that the loan needs writing.
    struct Position {
        uint64 id;
        uint32 laneId;
        bool changed;
        LoanState loan;
        LaneState lane;
    }

    /// @dev Restaking tokens pledged, and their price at opening.
    struct LrtPledge {
        address token;
        uint96 amount;
        uint64 openingPrice;
    }

    IERC20 public immutable token;
    IUnderwriter public immutable underwriter;
    IAssetRegistry internal immutable registry;
    IValuationOracle internal immutable oracle;
    /// @notice Base units of the token in one ledger unit.
    uint256 public immutable unitScale;
    /// @notice Smallest payment that does not end a debt, and smallest principal; ledger units.
    uint64 public immutable minimumPayment;
    /// @notice Cures within a year after which a call has no cure window.
    uint8 public immutable curesPerYear;

    address public pool;
    address public auctionHouse;
    uint32 public lanes;

    mapping(uint64 loanId => LoanState) internal _loans;
    mapping(uint64 loanId => LoanTail) internal _tails;
    mapping(uint64 loanId => uint256[]) internal _assets;
    mapping(uint64 loanId => LrtPledge) internal _lrts;
    mapping(uint32 lane => LaneState) internal _lanes;
    mapping(uint32 lane => Lane) internal _escrows;
    mapping(uint32 lane => mapping(address relayer => bool)) internal _relayers;
    mapping(uint32 lane => mapping(address party => uint64)) internal _claimable;
    mapping(uint256 page => uint256 bits) internal _results;
    mapping(address borrower => mapping(uint32 lane => mapping(uint256 nonce => bool))) internal
        _nonces;
    mapping(address borrower => uint64) internal _shortfalls;

    constructor(IERC20Metadata token_, IUnderwriter underwriter_, uint8 curesPerYear_) {
        (token, underwriter) = (token_, underwriter_);
        (registry, oracle) = (underwriter_.registry(), underwriter_.oracle());
        unitScale = LedgerUnits.unitOf(token_);
        minimumPayment = underwriter_.minimumPayment();
        curesPerYear = curesPerYear_;
    }

    // ---- Views --------------------------------------------------------------------------------

    /// @inheritdoc ILoanBook
    function loanOf(uint64 loanId) external view returns (LoanState memory) {
        return _loans[loanId];
    }

    /// @inheritdoc ILoanBook
    function tailOf(uint64 loanId) external view returns (LoanTail memory) {
        return _tails[loanId];
    }

    /// @inheritdoc ILoanBook
    function collateralOf(uint64 loanId)
        external
        view
        returns (uint256[] memory assets, address lrt, uint128 lrtAmount)
    {
        LrtPledge memory pledged = _lrts[loanId];
        return (_unsold(loanId), pledged.token, pledged.amount);
    }

    /// @inheritdoc ILoanBook
    function lrtOpeningPriceOf(uint64 loanId) external view returns (uint64) {
        return _lrts[loanId].openingPrice;
    }

    /// @inheritdoc ILoanBook
    function laneOf(uint32 laneId) external view returns (LaneState memory) {
        return _lanes[laneId];
    }

    /// @inheritdoc ILoanBook
    function escrowOf(uint32 laneId) external view returns (address) {
        return address(_escrows[laneId]);
    }

    /// @inheritdoc ILoanBook
    function debtOf(uint64 loanId) external view returns (uint64) {
        return _loans[loanId].debtUp(block.timestamp);
    }

    /// @inheritdoc ILoanBook
    function isOverdue(uint64 loanId) external view returns (bool) {
        LoanState memory loan = _loans[loanId];
        return loan.status != LoanStatus.None && _tails[loanId].isOverdue(loan, block.timestamp);
    }

    /// @inheritdoc ILoanBook
    function cureUntilOf(uint64 loanId) external view returns (uint64) {
        return _cureUntil(_tails[loanId]);
    }

    /// @inheritdoc ILoanBook
    function claimableOf(uint32 laneId, address party) external view returns (uint64) {
        return _claimable[laneId][party];
    }

    /// @inheritdoc ILoanBook
    function shortfallOf(address borrower) external view returns (uint64) {
        return _shortfalls[borrower];
    }

    /// @inheritdoc ILoanBook
    function resultOf(uint64 operationId) external view returns (OperationResult) {
        (uint256 number, uint256 shift) = operationId.placeOf();
        return Words.resultAt(_results[number], shift);
    }

    // ---- Positions ----------------------------------------------------------------------------

    function _load(uint64 loanId) internal view returns (Position memory position) {
        position.id = loanId;
        position.laneId = loanId.laneOf();
        position.loan = _loans[loanId];
        if (position.loan.status == LoanStatus.None) revert LoanNotFound(loanId);
        position.lane = _lanes[position.laneId];
    }

    function _loadOpen(uint64 loanId) internal view returns (Position memory position) {
        position = _load(loanId);
        _requireOpen(position);
    }

    function _save(Position memory position) internal {
        _loans[position.id].store(position.loan);
        _lanes[position.laneId].store(position.lane);
    }

    function _saveLoan(Position memory position) internal {
        if (position.changed) _loans[position.id].store(position.loan);
    }

    /// @dev Takes up to `most` off the debt; dust is refused unless it ends the debt (rule D1).
    function _take(Position memory position, uint64 most) internal view returns (uint64 paid) {
        uint64 debt = position.loan.debtUp(block.timestamp);
        paid = uint64(Math.min(most, debt));
        if (paid < debt && paid < minimumPayment) revert AmountTooSmall(paid, minimumPayment);
        _pay(position, paid);
    }

    /// @dev The payment rule, in loan and lane at once. A debt of zero makes the loan repaid.
    function _pay(Position memory position, uint64 amount) internal view {
        LoanState memory loan = position.loan;
        position.lane.exclude(loan);
        loan.pay(amount, block.timestamp);
        if (loan.principal == 0 && loan.accruedScaled == 0) loan.status = LoanStatus.Repaid;
        position.lane.include(loan);
    }

    /// @dev Sets what a called loan is carried at: never more than it owes.
    function _carry(Position memory position, uint64 value) internal {
        LoanTail storage tail = _tails[position.id];
        uint64 carried = uint64(Math.min(value, position.loan.debtUp(block.timestamp)));
        position.lane.impaired = position.lane.impaired - tail.impaired + carried;
        tail.impaired = carried;
    }

    function _cureUntil(LoanTail memory tail) internal view returns (uint64 until) {
        bool spent = tail.cures >= curesPerYear && tail.calledAt < tail.firstCureAt + 365 days;
        until = tail.calledAt + (spent ? 0 : tail.cureWindow);
        // A call that needed no oracle runs on without it (rule V4).
        if (tail.callReason == CallReason.Health) {
            until += oracle.stoppedSeconds() - tail.stoppedAtCall;
        }
    }

    function _basketOf(uint64 loanId) internal view returns (Basket memory basket) {
        LrtPledge memory lrt = _lrts[loanId];
        basket.assets = _unsold(loanId);
        (basket.lrt, basket.lrtAmount) = (lrt.token, lrt.amount);
        basket.lrtOpeningPrice = lrt.openingPrice;
    }

    function _weigh(
        Basket memory basket,
        ValueProof[] calldata newest,
        ValueProof[] calldata previous
    ) internal view returns (Weights memory) {
        return underwriter.weigh(basket, newest, previous);
    }

    function _unsold(uint64 loanId) internal view returns (uint256[] memory assets) {
        uint256[] storage all = _assets[loanId];
        uint256 sold = _tails[loanId].assetsSold;
        assets = new uint256[](all.length - sold);
        for (uint256 i; i < assets.length; ++i) {
            assets[i] = all[sold + i];
        }
    }

    // ---- Guards and transfers -----------------------------------------------------------------

    function _requireOpen(Position memory position) internal pure {
        if (position.loan.status != LoanStatus.Open) _revertStatus(position);
    }

    function _requireCalled(Position memory position) internal pure {
        LoanStatus status = position.loan.status;
        if (status != LoanStatus.Called && status != LoanStatus.Auctioned) _revertStatus(position);
    }

    function _revertStatus(Position memory position) internal pure {
        revert WrongStatus(position.id, position.loan.status);
    }

    function _requireLane(uint32 laneId) internal view {
        if (address(_escrows[laneId]) == address(0)) revert LaneUnknown(laneId);
    }

    function _laneOfPool(uint32 laneId) internal view returns (LaneState storage) {
        if (msg.sender != pool) revert NotPool(msg.sender);
        _requireLane(laneId);
        return _lanes[laneId];
    }

    function _capped(uint256 amount) internal pure returns (uint64) {
        return uint64(Math.min(amount, type(uint64).max));
    }

    /// @dev From the payer straight to the lane's escrow.
    function _pull(uint32 laneId, uint64 amount) internal {
        if (amount == 0) return;
        token.safeTransferFrom(msg.sender, address(_escrows[laneId]), amount * unitScale);
    }

    function _send(uint32 laneId, address to, uint64 amount) internal {
        _escrows[laneId].sendToken(address(token), to, amount * unitScale);
    }
}
