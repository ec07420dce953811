// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ILendingPool} from "./interfaces/ILendingPool.sol";
import {Card} from "./interfaces/ILoanBook.sol";
import {TrancheMath} from "./libraries/TrancheMath.sol";
import {Lenders} from "./Lenders.sol";

/// @title Draws larger than their lane's room, reserved for the next close (rule L2)
/// @notice A reservation of epoch n is served by close n, which brings its cash to the lane, and
/// ends at close n + 1. What it costs is decided by what the lane held then: the part that lay idle
/// cost the pool its use, the part that anyone drew cost nothing.
abstract contract Reservations is Lenders {
    using SafeCast for uint256;

    /// @dev Most of a deposit that can be forfeited, basis points.
    uint256 internal constant FORFEITED_BPS = 5_000;
    /// @dev A loan's id is `lane << 40 | number`.
    uint256 private constant LANE_SHIFT = 40;

    /// @dev One slot; `amount` is zero when there is none.
    /// @param amount Cash asked for, ledger units.
    /// @param deposit What was paid for asking, ledger units.
    /// @param epoch Epoch in which it was made.
    struct Reservation {
        uint64 amount;
        uint64 deposit;
        uint32 epoch;
    }

    /// @dev What is reserved in a lane, ledger units.
    /// @param asked Asked for in the running epoch.
    /// @param brought Brought by the last close and not proven drawn.
    struct Demand {
        uint64 asked;
        uint64 brought;
    }

    /// @dev How a lane's reservations of one epoch went, for all of them together. One slot.
    /// @param broughtAt Close that brought their cash, unix seconds; zero while or when it did not
    /// come.
    /// @param endedAt Close after that one, unix seconds; zero until then, and where all was drawn.
    /// @param brought Of their cash, what nobody proved to have drawn, ledger units.
    /// @param idle Of that, what the lane still held at the end.
    struct Verdict {
        uint48 broughtAt;
        uint48 endedAt;
        uint64 brought;
        uint64 idle;
    }

    /// @notice What all reservations of the running epoch may still ask for.
    uint64 public reservable;
    /// @inheritdoc ILendingPool
    mapping(uint32 lane => mapping(address borrower => Reservation)) public reservationOf;
    /// @dev Of the running epoch and of the last close; those of older ones live on as verdicts.
    mapping(uint32 lane => Demand) internal _demands;
    /// @dev Kept for good: a deposit may be fetched at any time.
    mapping(uint32 lane => mapping(uint32 epoch => Verdict)) private _verdicts;

    /// @inheritdoc ILendingPool
    /// @dev The reservation is its borrower's alone and brings no claim to the cash: whoever draws
    /// first, draws.
    function reserveDraw(uint32 lane, uint64 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        if (lane >= loanBook.lanes()) revert LaneUnknown(lane);
        if (amount > reservable) revert ReservationTooLarge(reservable, amount);
        _requireCleared(msg.sender);
        Reservation memory open = reservationOf[lane][msg.sender];
        if (open.amount != 0) revert ReservationOpen(lane, open.epoch);
        uint32 number = _pool.epoch;
        uint64 deposit =
            Math.ceilDiv(amount * reservationDepositBps, TrancheMath.BPS).toUint64();
        reservationOf[lane][msg.sender] = Reservation(amount, deposit, number);
        _demands[lane].asked += amount;
        reservable -= amount;
        held += deposit;
        emit DrawReserved(lane, msg.sender, number, amount, deposit);
        _takeIn(deposit);
    }

    /// @inheritdoc ILendingPool
    /// @dev The reservation is deleted before any cash moves. What is forfeited stays here and
    /// changes owner.
    function endReservation(
        uint32 lane,
        address borrower,
        uint64 loanId,
        bytes32[] calldata card
    ) external nonReentrant {
        Reservation memory ended = reservationOf[lane][borrower];
        if (ended.amount == 0) revert ReservationMissing(lane, borrower);
        _requireCleared(borrower);
        delete reservationOf[lane][borrower];
        uint64 forfeited = _forfeited(ended, lane, borrower, loanId, card);
        uint64 refunded = ended.deposit - forfeited;
        emit ReservationEnded(lane, borrower, refunded, forfeited);
        if (forfeited != 0) {
            held -= forfeited;
            _pool.reserve += forfeited;
        }
        _payHeld(borrower, refunded);
    }

    /// @dev At the start of a close: what the last one brought has had its epoch. The lane is not
    /// stuck then: only closes find that out, and the last one brought the cash.
    /// @param lane The lane.
    /// @param free The pool's part of its cash, ledger units.
    /// @return What was asked for in the epoch that closes, ledger units.
    function _endReservations(uint32 lane, uint256 free) internal returns (uint64) {
        Demand memory demand = _demands[lane];
        if (demand.brought != 0) {
            Verdict storage verdict = _verdicts[lane][_pool.epoch - 1];
            verdict.endedAt = uint48(block.timestamp);
            verdict.brought = demand.brought;
            verdict.idle = Math.min(free, demand.brought).toUint64();
        }
        return demand.asked;
    }

    /// @dev At the end of a close: whether the lane has the cash that was asked for in it.
    /// @param lane The lane.
    /// @param free The pool's part of its cash now, ledger units.
    /// @param asked What was asked for in the epoch that closes. All of it or none counts as
    /// brought.
    /// @param stuck Whether its token calls fail; then no cash is at hand.
    function _serveReservations(uint32 lane, uint256 free, uint256 asked, bool stuck) internal {
        bool served = asked != 0 && !stuck && free >= asked;
        if (served) _verdicts[lane][_pool.epoch].broughtAt = uint48(block.timestamp);
        uint64 brought = served ? asked.toUint64() : 0;
        if (asked != 0 || _demands[lane].brought != brought) {
            _demands[lane] = Demand(0, brought);
        }
    }

    /// @dev What ending a reservation costs: nothing where the cash did not come or the borrower
    /// drew it; else half of the deposit for what lay idle, `deposit · ½ · idle / brought`, rounded
    /// down for the borrower. Reverts with `ReservationRunning` or `DrawNotOfReservation`.
    /// @param ended The reservation, deleted already.
    /// @param lane Its lane.
    /// @param borrower Who reserved.
    /// @param loanId Loan that shall have used it, or 0. It must be of that lane and borrower, its
    /// base principal at least what was reserved, and its schedule begun while the cash was there.
    /// @param words That loan's card.
    /// @return Ledger units, at most half of the deposit.
    function _forfeited(
        Reservation memory ended,
        uint32 lane,
        address borrower,
        uint64 loanId,
        bytes32[] calldata words
    ) private returns (uint64) {
        uint32 number = _pool.epoch;
        if (number == ended.epoch) revert ReservationRunning(ended.epoch);
        Verdict memory verdict = _verdicts[lane][ended.epoch];
        if (verdict.broughtAt == 0) return 0;
        if (loanId != 0) {
            if (loanId >> LANE_SHIFT != lane) revert DrawNotOfReservation(loanId);
            Card memory card = loanBook.readCard(loanId, words);
            bool same = card.borrower == borrower && card.basePrincipal >= ended.amount;
            if (!same || !_inTime(card.openedAt, verdict)) revert DrawNotOfReservation(loanId);
            if (verdict.endedAt == 0) _demands[lane].brought -= ended.amount;
            return 0;
        }
        if (verdict.endedAt == 0) revert ReservationRunning(ended.epoch + 1);
        if (verdict.idle == 0) return 0;
        // The borrower has an epoch to name the loan before anyone else ends it.
        if (msg.sender != borrower && number == ended.epoch + 2) {
            revert ReservationRunning(number);
        }
        uint256 most = ended.deposit * FORFEITED_BPS;
        return uint64(most * verdict.idle / (TrancheMath.BPS * verdict.brought));
    }

    /// @dev Whether a loan's schedule began while the reserved cash was there: one beginning stands
    /// for one reservation at most.
    /// @param openedAt When it began, unix seconds: at the opening, or at the last extension.
    /// @param verdict That of the epoch; its cash was brought.
    /// @return Whether that was after the cash came and not after the close that followed.
    function _inTime(uint256 openedAt, Verdict memory verdict) private pure returns (bool) {
        return openedAt > verdict.broughtAt && (verdict.endedAt == 0 || openedAt <= verdict.endedAt);
    }
}
