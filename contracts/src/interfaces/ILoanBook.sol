// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Card, Marks} from "./LoanCard.sol";
import {ISales} from "./ISales.sol";
import {IStewardship, LoanWorkout, Room} from "./IStewardship.sol";
import {ValueProof} from "./IValuationOracle.sol";

enum LoanStatus {
    None,
    Open,
    Called,
    Auctioned,
    Repaid,
    Closed,
    WrittenOff
}

enum ScheduleKind {
    Amortising,
    InterestOnly
}

enum CallReason {
    Health,
    Overdue,
    Attestation,
    Band
}

/// @notice Kinds of words that `settle` takes (rule S1).
enum OperationKind {
    None,
    Collect,
    Charge,
    Close
}

/// @notice Result of one word, two bits in the batch's results.
enum OperationResult {
    None,
    Applied,
    Failed,
    Skipped
}

/// @notice Why a word failed; it then had no effect.
enum OperationFailure {
    None,
    UnknownKind,
    UnknownLoan,
    WrongStatus,
    NothingDue,
    MoreThanPrefunded,
    MoreThanDebt,
    BelowMinimum,
    AlreadyCharged,
    TransferFailed,
    CardMismatch
}

/// @notice What the borrower signs (EIP-712 type `LoanTerms`; domain "Ballast LoanBook", "1").
/// @param borrower Owner of the collateral and receiver of the draw.
/// @param lane Lane of the loan for life.
/// @param principal Amount drawn at opening, ledger units.
/// @param limit Most principal that later draws may bring the loan to; at least `principal`.
/// @param maxRateBps Highest yearly rate accepted.
/// @param schedule How principal is paid back. A bullet is an interest-only loan of one instalment.
/// @param instalments Number of due dates, at least 1.
/// @param interval Seconds between due dates.
/// @param assets Token ids pledged, at most 32, sorted ascending.
/// @param lrt Restaking token pledged beside them, zero when none.
/// @param lrtAmount Its amount, base units.
/// @param nonce Unordered, unique by (borrower, lane).
/// @param deadline Last moment at which the terms may be used, unix seconds.
struct LoanTerms {
    address borrower;
    uint32 lane;
    uint64 principal;
    uint64 limit;
    uint16 maxRateBps;
    ScheduleKind schedule;
    uint16 instalments;
    uint32 interval;
    uint256[] assets;
    address lrt;
    uint128 lrtAmount;
    uint256 nonce;
    uint64 deadline;
}

/// @notice What the borrower signs to change an open loan (EIP-712 type `LoanChange`, same domain).
/// Any part may be left zero or empty.
/// @param loanId The loan.
/// @param draw Amount to be drawn on top, ledger units.
/// @param assets Assets to be released, in the loan's order.
/// @param lrtAmount Restaking tokens to be released, base units.
/// @param schedule How principal is paid back from now on, if `instalments` is not zero.
/// @param instalments Due dates from now on: extends the loan on the present table's terms.
/// @param interval Seconds between them.
/// @param maxRateBps Highest yearly rate accepted for a draw or an extension.
/// @param nonce As in `LoanTerms`.
/// @param deadline Last moment at which the signature may be used, unix seconds.
struct LoanChange {
    uint64 loanId;
    uint64 draw;
    uint256[] assets;
    uint128 lrtAmount;
    ScheduleKind schedule;
    uint16 instalments;
    uint32 interval;
    uint16 maxRateBps;
    uint256 nonce;
    uint64 deadline;
}

/// @notice The hot slot: all that a payment touches.
/// @param principal Outstanding principal, ledger units.
/// @param prefunded Cash that the borrower has set aside, ledger units; it is the borrower's.
/// @param impaired Carrying value while called or in auction, ledger units.
/// @param accruedScaled Interest and fees owed as of `lastAccrual`, ledger units times SCALE.
/// @param lastAccrual Unix seconds. Of a called loan, when it was called; for its health, less the
/// oracle's `stoppedSeconds` then, so that its cure window stands still with the oracle.
/// @param rateBps Fixed rate, basis points a year.
/// @param status See `LoanStatus`.
/// @param callReason Why it was called.
/// @param windowSpent Whether it was called without a cure window (rule C2).
struct LoanState {
    uint56 principal;
    uint56 prefunded;
    uint56 impaired;
    uint88 accruedScaled;
    uint32 lastAccrual;
    uint16 rateBps;
    LoanStatus status;
    CallReason callReason;
    bool windowSpent;
}

