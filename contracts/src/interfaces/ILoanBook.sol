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
/// @notice What is done with a loan, and what can go wrong; `ILoanViews` says what can be read of
/// it, `IStewardship` what concerns lanes, `ISales` what the auction house asks.
///
/// Units. Amounts are ledger units, 10^max(0, decimals - 6) base units of the stablecoin; restaking
/// tokens (LRT) count in base units of their own; times are unix seconds, spans seconds, rates
/// basis points (bps) a year. `SCALE`, 10^4 · 31,536,000, is what interest is kept times.
///
/// Ids. A loan's id is `lane (32) << 40 | number (40)`; so is the id of an operation of `settle`. A
/// loan's number is the `sequence` of the event that opened it. Lanes are numbered from 0.
///
/// Cards. Where a call takes a `card`, it is the words of the loan's present one, as `Cards` lays
/// them out and its events give them; any other is refused with `CardMismatch`.
/// @dev Calls on different lanes, for different parties, share no slot (rule L1). All functions are
/// guarded against re-entry (`ReentrancyGuardReentrantCall`), but `release`, which only the book
/// calls. A sum beyond the width of its slot reverts with `Slots.LaneFull`,
/// `LoanMath.InterestTooLarge` or an error of OpenZeppelin's `SafeCast`.
interface ILoanBook is ILoanViews, ISales, IStewardship {
    // ---- Events: `sequence` numbers those of a lane without a gap (I-33) ------------------------

