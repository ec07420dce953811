// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    Card,
    LaneState,
    LoanState,
    LoanStatus,
    ScheduleKind
} from "../../src/interfaces/ILoanBook.sol";
import {LoanMath} from "../../src/libraries/LoanMath.sol";
import {Pauses} from "../../src/libraries/Pauses.sol";
import {Schedule} from "../../src/libraries/Schedule.sol";
import {TrancheMath} from "../../src/libraries/TrancheMath.sol";
import {Valuation} from "../../src/libraries/Valuation.sol";

/// @title The formulas of lending, for a comparison with Python's in many cases at a time
/// @notice Each function takes rows of inputs and returns rows of results; what they hold is
/// written in `tests/chain/contracts/test_differential.py`.
contract Exposed {
    using LoanMath for LoanState;
    using Pauses for uint256[];
    using Schedule for Card;
    using Valuation for uint256;

    mapping(uint256 row => uint256[]) private _logs;

    /// @notice now, grace, then when and for how long a pause was begun (or ended) > cutoff
    function graceCutoff(int256[][] calldata rows) external returns (int256[][] memory results) {
        results = new int256[][](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            for (uint256 j = 2; j < rows[i].length; j += 2) {
                _logs[i].book(uint256(rows[i][j + 1]), uint256(rows[i][j]));
            }
            results[i] = _one(_logs[i].cutoff(uint256(rows[i][1]), uint256(rows[i][0])));
        }
    }

    /// @notice principal, rate, accrued, last, status, now > interest scaled, debt
    function interest(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_interest, rows);
    }

    /// @notice principal, rate, accrued, last, status, now, amount > principal, accrued
    function payment(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_payment, rows);
    }

    /// @notice principal, rate, accrued, last, status, now, base, fee, instalments > accrued
    function charge(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_charge, rows);
    }

    /// @notice principal, rate, accrued, last, status > a, b
    function lanePart(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_lanePart, rows);
    }

    /// @notice principal, rate, accrued, last, status, now, prefunded, kind, base, instalments,
    /// interval, opened, grace > due dates reached, outstanding after them, overdue
    function schedule(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_schedule, rows);
    }

    /// @notice attested, valid until, fresh for, now > bps
    function freshness(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_freshness, rows);
    }

    /// @notice attested, valid until, fresh for, now, lower, cap, ltv, token price, tokens, their
    /// ltv > limit of a draw
    function borrowingLimit(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_borrowingLimit, rows);
    }

    /// @notice newest, previous, cap, ltv, newest and previous token price, tokens, their ltv,
    /// move limit > limit of a call, moved too far
    function callingLimit(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_callingLimit, rows);
    }

    /// @notice value, start, recovery, duration, elapsed > start price, floor, price
    function price(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_price, rows);
    }

    /// @notice held, debt, price > sold, due
    function lrtLot(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_lrtLot, rows);
    }

    /// @notice pool cash, now, then a, b, free cash, impaired of each lane > NAV
    function nav(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_nav, rows);
    }

    /// @notice amount, value, shares > shares for it as assets, assets for it as shares
    function shares(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_shares, rows);
    }

    /// @notice senior wish, junior wish, cash > senior, junior
    function proRata(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_proRata, rows);
    }

    /// @notice senior, subordination > least junior
    function minimumJunior(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_minimumJunior, rows);
    }

    /// @notice lent, nav > bps
    function utilisation(int256[][] calldata rows) external pure returns (int256[][] memory) {
        return _each(_utilisation, rows);
    }

    function _each(
        function(uint256[] memory) internal pure returns (int256[] memory) formula,
        int256[][] calldata rows
    ) private pure returns (int256[][] memory results) {
        results = new int256[][](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            int256[] memory row = rows[i];
            uint256[] memory given;
            assembly {
                given := row
            }
            results[i] = formula(given);
        }
    }

    function _interest(uint256[] memory row) private pure returns (int256[] memory) {
        LoanState memory loan = _loan(row);
        return _two(loan.interestScaled(row[5]), loan.debtUp(row[5]));
    }

    function _payment(uint256[] memory row) private pure returns (int256[] memory) {
        LoanState memory loan = _loan(row);
        loan.pay(row[6], row[5]);
        return _two(loan.principal, loan.accruedScaled);
    }

    function _charge(uint256[] memory row) private pure returns (int256[] memory) {
        LoanState memory loan = _loan(row);
        Card memory tail;
        (tail.basePrincipal, tail.lateFeeBps) = (uint56(row[6]), uint16(row[7]));
        tail.instalments = uint16(row[8]);
        loan.charge(tail.lateFee(), row[5]);
        return _one(loan.accruedScaled);
    }

    function _lanePart(uint256[] memory row) private pure returns (int256[] memory) {
        LaneState memory lane;
        LoanMath.include(lane, _loan(row));
        return _two(uint256(int256(lane.a)), lane.b);
    }

    function _schedule(uint256[] memory row) private pure returns (int256[] memory) {
        LoanState memory loan = _loan(row);
        loan.prefunded = uint56(row[6]);
        Card memory tail;
        (tail.schedule, tail.basePrincipal) = (ScheduleKind(row[7]), uint56(row[8]));
        (tail.instalments, tail.interval) = (uint16(row[9]), uint32(row[10]));
        (tail.openedAt, tail.gracePeriod) = (uint32(row[11]), uint24(row[12]));
        uint256 reached = tail.reached(row[5]);
        bool overdue = tail.isOverdue(loan, row[5] - tail.gracePeriod, row[5]);
        return _three(reached, tail.outstandingAfter(reached), overdue ? 1 : 0);
    }

    function _freshness(uint256[] memory row) private pure returns (int256[] memory) {
        return _one(Valuation.freshnessBps(row[0], row[1], row[2], row[3]));
    }

    function _borrowingLimit(uint256[] memory row) private pure returns (int256[] memory) {
        uint256 fresh = Valuation.freshnessBps(row[0], row[1], row[2], row[3]);
        uint256 value = (row[4] < row[5] ? row[4] : row[5]).share(fresh);
        return _one(value.share(row[6]) + row[7].lrtValue(row[8]).share(row[9]));
    }

    function _callingLimit(uint256[] memory row) private pure returns (int256[] memory) {
        uint256 value = row[0] > row[1] ? row[0] : row[1];
        value = value < row[2] ? value : row[2];
        uint256 tokens = (row[4] > row[5] ? row[4] : row[5]).lrtValue(row[6]);
        bool moved = Valuation.movedTooFar(row[1], row[0], row[8]);
        return _two(value.share(row[3]) + tokens.share(row[7]), moved ? 1 : 0);
    }

    function _price(uint256[] memory row) private pure returns (int256[] memory) {
        uint256 start = row[0].startPrice(row[1]);
        uint256 floor = row[0].share(row[2]);
        return _three(start, floor, Valuation.priceAt(start, floor, row[3], row[4]));
    }

    function _lrtLot(uint256[] memory row) private pure returns (int256[] memory) {
        (uint256 sold, uint256 due) = Valuation.lrtLot(row[0], row[1], row[2]);
        return _two(sold, due);
    }

    function _nav(uint256[] memory row) private pure returns (int256[] memory) {
        int256 scaled;
        for (uint256 i = 2; i < row.length; i += 4) {
            LaneState memory lane;
            (lane.a, lane.b) = (int144(int256(row[i])), uint112(row[i + 1]));
            lane.impaired = uint64(row[i + 3]);
            scaled += TrancheMath.worthScaled(lane, row[i + 2], row[1]);
        }
        return _one(row[0] + (scaled > 0 ? uint256(scaled) / TrancheMath.SCALE : 0));
    }

    function _shares(uint256[] memory row) private pure returns (int256[] memory) {
        return _two(
            TrancheMath.sharesFor(row[0], row[1], row[2]),
            TrancheMath.assetsFor(row[0], row[1], row[2])
        );
    }

    function _proRata(uint256[] memory row) private pure returns (int256[] memory) {
        (uint256 senior, uint256 junior) = TrancheMath.proRata(row[0], row[1], row[2]);
        return _two(senior, junior);
    }

    function _minimumJunior(uint256[] memory row) private pure returns (int256[] memory) {
        return _one(TrancheMath.minimumJunior(row[0], row[1]));
    }

    function _utilisation(uint256[] memory row) private pure returns (int256[] memory) {
        return _one(TrancheMath.utilisationBps(row[0], row[1]));
    }

    function _loan(uint256[] memory row) private pure returns (LoanState memory loan) {
        (loan.principal, loan.rateBps) = (uint56(row[0]), uint16(row[1]));
        (loan.accruedScaled, loan.lastAccrual) = (uint88(row[2]), uint32(row[3]));
        loan.status = LoanStatus(row[4]);
    }

    function _one(uint256 x) private pure returns (int256[] memory row) {
        row = new int256[](1);
        row[0] = int256(x);
    }

    function _two(uint256 x, uint256 y) private pure returns (int256[] memory row) {
        row = new int256[](2);
        (row[0], row[1]) = (int256(x), int256(y));
    }

    function _three(uint256 x, uint256 y, uint256 z) private pure returns (int256[] memory row) {
        row = new int256[](3);
        (row[0], row[1], row[2]) = (int256(x), int256(y), int256(z));
    }
}