/// @notice Sums of one lane (rules D1, L3).
/// @param a `Σ(p·SCALE − p·r·t + u)` over open loans, ledger units times SCALE.
/// @param b `Σ p·r`.
/// @param cash Booked cash of both escrows, ledger units.
/// @param owed Part of it that belongs to others: prefunded cash, surplus, refunds.
/// @param impaired Carrying value of called loans.
/// @param sequence Number of the lane's last event.
/// @param aside Part of the cash that lies in the escrow to which none goes any more, ledger units.
/// @param till Which of the lane's two escrows takes cash: 0 is that of the collateral (rule L5).
/// @param listed Whether there is a list of those to whom nothing is paid: while there is none, no call asks for it.
struct LaneState {
    int144 a;
    uint112 b;
    uint64 cash;
    uint64 owed;
    uint64 impaired;
    uint32 sequence;
    uint64 aside;
    uint8 till;
    bool listed;
}

/// @title The loan book: loans, lanes and settlement
/// @notice Amounts are ledger units. A loan id is `lane << 40 | number`; so is an operation id. `SCALE` is 10^4 · 31,536,000.
/// Where a call takes a `card`, it is the loan's present one; any other is refused with `CardMismatch`.
interface ILoanBook is ISales, IStewardship {
    event LaneAdded(uint32 indexed lane, address escrow);
    event Wired(address pool, address auctionHouse);
    event RelayerSet(uint32 indexed lane, address indexed relayer, bool active);
    /// @notice The loan's number within its lane is the event's.
    event LoanOpened(
        uint64 indexed loanId,
        address indexed borrower,
        uint32 sequence,
        uint16 rateBps,
        uint256 nonce,
        bytes32[] card
    );
    event Pledged(uint64 indexed loanId, uint256 indexed tokenId, uint32 sequence);
    event LrtPledged(uint64 indexed loanId, address indexed token, uint32 sequence, uint128 amount);
    event Released(uint64 indexed loanId, uint256 indexed tokenId, uint32 sequence, address to);
    event LrtReleased(
        uint64 indexed loanId, address indexed token, uint32 sequence, uint128 amount, address to
    );
    /// @notice More was drawn, at the rate of the present epoch; the loan's is the mean (rule D4).
    event LoanDrawn(uint64 indexed loanId, uint32 sequence, uint64 amount, uint16 rateBps);
    /// @notice A new schedule begins: an open loan's by the table of the day, a called one's by a workout.
    event LoanExtended(
        uint64 indexed loanId,
        uint32 sequence,
        uint16 rateBps,
        ScheduleKind schedule,
        uint16 instalments,
        uint32 interval,
        uint24 gracePeriod,
        uint24 cureWindow,
        uint16 lateFeeBps
    );
    /// @notice Prefunded cash paid a debt outside of a batch.
    event Collected(uint64 indexed loanId, uint32 sequence, uint64 amount);
    /// @notice A missed due date bore its fee outside of a batch.
    event Charged(uint64 indexed loanId, uint32 sequence, uint16 index);
    /// @notice Income came for a loan that needs it no more: it waits for the borrower.
    event IncomeKept(uint64 indexed loanId, address indexed party, uint32 sequence, uint64 amount);
    event Prefunded(uint64 indexed loanId, address indexed payer, uint32 sequence, uint64 amount);
    event PrefundWithdrawn(uint64 indexed loanId, uint32 sequence, uint64 amount);
    event Repaid(uint64 indexed loanId, address indexed payer, uint32 sequence, uint64 amount);
    event LoanCalled(
        uint64 indexed loanId,
        uint32 sequence,
        CallReason reason,
        uint64 debt,
        uint64 impaired,
        uint64 cureUntil,
        uint64 setOff
    );
    event LoanCured(uint64 indexed loanId, address indexed payer, uint32 sequence, uint64 paid);
    event LoanAuctioned(uint64 indexed loanId, uint32 sequence);
    event SaleApplied(
        uint64 indexed loanId, uint32 sequence, uint64 proceeds, uint64 toDebt, uint64 surplus
    );
    event LoanClosed(uint64 indexed loanId, uint32 sequence);
    event LoanWrittenOff(
        uint64 indexed loanId, address indexed borrower, uint32 sequence, uint64 loss
    );
    event Claimed(uint32 indexed lane, address indexed party, uint32 sequence, uint64 amount);
    event ShortfallPaid(
        address indexed borrower, uint32 indexed lane, uint32 sequence, uint64 amount
    );
    event CashMoved(uint32 indexed lane, uint32 sequence, int64 amount);
    /// @notice One event per batch: the hash of its words, cards included, the number of operations and two bits of
    /// result for each, the first in the lowest bits of the first byte.
    event BatchSettled(
        uint32 indexed lane, uint32 sequence, bytes32 wordsHash, uint16 count, bytes results
    );
    event OperationFailed(uint32 indexed lane, uint64 operationId, OperationFailure failure);

