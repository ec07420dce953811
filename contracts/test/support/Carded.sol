// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuctionHouse, Lot} from "../../src/interfaces/IAuctionHouse.sol";
import "../../src/interfaces/ILoanBook.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {Cards} from "../../src/libraries/Cards.sol";
import {Shelf} from "./Shelf.sol";

/// @notice A loan as tests ask for it: its card and its marks together.
struct LoanTail {
    address borrower;
    uint56 basePrincipal;
    ScheduleKind schedule;
    uint16 instalments;
    uint32 interval;
    uint32 openedAt;
    uint16 chargedThrough;
    uint24 gracePeriod;
    uint24 cureWindow;
    uint16 lateFeeBps;
    CallReason callReason;
    uint56 impaired;
    uint8 cures;
    uint32 firstCureAt;
    uint56 limit;
}

/// @title Entry points that take a card, with the card that the events give
/// @notice `using Carded for ILoanBook` lets a test write `book.close(loanId)`.
library Carded {
    // ---- Reading ------------------------------------------------------------------------------

    function wordsOf(ILoanBook book, uint64 loanId) internal view returns (bytes32[] memory) {
        return _view(Shelf.wordsOf)(book, loanId);
    }

    /// @notice The words of the card that the sale of the loan's first asset will leave.
    function wordsAfterSale(ILoanBook book, uint64 loanId)
        internal
        view
        returns (bytes32[] memory)
    {
        Card memory card = cardOf(book, loanId);
        uint256[] memory left = new uint256[](card.assets.length - 1);
        for (uint256 i; i < left.length; ++i) {
            left[i] = card.assets[i + 1];
        }
        card.assets = left;
        return Cards.wordsOf(card);
    }

    function cardOf(ILoanBook book, uint64 loanId) internal view returns (Card memory) {
        return _view(Shelf.cardOf)(book, loanId);
    }

    function tailOf(ILoanBook book, uint64 loanId) internal view returns (LoanTail memory tail) {
        Card memory card = cardOf(book, loanId);
        Marks memory marks = book.marksOf(loanId);
        LoanState memory loan = book.loanOf(loanId);
        (tail.borrower, tail.basePrincipal) = (card.borrower, card.basePrincipal);
        (tail.schedule, tail.instalments) = (card.schedule, card.instalments);
        (tail.interval, tail.openedAt) = (card.interval, card.openedAt);
        (tail.gracePeriod, tail.cureWindow) = (card.gracePeriod, card.cureWindow);
        (tail.lateFeeBps, tail.limit) = (card.lateFeeBps, card.limit);
        (tail.callReason, tail.impaired) = (loan.callReason, loan.impaired);
        (tail.cures, tail.firstCureAt) = (marks.cures, marks.firstCureAt);
        tail.chargedThrough = marks.chargedThrough;
    }

    function collateralOf(ILoanBook book, uint64 loanId)
        internal
        view
        returns (uint256[] memory assets, address lrt, uint128 lrtAmount)
    {
        Card memory card = cardOf(book, loanId);
        return (card.assets, card.lrt, card.lrtAmount);
    }

    function lrtOpeningPriceOf(ILoanBook book, uint64 loanId) internal view returns (uint64) {
        return cardOf(book, loanId).lrtOpeningPrice;
    }

    function isOverdue(ILoanBook book, uint64 loanId) internal view returns (bool) {
        return book.isOverdue(loanId, wordsOf(book, loanId));
    }

    function cureUntilOf(ILoanBook book, uint64 loanId) internal view returns (uint64) {
        return book.cureUntilOf(loanId, wordsOf(book, loanId));
    }

    function priceOf(IAuctionHouse house, uint64 loanId) internal view returns (uint64) {
        return house.priceOf(loanId, wordsOf(_bookOf(house), loanId));
    }

    function lotOf(IAuctionHouse house, uint64 loanId) internal view returns (Lot memory) {
        return house.lotOf(loanId, wordsOf(_bookOf(house), loanId));
    }

    // ---- Acting -------------------------------------------------------------------------------

    function withdrawPrefunded(ILoanBook book, uint64 loanId, uint64 amount) internal {
        book.withdrawPrefunded(loanId, amount, wordsOf(book, loanId));
    }

    function pay(ILoanBook book, uint64 loanId, uint64 amount) internal {
        book.pay(loanId, amount, wordsOf(book, loanId));
    }

    function sweep(ILoanBook book, uint64 loanId) internal returns (uint64) {
        return book.sweep(loanId, wordsOf(book, loanId));
    }

    function collect(ILoanBook book, uint64 loanId, uint64 amount) internal {
        book.collect(loanId, amount, wordsOf(book, loanId));
    }

    function charge(ILoanBook book, uint64 loanId, uint16 index) internal {
        book.charge(loanId, index, wordsOf(book, loanId));
    }

    function topUp(ILoanBook book, uint64 loanId, uint128 amount) internal {
        book.topUp(loanId, amount, wordsOf(book, loanId));
    }

    function topUpAsset(ILoanBook book, uint64 loanId, ValueProof memory proof) internal {
        book.topUpAsset(loanId, proof, wordsOf(book, loanId));
    }

    /// @dev Its events are taken in at once: the new terms follow from this moment.
    function amend(
        ILoanBook book,
        LoanChange memory change,
        bytes memory signature,
        ValueProof[] memory proofs
    ) internal {
        book.amend(change, signature, proofs, wordsOf(book, change.loanId));
        Shelf.catchUp();
    }

    function call(
        ILoanBook book,
        uint64 loanId,
        ValueProof[] memory newest,
        ValueProof[] memory previous
    ) internal {
        book.call(loanId, newest, previous, wordsOf(book, loanId));
    }

    function callOverdue(ILoanBook book, uint64 loanId, ValueProof[] memory newest) internal {
        book.callOverdue(loanId, newest, wordsOf(book, loanId));
    }

    function cure(ILoanBook book, uint64 loanId, uint64 amount, ValueProof[] memory newest)
        internal
    {
        book.cure(loanId, amount, newest, wordsOf(book, loanId));
    }

    function deliver(ILoanBook book, uint64 loanId) internal {
        book.deliver(loanId, Shelf.wordsOf(book, loanId));
    }

    function close(ILoanBook book, uint64 loanId) internal {
        book.close(loanId, wordsOf(book, loanId));
    }

    function release(ILoanBook book, uint64 loanId, uint32 sequence) internal returns (uint32) {
        return book.release(loanId, sequence, wordsOf(book, loanId));
    }

    function open(IAuctionHouse house, uint64 loanId, ValueProof[] memory newest) internal {
        house.open(loanId, newest, wordsOf(_bookOf(house), loanId));
    }

    function buy(IAuctionHouse house, uint64 loanId, uint64 maxPrice) internal returns (uint64) {
        return house.buy(loanId, maxPrice, wordsOf(_bookOf(house), loanId));
    }

    function buyWithCallback(
        IAuctionHouse house,
        uint64 loanId,
        uint64 maxPrice,
        bytes memory data
    ) internal returns (uint64) {
        return house.buyWithCallback(loanId, maxPrice, data, wordsOf(_bookOf(house), loanId));
    }

    function takeForReserve(IAuctionHouse house, uint64 loanId) internal {
        house.takeForReserve(loanId, wordsOf(_bookOf(house), loanId));
    }

    /// @dev The words of operations, each with the card that belongs behind it.
    function batchOf(ILoanBook book, bytes32[] memory operations, uint32 lane)
        internal
        view
        returns (bytes32[] memory words)
    {
        for (uint256 i; i < operations.length; ++i) {
            words = _joined(words, operationOf(book, operations[i], lane));
        }
    }

    function operationOf(ILoanBook book, bytes32 word, uint32 lane)
        internal
        view
        returns (bytes32[] memory words)
    {
        words = new bytes32[](1);
        words[0] = word;
        uint256 kind = uint256(word) >> 248;
        bool known = kind == uint256(OperationKind.Charge) || kind == uint256(OperationKind.Close);
        if (!known || uint104(uint256(word)) != 0) return words;
        return _joined(words, wordsOf(book, uint64(lane) << 40 | uint40(uint256(word) >> 168)));
    }

    function _joined(bytes32[] memory left, bytes32[] memory right)
        private
        pure
        returns (bytes32[] memory both)
    {
        both = new bytes32[](left.length + right.length);
        for (uint256 i; i < both.length; ++i) {
            both[i] = i < left.length ? left[i] : right[i - left.length];
        }
    }

    function _bookOf(IAuctionHouse house) private view returns (ILoanBook) {
        return Shelf.bookOf(house);
    }

    /// @dev Cheatcodes and a test's own notes change nothing that a test asserts.
    function _view(function(ILoanBook, uint64) internal returns (bytes32[] memory) from)
        private
        pure
        returns (function(ILoanBook, uint64) internal view returns (bytes32[] memory) to)
    {
        assembly {
            to := from
        }
    }

    function _view(function(ILoanBook, uint64) internal returns (Card memory) from)
        private
        pure
        returns (function(ILoanBook, uint64) internal view returns (Card memory) to)
    {
        assembly {
            to := from
        }
    }
}
