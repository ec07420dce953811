// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ClassTerms} from "../interfaces/IRiskTerms.sol";

/// @notice All that a class asks of new borrowing, in one word, first field lowest: `enabled (1) |
/// mustAmortise (7) | maxLtvBps (16) | lateFeeBps (16) | rateBps (16) | gracePeriod (24) |
/// cureWindow (24) | freshFor (32) | maxTenor (32)`. The rate is the present epoch's (rule D4).
type OfferWord is uint256;

using OfferWords for OfferWord global;

/// @title A class's offer as a word: read and handed on as it lies in its slot
library OfferWords {
    uint256 private constant RATE = 40;

    /// @param rate Yearly rate of the present epoch, basis points, below 2^16.
    function pack(ClassTerms memory terms, uint256 rate) internal pure returns (OfferWord) {
        uint256 flags = (terms.enabled ? 1 : 0) | (terms.mustAmortise ? 2 : 0);
        uint256 shares = uint256(terms.maxLtvBps) | uint256(terms.lateFeeBps) << 16 | rate << 32;
        uint256 windows = uint256(terms.gracePeriod) | uint256(terms.cureWindow) << 24;
        uint256 limits = uint256(terms.freshFor) | uint256(terms.maxTenor) << 32;
        return OfferWord.wrap(flags | shares << 8 | windows << 56 | limits << 104);
    }

    function withRate(OfferWord offer, uint256 rate) internal pure returns (OfferWord) {
        uint256 others = OfferWord.unwrap(offer) & ~(uint256(type(uint16).max) << RATE);
        return OfferWord.wrap(others | rate << RATE);
    }

    function enabled(OfferWord offer) internal pure returns (bool) {
        return OfferWord.unwrap(offer) & 1 != 0;
    }

    function mustAmortise(OfferWord offer) internal pure returns (bool) {
        return OfferWord.unwrap(offer) & 2 != 0;
    }

    function maxLtvBps(OfferWord offer) internal pure returns (uint256) {
        return uint16(OfferWord.unwrap(offer) >> 8);
    }

    function lateFeeBps(OfferWord offer) internal pure returns (uint256) {
        return uint16(OfferWord.unwrap(offer) >> 24);
    }

    function rateBps(OfferWord offer) internal pure returns (uint256) {
        return uint16(OfferWord.unwrap(offer) >> RATE);
    }

    function gracePeriod(OfferWord offer) internal pure returns (uint256) {
        return uint24(OfferWord.unwrap(offer) >> 56);
    }

    function cureWindow(OfferWord offer) internal pure returns (uint256) {
        return uint24(OfferWord.unwrap(offer) >> 80);
    }

    function freshFor(OfferWord offer) internal pure returns (uint256) {
        return uint32(OfferWord.unwrap(offer) >> 104);
    }

    function maxTenor(OfferWord offer) internal pure returns (uint256) {
        return uint32(OfferWord.unwrap(offer) >> 136);
    }
}
