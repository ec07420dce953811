// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

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