    /// @notice Governance added a lane.
    /// @param lane Its number, one more than that of the lane before.
    /// @param escrow Where its collateral lies for good, and its cash until the till is turned.
    event LaneAdded(uint32 indexed lane, address escrow);
    /// @notice A loan was opened; its number within its lane is that of this event.
    /// @param rateBps Its yearly rate until a draw or an extension fixes another (rule D4).
    /// @param nonce Nonce of the terms, now spent for this borrower in this lane.
    /// @param card Words of its card: from here on whoever acts on the loan can bring them.
    event LoanOpened(
        uint64 indexed loanId,
        address indexed borrower,
        uint32 sequence,
        uint16 rateBps,
        uint256 nonce,
        bytes32[] card
    );
    /// @notice An asset came into the escrow for the loan, at its opening or later (rule A5).
    event Pledged(uint64 indexed loanId, uint256 indexed tokenId, uint32 sequence);
    /// @notice Restaking tokens came into the escrow for the loan; `amount` in base units.
    event LrtPledged(uint64 indexed loanId, address indexed token, uint32 sequence, uint128 amount);
    /// @notice An asset left the escrow: released, returned or sold.
    /// @param to The recorded owner, or the buyer of a lot.
    event Released(uint64 indexed loanId, uint256 indexed tokenId, uint32 sequence, address to);
    /// @notice Restaking tokens left the escrow; `amount` in base units, `to` as in `Released`.
    event LrtReleased(
        uint64 indexed loanId, address indexed token, uint32 sequence, uint128 amount, address to
    );
    /// @notice More was drawn on an open loan.
    /// @param rateBps The epoch's rate for it. The loan's is now the mean of its former one and
    /// this, weighted by debt and draw, rounded up (rule D4).
    event LoanDrawn(uint64 indexed loanId, uint32 sequence, uint64 amount, uint16 rateBps);
    /// @notice A new schedule begins: an open loan's by the table of the day, a called one's by a
    /// workout. It counts from this block, for the principal as it stands; late fees begin anew.
    /// @param instalments Number of due dates from now on.
    /// @param interval Seconds between them.
    /// @param gracePeriod Seconds after a due date, pauses left out, before it is overdue.
    /// @param cureWindow Seconds between a call and an auction.
    /// @param lateFeeBps Fee of a missed due date, basis points of one instalment's principal.
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
    /// @notice A missed due date, number `index` from 1, bore its fee outside of a batch.
    event Charged(uint64 indexed loanId, uint32 sequence, uint16 index);
    /// @notice Income came for a loan that needs it no more: `party`, its borrower, can claim it.
    event IncomeKept(uint64 indexed loanId, address indexed party, uint32 sequence, uint64 amount);
    /// @notice Cash was set aside for coming instalments; it is the borrower's (rule D6).
    /// @param payer Who paid, or the loan's income address.
    event Prefunded(uint64 indexed loanId, address indexed payer, uint32 sequence, uint64 amount);
    /// @notice The borrower took prefunded cash back.
    event PrefundWithdrawn(uint64 indexed loanId, uint32 sequence, uint64 amount);
    /// @notice A debt fell by `amount`; at zero the loan is repaid.
    /// @param payer Who paid, or the loan's income address.
    event Repaid(uint64 indexed loanId, address indexed payer, uint32 sequence, uint64 amount);
    /// @notice A loan was called, or repaid outright by what was prefunded (rules C1, D6).
    /// @param debt What it owes after the set-off, rounded up; 0 when the set-off repaid it.
    /// @param impaired What it is carried at from now on: at most the debt and the recovery value.
    /// @param cureUntil End of its cure window as things stand: time in which clocks stand still
    /// moves it on, see `cureUntilOf`. 0 when the set-off repaid the loan.
    /// @param setOff Prefunded cash that was set off against the debt.
    event LoanCalled(
        uint64 indexed loanId,
        uint32 sequence,
        CallReason reason,
        uint64 debt,
        uint64 impaired,
        uint64 cureUntil,
        uint64 setOff
    );
    /// @notice A called loan is open again, or repaid when `paid` was all that it owed (rule C2).
    event LoanCured(uint64 indexed loanId, address indexed payer, uint32 sequence, uint64 paid);
    /// @notice A called loan went to auction.
    event LoanAuctioned(uint64 indexed loanId, uint32 sequence);
    /// @notice A lot was sold: `proceeds` are `toDebt` and the borrower's `surplus` (I-21).
    event SaleApplied(
        uint64 indexed loanId, uint32 sequence, uint64 proceeds, uint64 toDebt, uint64 surplus
    );
    /// @notice A repaid loan ended: its collateral is returned, or waits (`ReturnWaits`).
    event LoanClosed(uint64 indexed loanId, uint32 sequence);
    /// @notice The last lot is sold and debt is left: the lenders' `loss`, the borrower's
    /// shortfall.
    event LoanWrittenOff(
        uint64 indexed loanId, address indexed borrower, uint32 sequence, uint64 loss
    );
    /// @notice A party was paid what a lane owed it.
    event Claimed(uint32 indexed lane, address indexed party, uint32 sequence, uint64 amount);
    /// @notice A shortfall fell by `amount`, which is the pool's cash in that lane.
    event ShortfallPaid(
        address indexed borrower, uint32 indexed lane, uint32 sequence, uint64 amount
    );
    /// @notice The pool brought cash to a lane, or took it when `amount` is negative.
    event CashMoved(uint32 indexed lane, uint32 sequence, int64 amount);
    /// @notice One event per batch (rule S2).
    /// @param wordsHash Keccak-256 of its words end to end, cards included.
    /// @param count Number of operations.
    /// @param results An `OperationResult` in two bits for each, the first in the lowest of byte 0.
    event BatchSettled(
        uint32 indexed lane, uint32 sequence, bytes32 wordsHash, uint16 count, bytes results
    );
    /// @notice An operation of a batch had no effect; its id is spent. It has no number of its own.
    event OperationFailed(uint32 indexed lane, uint64 operationId, OperationFailure failure);

    // ---- Errors: what was refused changed nothing ----------------------------------------------

