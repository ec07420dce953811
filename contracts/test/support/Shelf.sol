// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Card, ILoanBook, LoanState, ScheduleKind} from "../../src/interfaces/ILoanBook.sol";
import {IStewardship} from "../../src/interfaces/IStewardship.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import {Cards, MarkWord} from "../../src/libraries/Cards.sol";
import {LoanWord} from "../../src/libraries/Payments.sol";
import {Schedule} from "../../src/libraries/Schedule.sol";
import {Slots} from "../../src/libraries/Slots.sol";
import {Vm, VM} from "./Vm.sol";

/// @title Loans' cards, rebuilt from the loan book's events alone
/// @notice Kept in the storage of whoever uses it. A card that is not what the book has hashed fails
/// the test: so every test that acts on a loan proves that its card follows from events.
/// @dev Logs of calls that were undone are recorded too; their numbers come again, and what lies
/// above the lane's last number never happened.
library Shelf {
    using Schedule for Card;
    using Slots for LoanWord;

    /// @dev An event by its number in a lane; for what depends on the moment, that and the principal.
    struct Seen {
        bytes32 topic;
        bytes32 loanId;
        bytes32 token;
        bytes data;
        uint256 time;
        uint256 principal;
    }

    /// @dev A card on its way, with what it held before things began to leave.
    struct Fold {
        Card card;
        uint256[] assets;
        uint96 lrtAmount;
        bytes32 before;
        bool inRun;
    }

    struct Store {
        mapping(address house => ILoanBook) books;
        bool manual;
        mapping(address book => mapping(uint256 lane => mapping(uint256 number => Seen))) events;
    }

    bytes32 private constant PLACE = keccak256("ballast.test.shelf");
    // Where the loan book keeps its mappings.
    uint256 private constant HOT = 2;
    uint256 private constant MARKS = 3;
    uint256 private constant SUMS = 4;

    error CardNotRebuilt(uint64 loanId);

    /// @notice Begins to listen to a loan book, whose lots that house sells.
    function open(ILoanBook book, address house) internal {
        _store().books[house] = book;
        VM.recordLogs();
    }

    /// @notice The loan book of an auction house; a call would use up a prank.
    function bookOf(IAuctionHouse house) internal view returns (ILoanBook) {
        return _store().books[address(house)];
    }

    /// @notice The same where only `note` brings events.
    function openManually(ILoanBook book, address house) internal {
        _store().books[house] = book;
        _store().manual = true;
    }

    function note(Vm.Log[] memory logs) internal {
        for (uint256 i; i < logs.length; ++i) {
            _note(logs[i]);
        }
    }

    /// @notice Takes in what has happened, now: an amendment's terms follow from its moment.
    function catchUp() internal {
        if (!_store().manual) note(VM.getRecordedLogs());
    }

    function wordsOf(ILoanBook book, uint64 loanId) internal returns (bytes32[] memory) {
        return Cards.wordsOf(cardOf(book, loanId));
    }

    /// @notice The loan's card; empty for a number that no loan has.
    function cardOf(ILoanBook book, uint64 loanId) internal returns (Card memory card) {
        catchUp();
        uint256 marks = _slot(book, MARKS, loanId);
        if (marks == 0) return card;
        mapping(uint256 => Seen) storage events = _store().events[address(book)][loanId >> 40];
        uint256 number = uint40(loanId);
        uint256 last = uint32(_slot(book, SUMS, loanId >> 40));
        Fold memory fold;
        card = fold.card = _opened(events[number].data);
        number += 1 + card.assets.length + (card.lrt == address(0) ? 0 : 1);
        for (; number <= last; ++number) {
            Seen storage seen = events[number];
            if (uint256(seen.loanId) != loanId) continue;
            _apply(fold, seen);
            // What is delivered later was in the card to the end.
            if (seen.topic == ILoanBook.LoanClosed.selector) break;
        }
        if (_isCard(card, marks)) return card;
        // The class of an asset that was added is the registry's to know: a call would use up a prank.
        uint64 classes = card.classes;
        for (uint256 classId; classId < 64; ++classId) {
            card.classes = classes | uint64(1 << classId);
            if (_isCard(card, marks)) return card;
        }
        revert CardNotRebuilt(loanId);
    }

    function _isCard(Card memory card, uint256 marks) private pure returns (bool) {
        return MarkWord.unwrap(MarkWord.wrap(marks).withCard(Cards.wordsOf(card))) == marks;
    }

    function _note(Vm.Log memory log) private {
        bytes32 topic = log.topics[0];
        if (log.topics.length < 2 || log.data.length < 32) return;
        if (topic == ILoanBook.OperationFailed.selector) return;
        bool ofLoan = _isOfLoan(topic);
        bool ofLane = topic == ILoanBook.CashMoved.selector
            || topic == ILoanBook.BatchSettled.selector || topic == ILoanBook.Claimed.selector
            || topic == IStewardship.TillTurned.selector
            || topic == IStewardship.TillGathered.selector;
        bool paid = topic == ILoanBook.ShortfallPaid.selector;
        if (!ofLoan && !ofLane && !paid) return;
        uint256 key = uint256(log.topics[paid ? 2 : 1]);
        uint256 number = uint256(bytes32(log.data));
        Seen storage seen =
            _store().events[log.emitter][ofLoan ? key >> 40 : key][uint32(number)];
        (seen.topic, seen.loanId) = (topic, ofLoan ? bytes32(key) : bytes32(0));
        seen.token = log.topics.length > 2 ? log.topics[2] : bytes32(0);
        seen.data = log.data;
        seen.time = block.timestamp;
        if (!ofLoan) return;
        LoanState memory loan =
            LoanWord.wrap(_slot(ILoanBook(log.emitter), HOT, uint64(key))).unpack();
        seen.principal = loan.principal;
    }

    function _isOfLoan(bytes32 topic) private pure returns (bool) {
        return _leaves(topic) || topic == ILoanBook.LoanOpened.selector
            || topic == ILoanBook.Pledged.selector || topic == ILoanBook.LrtPledged.selector
            || topic == ILoanBook.LoanDrawn.selector || topic == ILoanBook.LoanExtended.selector
            || topic == ILoanBook.Collected.selector
            || topic == ILoanBook.Charged.selector || topic == ILoanBook.IncomeKept.selector
            || topic == ILoanBook.Prefunded.selector || topic == ILoanBook.PrefundWithdrawn.selector
            || topic == ILoanBook.Repaid.selector || topic == ILoanBook.LoanCalled.selector
            || topic == ILoanBook.LoanCured.selector || topic == ILoanBook.LoanAuctioned.selector
            || topic == ILoanBook.SaleApplied.selector || topic == ILoanBook.LoanClosed.selector
            || topic == ILoanBook.LoanWrittenOff.selector;
    }

    function _opened(bytes memory data) private pure returns (Card memory card) {
        (,,, bytes32[] memory words) = abi.decode(data, (uint32, uint16, uint256, bytes32[]));
        (uint256 who, uint256 when) = (uint256(words[0]), uint256(words[1]));
        (card.borrower, card.basePrincipal) = (address(uint160(who >> 96)), uint56(who >> 40));
        (card.schedule, card.instalments) = (ScheduleKind(uint8(who >> 32)), uint16(who >> 16));
        (card.interval, card.openedAt) = (uint32(when >> 224), uint32(when >> 192));
        (card.gracePeriod, card.cureWindow) = (uint24(when >> 168), uint24(when >> 144));
        (card.lateFeeBps, card.limit) = (uint16(when >> 128), uint56(when >> 72));
        card.classes = uint64(when);
        card.assets = new uint256[](uint8(who));
        for (uint256 i; i < card.assets.length; ++i) {
            card.assets[i] = uint256(words[2 + i]);
        }
        if (uint8(who >> 8) == 0) return card;
        uint256 lrt = uint256(words[2 + card.assets.length]);
        (card.lrt, card.lrtAmount) = (address(uint160(lrt >> 96)), uint96(lrt));
        card.lrtOpeningPrice = uint64(uint256(words[3 + card.assets.length]));
    }

    /// @dev What a close gives back stays in the card: it takes no part in the run that ends in it.
    function _apply(Fold memory fold, Seen storage seen) private view {
        (bytes32 topic, bytes32 before) = (seen.topic, fold.before);
        Card memory card = fold.card;
        fold.before = topic;
        if (topic == ILoanBook.LoanClosed.selector) {
            if (fold.inRun) (card.assets, card.lrtAmount) = (fold.assets, fold.lrtAmount);
            return;
        }
        bool leaves = _leaves(topic);
        bool sold = before == ILoanBook.SaleApplied.selector
            || before == ILoanBook.LoanWrittenOff.selector;
        if (leaves && !fold.inRun && !sold) {
            (fold.assets, fold.lrtAmount) = (card.assets, card.lrtAmount);
        }
        fold.inRun = leaves && !sold;
        _change(card, seen);
    }

    function _leaves(bytes32 topic) private pure returns (bool) {
        return topic == ILoanBook.Released.selector || topic == ILoanBook.LrtReleased.selector;
    }

    function _change(Card memory card, Seen storage seen) private view {
        (bytes32 topic, uint256 token) = (seen.topic, uint256(seen.token));
        if (topic == ILoanBook.Pledged.selector) {
            card.assets = _with(card.assets, token);
        } else if (topic == ILoanBook.Released.selector) {
            card.assets = _without(card.assets, token);
        } else if (topic == ILoanBook.LrtPledged.selector) {
            (, uint128 amount) = abi.decode(seen.data, (uint32, uint128));
            card.lrtAmount += uint96(amount);
        } else if (topic == ILoanBook.LrtReleased.selector) {
            (, uint128 amount,) = abi.decode(seen.data, (uint32, uint128, address));
            card.lrtAmount -= uint96(amount);
        } else if (topic == ILoanBook.LoanDrawn.selector) {
            card.basePrincipal = uint56(card.baseFor(seen.principal, card.reached(seen.time)));
        } else if (topic == ILoanBook.LoanExtended.selector) {
            _extend(card, seen);
        }
    }

    function _extend(Card memory card, Seen storage seen) private view {
        (
            ,,
            card.schedule,
            card.instalments,
            card.interval,
            card.gracePeriod,
            card.cureWindow,
            card.lateFeeBps
        ) = abi.decode(
            seen.data, (uint32, uint16, ScheduleKind, uint16, uint32, uint24, uint24, uint16)
        );
        (card.openedAt, card.basePrincipal) = (uint32(seen.time), uint56(seen.principal));
    }

    function _with(uint256[] memory list, uint256 item)
        private
        pure
        returns (uint256[] memory longer)
    {
        longer = new uint256[](list.length + 1);
        for (uint256 i; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = item;
    }

    function _without(uint256[] memory list, uint256 item)
        private
        pure
        returns (uint256[] memory shorter)
    {
        shorter = new uint256[](list.length - 1);
        uint256 place;
        for (uint256 i; i < list.length; ++i) {
            if (list[i] != item) shorter[place++] = list[i];
        }
    }

    function _slot(ILoanBook book, uint256 mapping_, uint256 key) private view returns (uint256) {
        return uint256(VM.load(address(book), keccak256(abi.encode(key, mapping_))));
    }

    function _store() private pure returns (Store storage store) {
        bytes32 place = PLACE;
        assembly {
            store.slot := place
        }
    }
}
