// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILoanBook, ScheduleKind} from "../interfaces/ILoanBook.sol";

/// @notice Where the terms of a new loan lie in a call's data; see `LoanTerms`.
type TermsPlace is uint256;

using SignedTerms for TermsPlace global;

/// @title Terms of a new loan, read where they lie
/// @notice The compiler's way to read a word of a struct in calldata checks it each time; here what
/// a word has beyond its type is cut off. That decides nothing: the borrower signs the words as
/// they lie there, and the hash of the assets wherever they lie.
/// @dev What lies beyond the calldata is read as zero, which is the id of no asset. Words in order:
/// `borrower, lane, principal, limit, maxRateBps, schedule, instalments, interval, place of the
/// assets, lrt, lrtAmount, nonce, deadline`; the place counts bytes from the first of them.
library SignedTerms {
    /// @dev Words of the terms without their assets.
    uint256 internal constant WORDS = 13;
    /// @dev Number of the word that says where the assets lie.
    uint256 internal constant ASSETS = 8;
    /// @dev Most assets of one loan: what a close or an opening may cost is bounded by it.
    uint256 internal constant MAX_ASSETS = 32;
    /// @dev Least time between due dates.
    uint256 private constant MIN_INTERVAL = 1 days;

    /// @notice Refuses terms that could stand for no loan, or stand no more.
    /// @dev Reverts with `TermsExpired` after the deadline, and with `InvalidTerms` of what does
    /// not fit: no due dates, or less than a day between them; a limit below the principal or
    /// beyond 56 bits; a restaking token without an amount, or the other way round; an amount
    /// beyond 96 bits; no collateral at all, more than 32 assets, or token ids that do not rise.
    /// Lane, nonce and least principal are checked by the book, rate and value by `Underwriter`.
    /// @param terms Where they lie, in calldata.
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
    /// @dev Reverts with `InvalidTerms`.
    /// @param instalments Number of due dates.
    /// @param interval Seconds between them.
    function checkDates(uint16 instalments, uint32 interval) internal pure {
        if (instalments == 0) revert ILoanBook.InvalidTerms("instalments");
        if (interval < MIN_INTERVAL) revert ILoanBook.InvalidTerms("interval");
    }

    /// @notice Owner of the collateral, receiver of the draw, and who must have signed.
    function borrower(TermsPlace terms) internal pure returns (address) {
        return address(uint160(_word(terms, 0)));
    }

    /// @notice Lane of the loan for life; there need not be such a lane.
    function lane(TermsPlace terms) internal pure returns (uint32) {
        return uint32(_word(terms, 1));
    }

    /// @notice Amount to be drawn at opening, ledger units.
    function principal(TermsPlace terms) internal pure returns (uint64) {
        return uint64(_word(terms, 2));
    }

    /// @notice Most principal that later draws may bring the loan to, ledger units.
    function limit(TermsPlace terms) internal pure returns (uint64) {
        return uint64(_word(terms, 3));
    }

    /// @notice Highest rate accepted, basis points a year (rule D4).
    function maxRateBps(TermsPlace terms) internal pure returns (uint16) {
        return uint16(_word(terms, 4));
    }

    /// @notice How principal is paid back; reverts (panic 0x21) for a kind that does not exist.
    function schedule(TermsPlace terms) internal pure returns (ScheduleKind) {
        return ScheduleKind(uint8(_word(terms, 5)));
    }

    /// @notice Number of due dates.
    function instalments(TermsPlace terms) internal pure returns (uint16) {
        return uint16(_word(terms, 6));
    }

    /// @notice Seconds between due dates.
    function interval(TermsPlace terms) internal pure returns (uint32) {
        return uint32(_word(terms, 7));
    }

    /// @notice Restaking token pledged beside the assets, zero when none.
    function lrt(TermsPlace terms) internal pure returns (address) {
        return address(uint160(_word(terms, 9)));
    }

    /// @notice Its amount, base units; below 2^96 once `check` has passed.
    function lrtAmount(TermsPlace terms) internal pure returns (uint128) {
        return uint128(_word(terms, 10));
    }

    /// @notice Unordered, spent once by (borrower, lane) (rule S4).
    function nonce(TermsPlace terms) internal pure returns (uint256) {
        return _word(terms, 11);
    }

    /// @notice Last second in which the terms may be used, unix seconds.
    function deadline(TermsPlace terms) internal pure returns (uint64) {
        return uint64(_word(terms, 12));
    }

    /// @notice Number of assets pledged; at most 32 once `check` has passed.
    function assetCount(TermsPlace terms) internal pure returns (uint256 count) {
        uint256 place = assetsPlace(terms);
        assembly ("memory-safe") {
            count := calldataload(place)
        }
    }

    /// @notice Token id of an asset.
    /// @param terms Where the terms lie.
    /// @param index Place among the assets, from 0; beyond the last it reads whatever lies there.
    /// @return tokenId The id; ids rise from place to place once `check` has passed.
    function assetAt(TermsPlace terms, uint256 index) internal pure returns (uint256 tokenId) {
        uint256 place = assetsPlace(terms);
        assembly ("memory-safe") {
            tokenId := calldataload(add(add(place, 0x20), shl(5, index)))
        }
    }

    /// @notice All token ids; their number has been checked.
    /// @param terms Where the terms lie.
    /// @return ids A copy in memory.
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
    /// @param terms Where the terms lie; the number of assets has been checked.
    /// @param words Words in memory, at least `first` and one for each asset.
    /// @param first Place of the first token id, from 0.
    function copyAssets(TermsPlace terms, bytes32[] memory words, uint256 first) internal pure {
        uint256 from = assetsPlace(terms);
        assembly ("memory-safe") {
            let to := add(words, shl(5, add(first, 1)))
            calldatacopy(to, add(from, 0x20), shl(5, calldataload(from)))
        }
    }

    /// @notice Where the number of assets lies, and the assets behind it.
    /// @dev The offset may be any number: a place beyond the calldata has no assets, and a place
    /// with other words has those as ids, which are what is hashed and signed.
    function assetsPlace(TermsPlace terms) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := add(terms, calldataload(add(terms, shl(5, ASSETS))))
        }
    }

    /// @dev Word of that number, from 0; beyond the calldata it is zero.
    function _word(TermsPlace terms, uint256 nth) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(terms, shl(5, nth)))
        }
    }
}