    error LaneUnknown(uint32 lane);
    error NotRelayer(uint32 lane, address caller);
    error AlreadyWired();
    error NotPool(address caller);
    error NotAuctionHouse(address caller);
    error NotSelf(address caller);
    error NotBorrower(uint64 loanId, address caller);
    error LoanNotFound(uint64 loanId);
    error CardMismatch(uint64 loanId);
    error WrongStatus(uint64 loanId, LoanStatus status);
    error TermsExpired(uint64 deadline);
    error NonceUsed(address borrower, uint32 lane, uint256 nonce);
    error InvalidSignature(address borrower);
    error InvalidTerms(bytes32 what);
    error BorrowerInShortfall(address borrower, uint64 shortfall);
    error ClassDisabled(uint16 classId);
    error AssetUnusable(uint256 tokenId);
    error MaturityBeyondAttestation(uint256 tokenId, uint64 validUntil);
    error RateTooHigh(uint16 rateBps, uint16 maxRateBps);
    error LaneShortOfCash(uint32 lane, uint64 available);
    error AboveLtv(uint64 principal, uint64 limit);
    error ProofMismatch(uint256 expected, uint256 given);
    /// @notice An asset's value jumped by more than its class allows; it counts once the void window has passed.
    error MoveUnconfirmed(uint256 assetId, uint64 previous, uint64 newest);
    error AboveLimit(uint64 principal, uint64 limit);
    error InstalmentMissed(uint64 loanId, uint256 index);
    error AssetNotPledged(uint64 loanId, uint256 tokenId);
    /// @notice What a word would have failed for, done by its party itself.
    error OperationRefused(uint64 loanId, OperationFailure failure);
    error NotCallable(uint64 loanId, uint64 debt, uint64 limit);
    error NotOverdue(uint64 loanId);
    error NotCured(uint64 loanId, uint64 debt, uint64 limit);
    error CureWindowOpen(uint64 loanId, uint64 until);
    error AmountTooSmall(uint64 amount, uint64 minimum);
    error AmountTooLarge(uint64 amount, uint64 most);
    error NothingToClaim(uint32 lane, address party);
    error BatchGasTooLow(uint256 index);
    error BatchTooLarge(uint256 count);
    /// @notice Something stands behind the words in the calldata.
    error WordsNotLast();
    /// @notice The words end within the card that follows word number `index`.
    error CardCut(uint256 index);