    /// @notice No lane has that number; from `handOut`, there are more or fewer lanes than given.
    error LaneUnknown(uint32 lane);
    /// @notice The caller may not settle batches of the lane.
    error NotRelayer(uint32 lane, address caller);
    /// @notice Pool and auction house are named once.
    error AlreadyWired();
    /// @notice Only the pool may move a lane's cash and hand out rooms.
    error NotPool(address caller);
    /// @notice Only the auction house may start and book sales.
    error NotAuctionHouse(address caller);
    /// @notice Only the loan book itself may call `release`.
    error NotSelf(address caller);
    /// @notice Only the loan's borrower may do this.
    error NotBorrower(uint64 loanId, address caller);
    /// @notice No loan was ever opened under that id.
    error LoanNotFound(uint64 loanId);
    /// @notice The words are not the loan's present card.
    error CardMismatch(uint64 loanId);
    /// @notice What is asked for is not done with a loan of the `status` that this one has (I-10).
    error WrongStatus(uint64 loanId, LoanStatus status);
    /// @notice What was signed held until `deadline`, unix seconds.
    error TermsExpired(uint64 deadline);
    /// @notice The nonce was used or withdrawn in that lane (rule S4).
    error NonceUsed(address borrower, uint32 lane, uint256 nonce);
    /// @notice The borrower did not sign this, for this chain and contract.
    error InvalidSignature(address borrower);
    /// @notice A field of what was signed or asked for is out of its bounds; `what` is its name in
    /// ASCII. Bounds stand at `LoanTerms`, `LoanChange` and `LoanWorkout`.
    error InvalidTerms(bytes32 what);
    /// @notice The borrower has not paid `shortfall`, ledger units, of what was written off (C4).
    error BorrowerInShortfall(address borrower, uint64 shortfall);
    /// @notice The class secures nothing new: no loan, draw, extension or top-up.
    error ClassDisabled(uint16 classId);
    /// @notice The asset is not active, or the newest round does not hold it good to borrow on. Of
    /// restaking tokens `tokenId` is the token's address.
    error AssetUnusable(uint256 tokenId);
    /// @notice The loan would outlive its asset's attestations, which end at `validUntil` (rule
    /// A4).
    error MaturityBeyondAttestation(uint256 tokenId, uint64 validUntil);
    /// @notice The table's rate is above the one that was accepted (rule D4).
    error RateTooHigh(uint16 rateBps, uint16 maxRateBps);
    /// @notice The lane has only `available` of the pool's own cash at hand, ledger units (rule
    /// L3).
    error LaneShortOfCash(uint32 lane, uint64 available);
    /// @notice More would be owed, `principal`, than the collateral bears at the opening LTVs.
    error AboveLtv(uint64 principal, uint64 limit);
    /// @notice What was brought is not what the loan is secured by: a number of proofs, the asset
    /// or class of one, or what a sale hands over.
    error ProofMismatch(uint256 expected, uint256 given);
    /// @notice An asset's value jumped by more than its class allows, from `previous` to `newest`,
    /// ledger units; it counts once the void window has passed (rule V3).
    error MoveUnconfirmed(uint256 assetId, uint64 previous, uint64 newest);
    /// @notice With the draw the principal would exceed the signed limit, ledger units.
    error AboveLimit(uint64 principal, uint64 limit);
    /// @notice Due date number `index` is missed: nothing is drawn or released, and once its grace
    /// is over nothing extended (rule D8).
    error InstalmentMissed(uint64 loanId, uint256 index);
    /// @notice The asset is not the loan's, or not where the list, in the loan's order, has it.
    error AssetNotPledged(uint64 loanId, uint256 tokenId);
    /// @notice What a word would have failed for, done by its party itself.
    error OperationRefused(uint64 loanId, OperationFailure failure);
    /// @notice The debt is within what the collateral bears at the liquidation LTVs (rule V1).
    error NotCallable(uint64 loanId, uint64 debt, uint64 limit);
    /// @notice No instalment is overdue, and no asset is frozen or revoked, or the others bear the
    /// debt (rule V4).
    error NotOverdue(uint64 loanId);
    /// @notice More is owed than the opening LTVs allow, `limit`, or an instalment is overdue
    /// still.
    error NotCured(uint64 loanId, uint64 debt, uint64 limit);
    /// @notice The auction may start at `until`, unix seconds.
    error CureWindowOpen(uint64 loanId, uint64 until);
    /// @notice At least `minimum` is asked for, ledger units; a smaller payment is taken only where
    /// it ends the debt (rule D1).
    error AmountTooSmall(uint64 amount, uint64 minimum);
    /// @notice At most `most` is there to be paid or taken, ledger units.
    error AmountTooLarge(uint64 amount, uint64 most);
    /// @notice The lane owes the caller nothing.
    error NothingToClaim(uint32 lane, address party);
    /// @notice Less gas is left than word number `index` may take; the whole batch is undone (S3).
    error BatchGasTooLow(uint256 index);
    /// @notice A batch has at most 1,000 words.
    error BatchTooLarge(uint256 count);
    /// @notice Something stands behind the words in the calldata.
    error WordsNotLast();
    /// @notice The words end within the card that follows word number `index`.
    error CardCut(uint256 index);

    // ---- Functions -----------------------------------------------------------------------------

