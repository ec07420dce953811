// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ClassTerms} from "../interfaces/IRiskTerms.sol";
import {OfferWord} from "./OfferWords.sol";

/// @notice What of a class's terms is asked of running loans, in one word, first field lowest:
/// `enabled (1) | mustAmortise (7) | maxLtvBps (16) | liquidationLtvBps (16) | baseRateBps (16) |
/// rateSlopeBps (16) | moveLimitBps (16) | lateFeeBps (16) | auctionStartBps (16) |
/// recoveryBps (16) | gracePeriod (24) | cureWindow (24) | auctionDuration (24) |
/// rampFromBps (16) | changedAt (32)`.
type TermsWord is uint256;

using TermsWords for TermsWord global;

/// @title A class's terms as words: what a market asks is read and handed on as it lies in its slot
/// @notice Shares and rates are basis points, windows seconds. A class that was never set is zero.
library TermsWords {
    /// @dev Lowest bit of the liquidation LTV.
    uint256 private constant LIQUIDATION = 24;

    /// @notice What running loans are asked.
    /// @dev Nothing is masked: `TermBounds.check` holds windows within 24 bits and shares within
    /// 16.
    /// @param terms Terms that are inside their bounds.
    /// @param rampFromBps Liquidation LTV from which the present one has been falling.
    /// @param changedAt When it began to, unix seconds, below 2^32.
    /// @return All terms but `freshFor` and `maxTenor`, which only new borrowing is asked.
    function pack(ClassTerms memory terms, uint256 rampFromBps, uint256 changedAt)
        internal
        pure
        returns (TermsWord)
    {
        uint256 shares = uint256(terms.maxLtvBps) | uint256(terms.liquidationLtvBps) << 16
            | uint256(terms.baseRateBps) << 32 | uint256(terms.rateSlopeBps) << 48
            | uint256(terms.moveLimitBps) << 64 | uint256(terms.lateFeeBps) << 80
            | uint256(terms.auctionStartBps) << 96 | uint256(terms.recoveryBps) << 112;
        uint256 windows = uint256(terms.gracePeriod) | uint256(terms.cureWindow) << 24
            | uint256(terms.auctionDuration) << 48;
        uint256 flags = (terms.enabled ? 1 : 0) | (terms.mustAmortise ? 2 : 0);
        return TermsWord.wrap(
            flags | shares << 8 | windows << 136 | rampFromBps << 208 | changedAt << 224
        );
    }

    /// @notice The terms as they were set, of both words of a row.
    /// @param word What running loans are asked.
    /// @param offer What new borrowing is asked: `freshFor` and `maxTenor` are taken from it.
    /// @return With the liquidation LTV that `word` has, which a view may have put on its way down.
    function unpack(TermsWord word, OfferWord offer) internal pure returns (ClassTerms memory) {
        return ClassTerms({
            enabled: word.enabled(),
            mustAmortise: word.mustAmortise(),
            maxLtvBps: uint16(word.maxLtvBps()),
            liquidationLtvBps: uint16(word.liquidationLtvBps()),
            baseRateBps: uint16(word.baseRateBps()),
            rateSlopeBps: uint16(word.rateSlopeBps()),
            moveLimitBps: uint16(word.moveLimitBps()),
            lateFeeBps: uint16(word.lateFeeBps()),
            auctionStartBps: uint16(word.auctionStartBps()),
            recoveryBps: uint16(word.recoveryBps()),
            gracePeriod: uint32(word.gracePeriod()),
            cureWindow: uint32(word.cureWindow()),
            auctionDuration: uint32(word.auctionDuration()),
            freshFor: uint32(offer.freshFor()),
            maxTenor: uint32(offer.maxTenor())
        });
    }

    /// @notice The terms at another liquidation LTV, which is on its way down.
    /// @param bps Basis points, below 2^16.
    function withLiquidationLtv(TermsWord word, uint256 bps) internal pure returns (TermsWord) {
        uint256 others = TermsWord.unwrap(word) & ~(uint256(type(uint16).max) << LIQUIDATION);
        return TermsWord.wrap(others | bps << LIQUIDATION);
    }

    /// @notice Whether new loans may take the class.
    function enabled(TermsWord word) internal pure returns (bool) {
        return TermsWord.unwrap(word) & 1 != 0;
    }

    /// @notice Whether its loans must repay principal with every instalment.
    function mustAmortise(TermsWord word) internal pure returns (bool) {
        return TermsWord.unwrap(word) & 2 != 0;
    }

    /// @notice Most that may be owed after a draw, share of borrowing value; after a cure, of
    /// calling value.
    function maxLtvBps(TermsWord word) internal pure returns (uint256) {
        return uint16(TermsWord.unwrap(word) >> 8);
    }

    /// @notice Debt above this share of calling value makes a loan callable.
    function liquidationLtvBps(TermsWord word) internal pure returns (uint256) {
        return uint16(TermsWord.unwrap(word) >> LIQUIDATION);
    }

    /// @notice Yearly rate at zero utilisation.
    function baseRateBps(TermsWord word) internal pure returns (uint256) {
        return uint16(TermsWord.unwrap(word) >> 40);
    }

    /// @notice Added at full utilisation, in proportion below.
    function rateSlopeBps(TermsWord word) internal pure returns (uint256) {
        return uint16(TermsWord.unwrap(word) >> 56);
    }

    /// @notice Two consecutive values that differ by more wait for the void window (rule V3).
    function moveLimitBps(TermsWord word) internal pure returns (uint256) {
        return uint16(TermsWord.unwrap(word) >> 72);
    }

    /// @notice Late fee of a missed due date, share of one instalment's principal.
    function lateFeeBps(TermsWord word) internal pure returns (uint256) {
        return uint16(TermsWord.unwrap(word) >> 88);
    }

    /// @notice Opening price of a lot, share of its calling value; at least all of it.
    function auctionStartBps(TermsWord word) internal pure returns (uint256) {
        return uint16(TermsWord.unwrap(word) >> 104);
    }

    /// @notice Floor price of a lot, share of its calling value; a called loan is carried at no
    /// more (C1, C4).
    function recoveryBps(TermsWord word) internal pure returns (uint256) {
        return uint16(TermsWord.unwrap(word) >> 120);
    }

    /// @notice Seconds after a due date, pauses left out, before an instalment is overdue.
    function gracePeriod(TermsWord word) internal pure returns (uint256) {
        return uint24(TermsWord.unwrap(word) >> 136);
    }

    /// @notice Seconds between call and auction.
    function cureWindow(TermsWord word) internal pure returns (uint256) {
        return uint24(TermsWord.unwrap(word) >> 160);
    }

    /// @notice Seconds in which the price falls from start to floor.
    function auctionDuration(TermsWord word) internal pure returns (uint256) {
        return uint24(TermsWord.unwrap(word) >> 184);
    }

    /// @notice Liquidation LTV from which the present one has been falling since `changedAt`.
    function rampFromBps(TermsWord word) internal pure returns (uint256) {
        return uint16(TermsWord.unwrap(word) >> 208);
    }

    /// @notice When the terms were set, unix seconds.
    function changedAt(TermsWord word) internal pure returns (uint256) {
        return TermsWord.unwrap(word) >> 224;
    }
}
