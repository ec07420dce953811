// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILoanViews} from "./ILoanViews.sol";
import {Card, Marks} from "./LoanCard.sol";
import {
    CallReason,
    LaneState,
    LoanChange,
    LoanState,
    LoanStatus,
    LoanTerms,
    OperationFailure,
    OperationKind,
    OperationResult,
    ScheduleKind
} from "./LoanTypes.sol";
import {ISales} from "./ISales.sol";
import {IStewardship, LoanWorkout, Room} from "./IStewardship.sol";
import {ValueProof} from "./IValuationOracle.sol";

/// @title The loan book: loans, lanes and settlement
/// @notice Amounts are ledger units. A loan id is `lane << 40 | number`; so is an operation id. `SCALE` is 10^4 · 31,536,000.
/// Where a call takes a `card`, it is the loan's present one; any other is refused with `CardMismatch`.
interface ILoanBook is ILoanViews, ISales, IStewardship {
    event LaneAdded(uint32 indexed lane, address escrow);
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

    /// @notice Hands all collateral of a repaid loan to its owner; the book calls itself, so that a failing transfer in a
    /// batch undoes one operation only. Returns the lane's sequence after its events.
    function release(uint64 loanId, uint32 sequence, bytes32[] calldata card)
        external
        returns (uint32);
}
