// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ClassTerms} from "../interfaces/IRiskTerms.sol";

/// @notice All that a class asks of new borrowing, in one word, first field lowest: `enabled (1) |
/// mustAmortise (7) | maxLtvBps (16) | lateFeeBps (16) | rateBps (16) | gracePeriod (24) |
/// cureWindow (24) | freshFor (32) | maxTenor (32)`. The rate is the present epoch's (rule D4).
type OfferWord is uint256;

using OfferWords for OfferWord global;

/// @title A class's offer as a word: read and handed on as it lies in its slot
/// @notice Shares and rates are basis points, windows and lives seconds. A word of zero is a class
/// without terms: every class has a maximal LTV above zero.
library OfferWords {
    /// @dev Lowest bit of the rate.
    uint256 private constant RATE = 40;

    /// @notice The offer of a class at its terms and the rate of the epoch.
    /// @dev Nothing is masked: `TermBounds.check` holds windows within 24 bits and shares within
    /// 16.
    /// @param terms Terms that are inside their bounds.
    /// @param rate Yearly rate of the present epoch, basis points, below 2^16.
    /// @return All that a draw asks of a class.
    function pack(ClassTerms memory terms, uint256 rate) internal pure returns (OfferWord) {
        uint256 flags = (terms.enabled ? 1 : 0) | (terms.mustAmortise ? 2 : 0);
        uint256 shares = uint256(terms.maxLtvBps) | uint256(terms.lateFeeBps) << 16 | rate << 32;
        uint256 windows = uint256(terms.gracePeriod) | uint256(terms.cureWindow) << 24;
        uint256 limits = uint256(terms.freshFor) | uint256(terms.maxTenor) << 32;
        return OfferWord.wrap(flags | shares << 8 | windows << 56 | limits << 104);
    }

    /// @notice The offer at the rate of a new epoch; a close changes nothing else of it.
    /// @param rate Yearly rate, basis points, below 2^16.
    function withRate(OfferWord offer, uint256 rate) internal pure returns (OfferWord) {
        uint256 others = OfferWord.unwrap(offer) & ~(uint256(type(uint16).max) << RATE);
        return OfferWord.wrap(others | rate << RATE);
    }

    /// @notice Whether loans, draws and extensions may newly rest on the class, and assets of it be
    /// added to what a loan has.
    function enabled(OfferWord offer) internal pure returns (bool) {
        return OfferWord.unwrap(offer) & 1 != 0;
    }

    /// @notice Whether what is newly lent or extended must repay principal with every instalment.
    function mustAmortise(OfferWord offer) internal pure returns (bool) {
        return OfferWord.unwrap(offer) & 2 != 0;
    }

    /// @notice Most that may be owed after a draw, share of borrowing value.
    function maxLtvBps(OfferWord offer) internal pure returns (uint256) {
        return uint16(OfferWord.unwrap(offer) >> 8);
    }

    /// @notice Late fee of a missed due date, share of one instalment's principal.
    function lateFeeBps(OfferWord offer) internal pure returns (uint256) {
        return uint16(OfferWord.unwrap(offer) >> 24);
    }

    /// @notice Yearly rate of the present epoch: a draw fixes it (rule D4).
    function rateBps(OfferWord offer) internal pure returns (uint256) {
        return uint16(OfferWord.unwrap(offer) >> RATE);
    }

    /// @notice Seconds after a due date, pauses left out, before it is overdue.
    function gracePeriod(OfferWord offer) internal pure returns (uint256) {
        return uint24(OfferWord.unwrap(offer) >> 56);
    }

    /// @notice Seconds between a call and the auction.
    function cureWindow(OfferWord offer) internal pure returns (uint256) {
        return uint24(OfferWord.unwrap(offer) >> 80);
    }

    /// @notice Seconds for which an attestation gives full borrowing value (rule V2).
    function freshFor(OfferWord offer) internal pure returns (uint256) {
        return uint32(OfferWord.unwrap(offer) >> 104);
    }

    /// @notice Longest life of a loan, seconds to its last due date.
    function maxTenor(OfferWord offer) internal pure returns (uint256) {
        return uint32(OfferWord.unwrap(offer) >> 136);
    }
}
