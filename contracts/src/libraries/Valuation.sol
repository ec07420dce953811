// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What a value counts for, and what a lot sells for
/// @notice Values and prices are ledger units, of restaking tokens for 10^18 base units. What
/// counts for a borrower is rounded down, what a buyer pays up: both for the pool (I-07).
library Valuation {
    /// @dev The whole, basis points; the restaking tokens that a price is for; and what age takes
    /// at most of a value while the attestation lasts.
    uint256 internal constant BPS = 10_000;
    uint256 internal constant LRT_UNIT = 1e18;
    uint256 private constant MOST_AGEING_BPS = 5_000;

    /// @notice Share of a value that counts for borrowing at that age (rule V2). Full until
    /// `freshFor`, then a straight line to half at expiry, then nothing; rounded down.
    /// @dev Never divides by zero: past the first two lines expiry lies after the fresh time.
    /// @param freshFor Seconds of full value, of the asset's class.
    function freshnessBps(uint256 attestedAt, uint256 validUntil, uint256 freshFor, uint256 time)
        internal
        pure
        returns (uint256)
    {
        if (time > validUntil) return 0;
        uint256 freshUntil = attestedAt + freshFor;
        if (time <= freshUntil) return BPS;
        return BPS - Math.ceilDiv(MOST_AGEING_BPS * (time - freshUntil), validUntil - freshUntil);
    }

    /// @notice A share of a value below 2^192, rounded down.
    function share(uint256 value, uint256 bps) internal pure returns (uint256) {
        unchecked {
            return value * bps / BPS;
        }
    }

    /// @notice Worth of an amount of restaking tokens at a price of 10^18, rounded down; both below
    /// 2^128.
    function lrtValue(uint256 price, uint256 amount) internal pure returns (uint256) {
        unchecked {
            return price * amount / LRT_UNIT;
        }
    }

    /// @notice Whether two consecutive values below 2^64 differ by more than the class allows (V3).
    /// @param previous Value of the round before; the move is a share of it.
    /// @param limitBps Of the class, basis points; a move of exactly so much is allowed.
    function movedTooFar(uint256 previous, uint256 newest, uint256 limitBps)
        internal
        pure
        returns (bool)
    {
        unchecked {
            uint256 move = newest > previous ? newest - previous : previous - newest;
            return move * BPS > limitBps * previous;
        }
    }

    /// @notice Opening price of a lot of a value below 2^192, rounded up.
    /// @param value Calling value, ledger units.
    /// @param startBps Of the class, basis points, at least the whole.
    function startPrice(uint256 value, uint256 startBps) internal pure returns (uint256) {
        unchecked {
            return (value * startBps + BPS - 1) / BPS;
        }
    }

    /// @notice Price after `elapsed` seconds of a straight fall; the fall is rounded down.
    /// @dev All prices are below 2^64, so that no product overflows.
    /// @param start Price at the start, ledger units, not below the floor.
    /// @param floor Price from the end on, ledger units.
    /// @param elapsed Seconds since the start, those of a stopped clock left out.
    /// @return Never rises with time, and is the floor from the end on (I-19).
    function priceAt(uint256 start, uint256 floor, uint256 duration, uint256 elapsed)
        internal
        pure
        returns (uint256)
    {
        if (elapsed >= duration) return floor;
        return start - (start - floor) * elapsed / duration;
    }

    /// @notice Restaking tokens sold and cash due: only as much as the debt needs (rule C3).
    /// @dev Tokens are rounded up so that the debt is covered, and their price up for the pool. At
    /// a price of zero no number of them covers a debt: all leave.
    /// @param held Base units in the escrow for the loan, below 2^96.
    /// @param debt Ledger units.
    /// @return sold Base units.
    /// @return due Ledger units; may be above the debt by what rounding up adds.
    function lrtLot(uint256 held, uint256 debt, uint256 price)
        internal
        pure
        returns (uint256 sold, uint256 due)
    {
        sold = price == 0 ? held : Math.min(held, Math.ceilDiv(debt * LRT_UNIT, price));
        due = Math.ceilDiv(price * sold, LRT_UNIT);
    }
}
