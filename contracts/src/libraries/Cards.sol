// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Card, ILoanBook, Marks, ScheduleKind} from "../interfaces/ILoanBook.sol";
import {Draw} from "./Appraisal.sol";
import {TermsPlace} from "./SignedTerms.sol";

/// @notice A loan's second slot as one word, first field highest: `hash of the card (200) |
/// firstCureAt (32) | cures (8) | chargedThrough (16)`.
/// @dev Two cards with one hash would take 2^100 trials; what stands beside it leaves no more bits.
type MarkWord is uint256;

using Cards for MarkWord global;

/// @title A loan's cold terms, kept as a hash and brought along by whoever acts on them
/// @notice A card's words, first field highest:
/// 0. `borrower (160) | basePrincipal (56) | schedule (8) | instalments (16) | 1 with restaking
///    tokens (8) | number of assets (8)`;
/// 1. `interval (32) | openedAt (32) | gracePeriod (24) | cureWindow (24) | lateFeeBps (16) |
///    limit (56) | zero (8) | classes (64)`;
/// then the token ids in order; with restaking tokens `lrt (160) | lrtAmount (96)` and
/// `lrtOpeningPrice` after them.
/// @dev What is read was hashed before, so that no word is other than the book once wrote it.
library Cards {
    /// @dev Bits of a mark word that hold the hash: the first 200 of keccak256 over the card's
    /// words.
    uint256 private constant HASH = uint256(type(uint200).max) << 56;

    // ---- Words --------------------------------------------------------------------------------

    /// @notice Number of a card's words, as its first one says.
    /// @dev Cannot overflow: the number of assets is one byte.
    /// @param who First word of a card, which need not have been compared with a hash.
    /// @return Two, one for each asset, and two more with restaking tokens.
    function length(uint256 who) internal pure returns (uint256) {
        unchecked {
            return 2 + (who & 0xff) + ((who >> 8 & 1) << 1);
        }
    }

    /// @notice Words of a card that has been changed, to be hashed anew.
    /// @dev A card that once had restaking tokens keeps their two words when all are gone.
    /// @param card Terms and collateral, each within its width by its type; at most 32 assets.
    /// @return words The card, laid out as above.
    function wordsOf(Card memory card) internal pure returns (bytes32[] memory words) {
        uint256 count = card.assets.length;
        bool hasLrt = card.lrt != address(0);
        words = _blank(count, hasLrt);
        words[0] =
            _who(card.borrower, card.basePrincipal, card.schedule, card.instalments, hasLrt, count);
        words[1] = _when(card.interval, card.openedAt, card.limit, card.classes)
            | _patience(card.gracePeriod, card.cureWindow, card.lateFeeBps);
        for (uint256 i; i < count; ++i) {
            words[2 + i] = bytes32(card.assets[i]);
        }
        if (!hasLrt) return words;
        words[2 + count] = bytes32(uint256(uint160(card.lrt)) << 96 | card.lrtAmount);
        words[3 + count] = bytes32(uint256(card.lrtOpeningPrice));
    }

    /// @notice Words of the card of a loan that opens now, of its signed terms and what they got.
    /// @dev Fields are put side by side without masks: `SignedTerms.check` has bounded limit,
    /// number of assets and amount of restaking tokens, `Underwriter.checkSize` the principal, and
    /// the classes' terms are bounded by `TermBounds`. A limit that leaves nothing to draw later is
    /// kept as zero.
    /// @param terms Signed terms that have been checked.
    /// @param draw What the classes gave: grace and cure window in seconds, late fee in basis
    /// points, opening price of 10^18 restaking tokens in ledger units.
    /// @param classes Classes of all that is pledged, bit `n` for class `n`; below 2^64.
    /// @return words The card; its due dates count from this block's time.
    function wordsOf(TermsPlace terms, Draw memory draw, uint256 classes)
        internal
        view
        returns (bytes32[] memory words)
    {
        (uint256 count, uint256 lrtAmount) = (terms.assetCount(), terms.lrtAmount());
        words = _blank(count, lrtAmount != 0);
        uint256 principal = terms.principal();
        words[0] = _who(
            terms.borrower(),
            principal,
            terms.schedule(),
            terms.instalments(),
            lrtAmount != 0,
            count
        );
        uint256 limit = terms.limit();
        words[1] = _when(terms.interval(), block.timestamp, limit > principal ? limit : 0, classes)
            | _patience(draw.gracePeriod, draw.cureWindow, draw.lateFeeBps);
        terms.copyAssets(words, 2);
        if (lrtAmount == 0) return words;
        words[2 + count] = bytes32(uint256(uint160(terms.lrt())) << 96 | lrtAmount);
        words[3 + count] = bytes32(draw.lrtPrice);
    }

    /// @notice What the words of a card say; they have been compared with its hash.
    /// @param words All words of the card and no others.
    /// @return card The same as a struct in memory, for those who change it.
    function read(bytes32[] calldata words) internal pure returns (Card memory card) {
        uint256 who = uint256(words[0]);
        card.borrower = address(uint160(who >> 96));
        card.basePrincipal = uint56(who >> 40);
        card.schedule = ScheduleKind(uint8(who >> 32));
        card.instalments = uint16(who >> 16);
        uint256 when = uint256(words[1]);
        (card.interval, card.openedAt) = (uint32(when >> 224), uint32(when >> 192));
        (card.gracePeriod, card.cureWindow) = (uint24(when >> 168), uint24(when >> 144));
        (card.lateFeeBps, card.limit) = (uint16(when >> 128), uint56(when >> 72));
        card.classes = uint64(when);
        card.assets = assetsOf(words);
        (card.lrt, card.lrtAmount) = lrtOf(words);
        card.lrtOpeningPrice = lrtPriceOf(words);
    }

    /// @notice Cure window of a card, seconds: the shortest of its classes, or a workout's.
    function cureWindowOf(bytes32[] calldata words) internal pure returns (uint256) {
        return uint24(uint256(words[1]) >> 144);
    }

    /// @notice Restaking token of a card, zero when there never was one, and its amount.
    /// @param words Words of the card, compared with its hash.
    /// @return lrt The token.
    /// @return amount Its base units in the escrow for this loan.
    function lrtOf(bytes32[] calldata words) internal pure returns (address lrt, uint96 amount) {
        if (uint256(words[0]) >> 8 & 1 == 0) return (address(0), 0);
        uint256 word = uint256(words[words.length - 2]);
        return (address(uint160(word >> 96)), uint96(word));
    }

    /// @notice Price of 10^18 restaking tokens of a card at opening, zero without such; ledger
    /// units.
    /// @dev It stands in for the appraisal that restaking tokens do not have (rule V4).
    function lrtPriceOf(bytes32[] calldata words) internal pure returns (uint64) {
        if (uint256(words[0]) >> 8 & 1 == 0) return 0;
        return uint64(uint256(words[words.length - 1]));
    }

    /// @notice Recorded owner of the collateral: who gets it back, and any surplus (rules D9, C4).
    function borrowerOf(bytes32[] calldata words) internal pure returns (address) {
        return address(uint160(uint256(words[0]) >> 96));
    }

    /// @notice First of a card's token ids; it has one.
    /// @dev Without an asset it would read a word of restaking tokens, or revert: the caller knows
    /// that there is one, because lots are sold in the card's order.
    function firstAssetOf(bytes32[] calldata words) internal pure returns (uint256) {
        return uint256(words[2]);
    }

    /// @notice Token ids of a card's words, in the order in which they are sold.
    /// @dev Their number is the card's own, so that all of them lie within its words.
    function assetsOf(bytes32[] calldata words) internal pure returns (uint256[] memory assets) {
        uint256 count = uint256(words[0]) & 0xff;
        assembly ("memory-safe") {
            assets := mload(0x40)
            let size := shl(5, count)
            mstore(assets, count)
            calldatacopy(add(assets, 0x20), add(words.offset, 0x40), size)
            mstore(0x40, add(add(assets, 0x20), size))
        }
    }

    /// @dev The first word. Each value is below its width of the table above.
    function _who(
        address borrower,
        uint256 basePrincipal,
        ScheduleKind schedule,
        uint256 instalments,
        bool hasLrt,
        uint256 count
    ) private pure returns (bytes32) {
        uint256 kinds =
            uint256(schedule) << 32 | instalments << 16 | (hasLrt ? 1 << 8 : 0);
        return bytes32(uint256(uint160(borrower)) << 96 | basePrincipal << 40 | kinds | count);
    }

    /// @dev The second word without the three fields of `_patience`.
    /// @param interval Seconds, below 2^32.
    /// @param openedAt Unix seconds, below 2^32.
    /// @param limit Ledger units, below 2^56.
    /// @param classes One bit each, below 2^64.
    /// @return The four fields in their places, zero between them.
    function _when(uint256 interval, uint256 openedAt, uint256 limit, uint256 classes)
        private
        pure
        returns (bytes32)
    {
        return bytes32(interval << 224 | openedAt << 192 | limit << 72 | classes);
    }

    /// @dev The three fields of the second word that classes or a workout give: seconds below 2^24,
    /// seconds below 2^24, and basis points below 2^16.
    function _patience(uint256 gracePeriod, uint256 cureWindow, uint256 lateFeeBps)
        private
        pure
        returns (bytes32)
    {
        return bytes32(gracePeriod << 168 | cureWindow << 144 | lateFeeBps << 128);
    }

    /// @dev As many words as a card has, all to be filled: memory is taken as it is, not cleared.
    /// Cannot overflow: `count` was bounded at opening and top-up.
    function _blank(uint256 count, bool hasLrt) private pure returns (bytes32[] memory words) {
        unchecked {
            count += hasLrt ? 4 : 2;
        }
        assembly ("memory-safe") {
            words := mload(0x40)
            mstore(words, count)
            mstore(0x40, add(words, shl(5, add(count, 1))))
        }
    }

    // ---- Marks --------------------------------------------------------------------------------

    /// @notice Whether these are the words of the loan's card.
    /// @param marks Kept for the loan; zero of one that does not exist, which no words match.
    /// @param words What a caller brings as the card. Nothing of it is believed before.
    /// @return same Whether the first 200 bits of their hash are those that are kept.
    function covers(MarkWord marks, bytes32[] calldata words) internal pure returns (bool same) {
        uint256 kept = HASH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := shl(5, words.length)
            calldatacopy(free, words.offset, size)
            same := iszero(and(xor(marks, keccak256(free, size)), kept))
        }
    }

    /// @notice Refuses words that are not those of the loan's card.
    /// @dev Reverts with `CardMismatch`. Whoever passes has brought exactly the words that the book
    /// wrote last, so that their fields need no further check.
    function requireCard(MarkWord marks, uint64 loanId, bytes32[] calldata words) internal pure {
        if (!covers(marks, words)) revert ILoanBook.CardMismatch(loanId);
    }

    /// @notice The marks with the card less its first asset, which it has.
    /// @dev The words are hashed from a copy beyond the free memory pointer, which stays. One less
    /// in the first word's lowest field borrows from no other, because it is not zero.
    /// @param marks Of the loan, whose hash `words` have matched.
    /// @param words The card before.
    /// @return The hash of the shorter card beside the other marks, which stay.
    function withoutFirst(MarkWord marks, bytes32[] calldata words)
        internal
        pure
        returns (MarkWord)
    {
        uint256 hash;
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := sub(shl(5, words.length), 0x20)
            // One asset less, the dates, and what comes after the first asset.
            mstore(free, sub(calldataload(words.offset), 1))
            mstore(add(free, 0x20), calldataload(add(words.offset, 0x20)))
            calldatacopy(add(free, 0x40), add(words.offset, 0x60), sub(size, 0x40))
            hash := keccak256(free, size)
        }
        return MarkWord.wrap(hash & HASH | MarkWord.unwrap(marks) & ~HASH);
    }

    /// @notice The marks with the card less some of its restaking tokens, of which it has as many.
    /// @dev The amount is the lower part of the last word but one; it is not below what is taken,
    /// which `Selling` has checked, so that nothing is borrowed from the token's address.
    /// @param marks Of the loan, whose hash `words` have matched.
    /// @param words The card before.
    /// @param amount Base units that leave, at most those of the card.
    /// @return The hash of the new card beside the other marks, which stay.
    function withoutLrt(MarkWord marks, bytes32[] calldata words, uint256 amount)
        internal
        pure
        returns (MarkWord)
    {
        uint256 hash;
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := shl(5, words.length)
            calldatacopy(free, words.offset, size)
            let place := sub(add(free, size), 0x40)
            mstore(place, sub(mload(place), amount))
            hash := keccak256(free, size)
        }
        return MarkWord.wrap(hash & HASH | MarkWord.unwrap(marks) & ~HASH);
    }

    /// @notice The marks with another card.
    /// @param marks Of the loan; zero for a new one.
    /// @param words All words of the card, in memory.
    /// @return The hash of the card beside the other marks, which stay.
    function withCard(MarkWord marks, bytes32[] memory words) internal pure returns (MarkWord) {
        uint256 hash;
        assembly ("memory-safe") {
            hash := keccak256(add(words, 0x20), shl(5, mload(words)))
        }
        return MarkWord.wrap(hash & HASH | MarkWord.unwrap(marks) & ~HASH);
    }

    /// @notice Last due date that bore a late fee, counted from 1; 0 before the first (rule S1).
    function chargedThrough(MarkWord marks) internal pure returns (uint256) {
        return uint16(MarkWord.unwrap(marks));
    }

    /// @notice The marks with another last due date that bore a late fee.
    /// @param index At most the number of instalments, which is below 2^16; 0 when a schedule
    /// begins.
    function withCharged(MarkWord marks, uint256 index) internal pure returns (MarkWord) {
        return MarkWord.wrap(MarkWord.unwrap(marks) >> 16 << 16 | index);
    }

    /// @notice Cures within the year that began with the first of them (rule C2).
    function cures(MarkWord marks) internal pure returns (uint256) {
        return uint8(MarkWord.unwrap(marks) >> 16);
    }

    /// @notice When that year began, unix seconds; 0 before the first cure.
    function firstCureAt(MarkWord marks) internal pure returns (uint256) {
        return uint32(MarkWord.unwrap(marks) >> 24);
    }

    /// @notice Counts a cure now, in the year of the first one or as the first of a new year.
    /// @dev The count stops at 255, far above any number after which there is no cure window.
    function withCure(MarkWord marks) internal view returns (MarkWord) {
        uint256 word = MarkWord.unwrap(marks);
        bool sameYear = cures(marks) != 0 && block.timestamp - firstCureAt(marks) < 365 days;
        if (sameYear && cures(marks) == type(uint8).max) return marks;
        if (sameYear) return MarkWord.wrap(word + (1 << 16));
        uint256 kept = word & (HASH | type(uint16).max);
        return MarkWord.wrap(kept | block.timestamp << 24 | 1 << 16);
    }

    /// @notice The same as a struct, for the view that shows it.
    function unpack(MarkWord marks) internal pure returns (Marks memory) {
        return Marks({
            cardHash: bytes25(bytes32(MarkWord.unwrap(marks) & HASH)),
            firstCureAt: uint32(firstCureAt(marks)),
            cures: uint8(cures(marks)),
            chargedThrough: uint16(chargedThrough(marks))
        });
    }
}