    /// @notice Opens a loan under the borrower's signed terms: pledges the collateral and pays out
    /// the draw. Anyone may bring them; what they must satisfy stands at `LoanTerms` (rules V1,
    /// D4).
    /// @param terms What was signed; the loan is opened under its every word.
    /// @param signature The borrower's: of a key, or what its ERC-1271 wallet takes within 150,000
    /// gas (rule S3).
    /// @param proofs Newest-round proofs, one per asset in order, then one for the LRT if there is
    /// one.
    /// @return loanId Id of the loan.
    /// @dev Reverts with `IPause.ProtocolIsPaused` during the guardian's pause and with
    /// `IValuationOracle.RoundStale` while the oracle is silent; for what the lane lacks, with
    /// `LaneShortOfCash`, `ClassRoomShort` or `InflowTooFast`; for the borrower, with `NonceUsed`,
    /// `BorrowerInShortfall` or `Sanctioned`; for the collateral, with `AssetUnusable`,
    /// `MaturityBeyondAttestation`, `ClassDisabled` or `AboveLtv`.
    function open(LoanTerms calldata terms, bytes calldata signature, ValueProof[] calldata proofs)
        external
        returns (uint64 loanId);
    /// @notice Draws more, releases collateral, extends: whatever the borrower signed, or asks for
    /// itself. Afterwards the debt is within the opening limit at newest-round values (rules V1,
    /// D4, D8), or the call reverts with `AboveLtv`.
    /// @param change What is asked for; its deadline binds only those who bring a signature.
    /// @param signature The borrower's; not looked at when the borrower calls. Either spends the
    /// nonce.
    /// @param proofs Newest-round proofs of what stays pledged, as for `open`.
    /// @dev Reverts as `open` does, but a pause refuses draws only; and with `WrongStatus` unless
    /// the loan is open, `InstalmentMissed`, `AssetNotPledged` or `AboveLimit`.
    function amend(
        LoanChange calldata change,
        bytes calldata signature,
        ValueProof[] calldata proofs,
        bytes32[] calldata card
    ) external;
    /// @notice Sets cash aside for an open loan's coming instalments; it stays the borrower's, and
    /// is set off if the loan is called (rule D6). Anyone (D7b).
    /// @param amount At least the market's minimum payment, or `AmountTooSmall`; `AmountTooLarge`
    /// beyond what the slot holds. `WrongStatus` of a loan that is not open.
    function prefund(uint64 loanId, uint64 amount) external;
    /// @notice Takes prefunded cash back, also of a loan that has ended. Only the borrower, if it
    /// may be paid (`Sanctioned`).
    /// @param amount From 1 to all of it: else `AmountTooSmall` or `AmountTooLarge`.
    function withdrawPrefunded(uint64 loanId, uint64 amount, bytes32[] calldata card) external;
    /// @notice Repays an open, called or auctioned loan: whole units of interest first, then
    /// principal. At debt zero it is repaid, and an auction ends. Anyone, never paused (rule D7).
    /// @param maxAmount Most that the caller pays.
    /// @return paid What was taken: `maxAmount`, or the whole debt, rounded up, if that is less.
    /// @dev Reverts with `AmountTooSmall` for less than the minimum payment that leaves a debt, and
    /// with `WrongStatus` when nothing is owed.
    function repay(uint64 loanId, uint64 maxAmount) external returns (uint64 paid);
    /// @notice Pays what is due of a loan and prefunds the rest: how a device's income comes in
    /// (rule D6). A called loan's debt is paid; what no debt needs waits for the borrower. Anyone.
    /// @param amount All of it is taken. At least the minimum payment, or `AmountTooSmall`.
    /// `WrongStatus` of a loan that is closed or written off.
    function pay(uint64 loanId, uint64 amount, bytes32[] calldata card) external;
    /// @notice The same with what was sent to the loan's income address. Anyone.
    /// @return amount What was there, in whole ledger units; a fraction of one stays. Less than the
    /// minimum payment waits for more (`AmountTooSmall`).
    function sweep(uint64 loanId, bytes32[] calldata card) external returns (uint64 amount);
    /// @notice Pays an open loan's debt out of prefunded cash, as a relayer may. Only the borrower.
    /// @param amount At most prefunded cash and debt; else `OperationRefused` says why not.
    function collect(uint64 loanId, uint64 amount, bytes32[] calldata card) external;
    /// @notice Charges the late fee of a missed due date, as a relayer may (rules S1, D2). Anyone.
    /// @param index Number of the due date, from 1. Each bears one fee, in order: one that was
    /// passed over bears none. `OperationRefused` says why there is none.
    function charge(uint64 loanId, uint16 index, bytes32[] calldata card) external;
    /// @notice Adds an asset of the borrower's to the collateral of an open or called loan. Only
    /// the borrower: an asset that loses its attestation makes the loan callable (rule D7b).
    /// @param proof Its newest-round proof: what nobody values would keep the loan from being
    /// called.
    /// @dev The asset's attestations must outlast the loan. Its class is counted whatever its room.
    function topUpAsset(uint64 loanId, ValueProof calldata proof, bytes32[] calldata card) external;
    /// @notice Adds restaking tokens of the loan's kind to its collateral, open or called. Anyone.
    /// @param lrtAmount Base units, not 0. A loan that never had such tokens takes none.
    /// @dev In auction neither is taken: a lot could be passed by.
    function topUp(uint64 loanId, uint128 lrtAmount, bytes32[] calldata card) external;
    /// @notice Calls a loan that is unhealthy at the higher of the last two rounds' values (rule
    /// V1). LRT whose newest price broke the band count for nothing, need no proof of the round
    /// before, and are for sale at once (rule V6). What was prefunded is set off, the rest of the
    /// debt leaves the lane's sums and earns nothing until cured (rules C1, D6). Anyone.
    /// @param newest Proofs of the newest round, in the order of the card's things.
    /// @param previous As many of the round before.
    /// @dev Reverts with `NotCallable`, `ProofMismatch`, `MoveUnconfirmed`, and with `RoundStale`
    /// while the oracle is silent.
    function call(
        uint64 loanId,
        ValueProof[] calldata newest,
        ValueProof[] calldata previous,
        bytes32[] calldata card
    ) external;
    /// @notice Calls a loan with an instalment missed beyond grace, or on a revoked or frozen asset
    /// when its other things do not bear the debt at the liquidation LTVs (rule V4). Anyone.
    /// @param newest Proofs, or an empty array while the oracle is silent: then appraisal caps
    /// count. So they do, under an empty proof, for a revoked or frozen asset, and for anything
    /// once the loan has been overdue for two more days.
    /// @dev Does what `call` does; reverts with `NotOverdue` where there is no reason.
    function callOverdue(uint64 loanId, ValueProof[] calldata newest, bytes32[] calldata card)
        external;
    /// @notice Pays arrears and restores the opening LTV of a called or auctioned loan (rule C2);
    /// an auction ends. Anyone.
    /// @param amount Most to be paid, 0 if collateral that was added is enough.
    /// @param newest Proofs of the newest round, or as for `callOverdue` when the call needed none;
    /// not looked at when all debt is paid.
    /// @dev Reverts with `NotCured`. The payment is taken only if the loan opens again or is
    /// repaid.
    function cure(
        uint64 loanId,
        uint64 amount,
        ValueProof[] calldata newest,
        bytes32[] calldata card
    ) external;
    /// @notice Returns the collateral of a repaid loan to its recorded owner (rule D9). What cannot
    /// be moved, or is a sanctioned owner's, waits in the escrow. Anyone, never paused.
    /// `WrongStatus` unless the loan is repaid.
    function close(uint64 loanId, bytes32[] calldata card) external;
    /// @notice Settles a batch of words for one lane; see `OperationKind`. A word that fails
    /// changes nothing but its own result. Only a relayer of the lane (rules S1, S2).
    /// @param words `kind (8) | operation number (40) | loan number (40) | amount (64) | zero
    /// (104)`, highest bits first. The amount is ledger units to collect, or the due date to
    /// charge. The words of the loan's card follow a charge and a close.
    /// @dev The whole batch reverts with `NotRelayer`, `BatchTooLarge`, `WordsNotLast`, `CardCut`
    /// or `BatchGasTooLow`; no word makes it revert otherwise, unless a sum outgrows its slot.
    function settle(uint32 lane, bytes32[] calldata words) external;
    /// @notice Pays the caller what a lane owes it: surplus of sales, income that no debt needed.
    /// @return amount All of it. `NothingToClaim` when that is nothing, `Sanctioned` while the
    /// caller may not be paid.
    function claim(uint32 lane) external returns (uint64 amount);
    /// @notice Pays a past shortfall, so that the borrower may borrow again (rule C4). Anyone.
    /// @param lane Any lane: the cash goes to its till and is the pool's.
    /// @param amount From 1 to the shortfall: else `AmountTooSmall` or `AmountTooLarge`.
    function payShortfall(address borrower, uint32 lane, uint64 amount) external;

    /// @notice Hands all collateral of a repaid loan to its owner, for `close` and `settle`. Only
    /// the book itself: so a failing transfer in a batch undoes one operation only.
    /// @param sequence Number of the lane's last event.
    /// @return Its number after those of this call.
    function release(uint64 loanId, uint32 sequence, bytes32[] calldata card)
        external
        returns (uint32);
}
