// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Where a loan stands. It moves along open → called → auctioned, by a cure back to open,
/// by a workout back to called; at debt zero from any of the three to repaid, then to closed; from
/// auctioned to written off (I-10).
/// @dev `None`: no loan was opened under the id. `Open`: it earns, and counts in its lane's sums.
/// `Called`: due at once, carried in `impaired`, earning nothing; its cure window runs or is over.
/// `Auctioned`: its lots are for sale. `Repaid`: nothing is owed, the collateral is to be returned.
/// `Closed` and `WrittenOff` are ends. Three bits of the hot slot: the order is part of the
/// storage.
enum LoanStatus {
    None,
    Open,
    Called,
    Auctioned,
    Repaid,
    Closed,
    WrittenOff
}

/// @notice How principal is paid back: in equal parts with each instalment, or all with the last.
/// Interest is due with each.
enum ScheduleKind {
    Amortising,
    InterestOnly
}

/// @notice Why a loan was called. An open loan has 0, `Health`: `Payments.isOpen` relies on it.
/// @dev `Health`: it owes more than its collateral bears at the liquidation LTVs (rule V1).
/// `Overdue`: an instalment is missed beyond its grace (V4). `Attestation`: an asset is revoked or
/// frozen and the others do not bear the debt (V4). `Band`: unhealthy, its restaking tokens out of
/// their price band, so that they are for sale at once (V6). For `Health` and `Band` the cure
/// window stands still with the oracle's clock (C5).
enum CallReason {
    Health,
    Overdue,
    Attestation,
    Band
}

/// @notice Kinds of words that `settle` takes (rule S1).
/// @dev `None` is no kind: such a word fails with `UnknownKind`. `Collect` pays debt out of
/// prefunded cash. `Charge` adds the late fee of a missed due date. `Close` returns the collateral
/// of a repaid loan.
enum OperationKind {
    None,
    Collect,
    Charge,
    Close
}

/// @notice Result of one operation, two bits in the batch's results (rule S2).
/// @dev `None`: the id is unused, which no result of a batch says. `Skipped`: the id was spent
/// before, so nothing was done; storage keeps whether it was applied or failed.
enum OperationResult {
    None,
    Applied,
    Failed,
    Skipped
}

/// @notice Why a word failed; it then had no effect. Also why its party cannot do the same itself.
/// @dev `UnknownKind`: also a word with bits where zeros belong. `UnknownLoan`: none has that
/// number. `WrongStatus`: a close needs a repaid loan, all else an open one. `NothingDue`: that due
/// date does not exist, is not missed, or has its grace. `MoreThanPrefunded`, `MoreThanDebt`: a
/// collect takes at most both. `BelowMinimum`: less than the minimum payment that would leave a
/// debt. `AlreadyCharged`: that due date or a later one bore its fee. `TransferFailed`: a return
/// reverted as a whole; single things that cannot move wait instead. `CardMismatch`: the words that
/// follow are not the loan's card.
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
/// @dev A field out of its bounds is refused with `InvalidTerms` and its name.
/// @param borrower Owner of the collateral and receiver of the draw.
/// @param lane Lane of the loan for life (rule L2).
/// @param principal Amount drawn at opening, ledger units: at least the minimum payment, below
/// 2^55, and so small that fifty years of its interest fit the hot slot.
/// @param limit Most principal that later draws may bring the loan to, ledger units: at least
/// `principal`, below 2^56. The lane's room is taken for all of it (rule L4).
/// @param maxRateBps Highest yearly rate accepted.
/// @param schedule How principal is paid back. A bullet is an interest-only loan of one instalment.
/// A class may ask for `Amortising`.
/// @param instalments Number of due dates, at least 1.
/// @param interval Seconds between due dates, at least a day. All due dates lie within the longest
/// tenor of each class (else `tenor`) and within the assets' attestations (rule A4).
/// @param assets Token ids pledged, at most 32, sorted ascending, none zero, none twice; none only
/// if restaking tokens are pledged.
/// @param lrt Restaking token pledged beside them, zero when none.
/// @param lrtAmount Its amount, base units, below 2^96; zero exactly when `lrt` is.
/// @param nonce Any number not used yet, unique by (borrower, lane); without order (rule S4).
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
/// @dev A field out of its bounds is refused with `InvalidTerms` and its name.
/// @param loanId The loan.
/// @param draw Amount to be drawn on top, ledger units; none after the last due date.
/// @param assets Token ids of assets to be released, in the loan's order.
/// @param lrtAmount Restaking tokens to be released, base units; at most those pledged.
/// @param schedule How principal is paid back from now on, if `instalments` is not zero.
/// @param instalments Due dates from now on: extends the loan on the present table's terms. Zero
/// leaves the schedule as it is.
/// @param interval Seconds between them, at least a day; bounds as in `LoanTerms`.
/// @param maxRateBps Highest yearly rate accepted for a draw or an extension.
/// @param nonce As in `LoanTerms`.
/// @param deadline Last moment at which the signature may be used, unix seconds; the borrower's own
/// call has none.
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

/// @notice The hot slot: all that a payment touches (rule D1). `Slots` packs it into 254 bits.
/// @dev Prefunded cash and carrying value share 56 bits there: a called loan has none prefunded.
/// @param principal Outstanding principal, ledger units.
/// @param prefunded Cash that the borrower has set aside, ledger units; it is the borrower's.
/// @param impaired Carrying value while called or in auction, ledger units: at most the debt (C1).
/// @param accruedScaled Interest and fees owed as of `lastAccrual`, ledger units times SCALE.
/// @param lastAccrual Up to when `accruedScaled` counts, unix seconds, never in the future (I-16).
/// Of a called loan, when it was called; for `Health` or `Band`, less the oracle's `stoppedSeconds`
/// then, so that its cure window stands still with the oracle.
/// @param rateBps Fixed rate, basis points a year.
/// @param status See `LoanStatus`.
/// @param callReason Why it was called; `Health`, which is zero, of an open loan.
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

/// @notice Sums of one lane (rules D1, L3). Its open loans owe `a + b·t` at time `t`, ledger units
/// times SCALE: simple interest is linear in time, so no sum walks over loans.
/// @dev The pool's own is `cash - owed`, less `aside` while that cannot be paid; its NAV adds
/// `(a + b·t) / SCALE + impaired` (rule P3). `Slots` packs all into two slots.
/// @param a `Σ(p·SCALE − p·r·t + u)` over open loans, ledger units times SCALE: `p` principal, `r`
/// rate in basis points, `t` last accrual, `u` what was accrued then. Negative once `p·r·t` is
/// more.
/// @param b `Σ p·r`: what the sum grows by in a second.
/// @param cash Booked cash of both escrows, ledger units; never read from a balance.
/// @param owed Part of it that belongs to others: prefunded cash, surplus of sales and income kept
/// for borrowers, ledger units.
/// @param impaired Carrying value of called and auctioned loans, ledger units.
/// @param sequence Number of the lane's last event, 0 before the first.
/// @param aside Part of the cash that lies in the escrow to which none goes any more, ledger units.
/// @param till Which of the lane's two escrows takes cash: 0 is that of the collateral (rule L5).
/// @param listed Whether there is a list of those to whom nothing is paid: while there is none, new
/// loans and sales ask no further.
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
