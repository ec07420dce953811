// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILoanBook, ScheduleKind} from "../interfaces/ILoanBook.sol";

/// @notice Where the terms of a new loan lie in a call's data; see `LoanTerms`.
type TermsPlace is uint256;

using SignedTerms for TermsPlace global;

/// @title Terms of a new loan, read where they lie
/// @notice The compiler's way to read a word of a struct in calldata checks it each time; here what
/// a word has beyond its type is cut off. That decides nothing: the borrower signs the words as they
/// lie there, and the hash of the assets wherever they lie.
/// @dev What lies beyond the calldata is read as zero, which is the id of no asset.
library SignedTerms {
    /// @dev Words of the terms without their assets.
    uint256 internal constant WORDS = 13;
    /// @dev Number of the word that says where the assets lie.
    uint256 internal constant ASSETS = 8;
    /// @notice Most assets of one loan.
    uint256 internal constant MAX_ASSETS = 32;
    uint256 private constant MIN_INTERVAL = 1 days;

    /// @notice Refuses terms that could stand for no loan, or stand no more.
    function check(TermsPlace terms) internal view {
        uint64 deadline = terms.deadline();
        if (block.timestamp > deadline) revert ILoanBook.TermsExpired(deadline);
        checkDates(terms.instalments(), terms.interval());
        uint64 limit = terms.limit();
        if (limit < terms.principal() || limit > type(uint56).max) {
            revert ILoanBook.InvalidTerms("limit");
        }
        uint128 lrtAmount = terms.lrtAmount();
        bool hasLrt = lrtAmount != 0;
        if (hasLrt != (terms.lrt() != address(0))) revert ILoanBook.InvalidTerms("lrt");
        if (lrtAmount > type(uint96).max) revert ILoanBook.InvalidTerms("lrtAmount");
        uint256 count = terms.assetCount();
        if (count > MAX_ASSETS || (count == 0 && !hasLrt)) {
            revert ILoanBook.InvalidTerms("assets");
        }
        uint256 last;
        for (uint256 i; i < count; ++i) {
            uint256 tokenId = terms.assetAt(i);
            if (tokenId <= last) revert ILoanBook.InvalidTerms("assets");
            last = tokenId;
        }
    }

    /// @notice Refuses a schedule without due dates, or with less than a day between them.
    function checkDates(uint16 instalments, uint32 interval) internal pure {
        if (instalments == 0) revert ILoanBook.InvalidTerms("instalments");
        if (interval < MIN_INTERVAL) revert ILoanBook.InvalidTerms("interval");
    }

    function borrower(TermsPlace terms) internal pure returns (address) {
        return address(uint160(_word(terms, 0)));
    }

    function lane(TermsPlace terms) internal pure returns (uint32) {
        return uint32(_word(terms, 1));
    }

    function principal(TermsPlace terms) internal pure returns (uint64) {
        return uint64(_word(terms, 2));
    }

    function limit(TermsPlace terms) internal pure returns (uint64) {
        return uint64(_word(terms, 3));
    }

    function maxRateBps(TermsPlace terms) internal pure returns (uint16) {
        return uint16(_word(terms, 4));
    }

    function schedule(TermsPlace terms) internal pure returns (ScheduleKind) {
        return ScheduleKind(uint8(_word(terms, 5)));
    }

    function instalments(TermsPlace terms) internal pure returns (uint16) {
        return uint16(_word(terms, 6));
    }

    function interval(TermsPlace terms) internal pure returns (uint32) {
        return uint32(_word(terms, 7));
    }

    function lrt(TermsPlace terms) internal pure returns (address) {
        return address(uint160(_word(terms, 9)));
    }

    function lrtAmount(TermsPlace terms) internal pure returns (uint128) {
        return uint128(_word(terms, 10));
    }

    function nonce(TermsPlace terms) internal pure returns (uint256) {
        return _word(terms, 11);
    }

    function deadline(TermsPlace terms) internal pure returns (uint64) {
        return uint64(_word(terms, 12));
    }

    function assetCount(TermsPlace terms) internal pure returns (uint256 count) {
        uint256 place = assetsPlace(terms);
        assembly ("memory-safe") {
            count := calldataload(place)
        }
    }

    function assetAt(TermsPlace terms, uint256 index) internal pure returns (uint256 tokenId) {
        uint256 place = assetsPlace(terms);
        assembly ("memory-safe") {
            tokenId := calldataload(add(add(place, 0x20), shl(5, index)))
        }
    }

    /// @notice All token ids; their number has been checked.
    function assets(TermsPlace terms) internal pure returns (uint256[] memory ids) {
        uint256 place = assetsPlace(terms);
        assembly ("memory-safe") {
            ids := mload(0x40)
            let size := add(shl(5, calldataload(place)), 0x20)
            calldatacopy(ids, place, size)
            mstore(0x40, add(ids, size))
        }
    }

    /// @notice Copies all token ids into words, from that place on, where there is room for them.
    function copyAssets(TermsPlace terms, bytes32[] memory words, uint256 first) internal pure {
        uint256 from = assetsPlace(terms);
        assembly ("memory-safe") {
            let to := add(words, shl(5, add(first, 1)))
            calldatacopy(to, add(from, 0x20), shl(5, calldataload(from)))
        }
    }

    /// @notice Where the number of assets lies, and the assets behind it.
    function assetsPlace(TermsPlace terms) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := add(terms, calldataload(add(terms, shl(5, ASSETS))))
        }
    }

    function _word(TermsPlace terms, uint256 nth) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(terms, shl(5, nth)))
        }
    }
}