    /// @notice Opens a loan under the borrower's signed terms: pledges the collateral and pays out the draw.
    /// @param proofs Newest-round proofs, one per asset in order, then one for the LRT when there is one.
    function open(LoanTerms calldata terms, bytes calldata signature, ValueProof[] calldata proofs)
        external
        returns (uint64 loanId);
    /// @notice Draws more, releases collateral, extends: whatever the borrower signed, or asks for itself. Afterwards
    /// the debt is within the opening limit at newest-round values (rules V1, D4, D8).
    /// @param signature The borrower's; not looked at when the borrower calls. The nonce is spent by either.
    /// @param proofs Newest-round proofs of what stays pledged, as for `open`.
    function amend(
        LoanChange calldata change,
        bytes calldata signature,
        ValueProof[] calldata proofs,
        bytes32[] calldata card
    ) external;
    function prefund(uint64 loanId, uint64 amount) external;
    function withdrawPrefunded(uint64 loanId, uint64 amount, bytes32[] calldata card) external;
    /// @notice Repays up to `maxAmount`; anyone, never paused. Returns what was taken.
    function repay(uint64 loanId, uint64 maxAmount) external returns (uint64 paid);
    /// @notice Pays what is due of a loan and prefunds the rest: how a device's income comes in (rule D6). A called loan's
    /// debt is paid; what no debt needs waits for the borrower. Anyone.
    function pay(uint64 loanId, uint64 amount, bytes32[] calldata card) external;
    /// @notice The same with all whole ledger units that were sent to the loan's income address. Anyone.
    function sweep(uint64 loanId, bytes32[] calldata card) external returns (uint64 amount);
    /// @notice Pays debt out of prefunded cash, as a relayer may. Only the borrower.
    function collect(uint64 loanId, uint64 amount, bytes32[] calldata card) external;
    /// @notice Charges the late fee of a missed due date, as a relayer may. Anyone.
    function charge(uint64 loanId, uint16 index, bytes32[] calldata card) external;
    /// @notice Adds an asset of the borrower's to a loan's collateral. Only the borrower: an asset that loses its
    /// attestation makes the loan callable.
    /// @param proof Its newest-round proof: what nobody values would keep the loan from being called.
    function topUpAsset(uint64 loanId, ValueProof calldata proof, bytes32[] calldata card) external;
    /// @notice Adds restaking tokens of the loan's kind to its collateral. Anyone.
    function topUp(uint64 loanId, uint128 lrtAmount, bytes32[] calldata card) external;
    /// @notice Calls a loan that is unhealthy at the higher of the last two rounds' values (rule V1). Restaking tokens whose
    /// newest price broke the band count for nothing, need no proof of the round before, and are for sale at once (rule V6). Anyone.
    function call(
        uint64 loanId,
        ValueProof[] calldata newest,
        ValueProof[] calldata previous,
        bytes32[] calldata card
    ) external;
    /// @notice Calls a loan with an instalment missed beyond grace, or on a revoked or frozen asset when its other things
    /// do not bear the debt at the liquidation LTVs. Anyone.
    /// @param newest Proofs, or an empty array while the oracle is silent: then the appraisal caps count. So they do, under
    /// an empty proof, for a revoked or frozen asset, and for anything once the loan has been overdue for two more days (rule V4).
    function callOverdue(uint64 loanId, ValueProof[] calldata newest, bytes32[] calldata card)
        external;
    /// @notice Pays arrears and restores the opening LTV of a called or auctioned loan. Anyone.
    function cure(
        uint64 loanId,
        uint64 amount,
        ValueProof[] calldata newest,
        bytes32[] calldata card
    ) external;
    /// @notice Returns the collateral of a repaid loan to its recorded owner. What cannot be moved, or is a sanctioned
    /// owner's, waits in the escrow. Anyone.
    function close(uint64 loanId, bytes32[] calldata card) external;
    /// @notice Settles a batch of words for one lane; see `OperationKind`. A word is
    /// `kind (8) | operation number (40) | loan number (40) | amount (64) | zero (104)`, most significant first. The
    /// words of the loan's card follow a charge and a close.
    function settle(uint32 lane, bytes32[] calldata words) external;
    /// @notice Withdraws what a lane owes the caller (surplus, refunds).
    function claim(uint32 lane) external returns (uint64 amount);
    /// @notice Pays a past shortfall, so that the borrower may borrow again.
    function payShortfall(address borrower, uint32 lane, uint64 amount) external;

    /// @notice Books cash that the pool has sent to a lane, or sends cash back. Only the pool.
    function fundLane(uint32 lane, uint64 amount) external;
    /// @notice Sends cash that is the pool's own (`cash - owed`) back to the pool. Only the pool.
    function defundLane(uint32 lane, uint64 amount) external;

    function loanOf(uint64 loanId) external view returns (LoanState memory);
    function marksOf(uint64 loanId) external view returns (Marks memory);
    /// @notice Terms and collateral of a loan, from its card; of a closed loan, what they were.
    function readCard(uint64 loanId, bytes32[] calldata card) external view returns (Card memory);
    function laneOf(uint32 lane) external view returns (LaneState memory);
    function escrowOf(uint32 lane) external view returns (address);
    /// @notice Where a device may send its income for a loan by plain transfers; see `sweep`.
    function incomeAddressOf(uint64 loanId) external view returns (address);
    /// @notice Number of lanes; they are numbered from 0.
    function lanes() external view returns (uint32);
    /// @notice Debt of a loan now, ledger units, rounded up.
    function debtOf(uint64 loanId) external view returns (uint64);
    function isOverdue(uint64 loanId, bytes32[] calldata card) external view returns (bool);
    /// @notice When the cure window of a called loan ends, unix seconds; stopped seconds included (rules C2, C5).
    function cureUntilOf(uint64 loanId, bytes32[] calldata card) external view returns (uint64);
    function claimableOf(uint32 lane, address party) external view returns (uint64);
    function shortfallOf(address borrower) external view returns (uint64);
    /// @notice Result recorded for an operation id.
    function resultOf(uint64 operationId) external view returns (OperationResult);
    /// @notice Adds a lane with an escrow of its own, up to 64 of them. Governor.
    function addLane() external returns (uint32 lane);
    /// @notice Names the pool and the auction house, once. Governor.
    function wire(address pool, address auctionHouse) external;
    /// @notice Hands all collateral of a repaid loan to its owner; the book calls itself, so that a failing transfer in a
    /// batch undoes one operation only. Returns the lane's sequence after its events.
    function release(uint64 loanId, uint32 sequence, bytes32[] calldata card)
        external
        returns (uint32);
    function setRelayer(uint32 lane, address relayer, bool active) external;
}
