// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAuctionHouse} from "../interfaces/IAuctionHouse.sol";
import {Card, ILoanBook, Room} from "../interfaces/ILoanBook.sol";
import {CLASS_LIMIT, IRiskTerms} from "../interfaces/IRiskTerms.sol";
import {ValueProof} from "../interfaces/IValuationOracle.sol";
import {Underwriter} from "../libraries/Underwriter.sol";
import {ValueProofs} from "../libraries/ValueProofs.sol";
import {Book, Market} from "./LoanStore.sol";
import {IStewardship} from "../interfaces/IStewardship.sol";

/// @title What a lane may lend against each class (rules L4, G1)
/// @notice A class's cap is handed to the lanes at the close, as room for new loans. A loan counts
/// in full, with all that it may ever draw, for every class that secures it, until it ends: so a
/// payment touches no room, and no basket hides what leans on a class.
library Rooms {
    using SafeCast for uint256;
    using ValueProofs for ValueProof;

    /// @dev A lane's bucket for restaking tokens holds this part of its allowance.
    uint256 private constant INFLOW_PARTS = 4;
    /// @dev Seconds in which an empty bucket is full again.
    uint256 private constant INFLOW_REFILL = 1 days;
    /// @dev Lies above the fields of every room and keeps its slot from being zero: what a close
    /// changes then costs 5,000 gas instead of 22,100, for each class of each lane.
    uint256 private constant MADE = 1 << 255;

    // ---- Handing out --------------------------------------------------------------------------

    /// @notice Makes the rooms of a new lane, also those of classes that do not exist yet.
    function make(Book storage book, uint32 lane) internal {
        for (uint256 classId = 1; classId < CLASS_LIMIT; ++classId) {
            _write(book.rooms[classId][lane], MADE);
        }
    }

    /// @notice See `ILoanBook.handOut`.
    function handOut(
        Book storage book,
        Market memory market,
        uint64[] calldata reserved,
        uint64 auctionValue
    ) external {
        if (msg.sender != book.pool) revert ILoanBook.NotPool(msg.sender);
        if (reserved.length != book.lanes) revert ILoanBook.LaneUnknown(uint32(reserved.length));
        emit IStewardship.RoomsReserved(reserved);
        IRiskTerms risk = market.from.risk;
        uint16[] memory classes = risk.classes();
        uint256 asked;
        for (uint256 lane; lane < reserved.length; ++lane) {
            asked += reserved[lane];
        }
        uint256[] memory words = new uint256[](reserved.length);
        for (uint256 i; i < classes.length; ++i) {
            uint64 cap = risk.capOf(classes[i]);
            uint256 used = _readClass(book.rooms[classes[i]], words);
            uint256 free = Math.saturatingSub(cap, used);
            uint256 each = Math.saturatingSub(free, asked) / reserved.length;
            _handOutClass(book.rooms[classes[i]], words, reserved, free, each);
            emit IStewardship.RoomsHandedOut(classes[i], cap, used.toUint64());
        }
        IAuctionHouse(book.auctionHouse).allow(auctionValue);
    }

    /// @dev Reads a class's room in each lane; returns what is used in all.
    function _readClass(mapping(uint32 lane => Room) storage rooms, uint256[] memory words)
        private
        view
        returns (uint256 used)
    {
        // The sum of so few fields of 64 bits fits.
        unchecked {
            for (uint32 lane; lane < words.length; ++lane) {
                uint256 word = _read(rooms[lane]);
                words[lane] = word;
                used += uint64(word >> 64);
            }
        }
    }

    /// @dev What the cap leaves free: first to lanes with reserved draws, whatever their class; then
    /// `each` to all. All rooms and all that is used are at most the cap, or no room is left.
    function _handOutClass(
        mapping(uint32 lane => Room) storage rooms,
        uint256[] memory words,
        uint64[] calldata reserved,
        uint256 free,
        uint256 each
    ) private {
        // No room is larger than what is free, which is at most the cap.
        unchecked {
            for (uint32 lane; lane < words.length; ++lane) {
                uint256 first = Math.min(free, reserved[lane]);
                free -= first;
                (uint256 word, uint256 next) = (words[lane], first + each);
                if (uint64(word) != next) _write(rooms[lane], word >> 64 << 64 | next);
            }
        }
    }

    // ---- Taking -------------------------------------------------------------------------------

    /// @notice Takes room for a new loan in each class of its proofs, which have been checked.
    /// @return classes Those classes, one bit each.
    function enter(
        Book storage book,
        uint32 lane,
        ValueProof[] calldata proofs,
        uint64 commitment,
        uint64 principal
    ) internal returns (uint256 classes) {
        for (uint256 i; i < proofs.length; ++i) {
            uint256 classId = proofs[i].classId();
            uint256 bit = 1 << classId;
            if (classes & bit != 0) continue;
            classes |= bit;
            Room storage room = book.rooms[classId][lane];
            uint256 word = _read(room);
            if (commitment > uint64(word)) {
                revert IStewardship.ClassRoomShort(
                    lane, uint16(classId), uint64(word), commitment
                );
            }
            uint256 used = uint64(word >> 64) + commitment;
            _write(room, word >> 128 << 128 | used << 64 | uint64(word) - commitment);
            if (classId == Underwriter.LRT_CLASS) _pour(book, lane, principal);
        }
    }

    /// @notice A later draw; the room for it was taken at the opening, the bucket's part was not.
    function flowIn(Book storage book, uint32 lane, Card memory card, uint64 amount) internal {
        if (card.classes & _bitOf(Underwriter.LRT_CLASS) != 0) _pour(book, lane, amount);
    }

    /// @notice Counts a loan in the class of an asset that is added to it, whatever the room: who
    /// gives more security is not stopped.
    function join(Book storage book, uint32 lane, Card memory card, uint16 classId) internal {
        if (card.classes & _bitOf(classId) != 0) return;
        card.classes |= _bitOf(classId);
        Room memory room = book.rooms[classId][lane];
        uint64 commitment = commitmentOf(card);
        room.left -= uint64(Math.min(room.left, commitment));
        room.used += commitment;
        book.rooms[classId][lane] = room;
    }

    // ---- Giving back --------------------------------------------------------------------------

    /// @notice After an extension a loan counts for what it still owes.
    function shrink(Book storage book, uint32 lane, Card memory card, uint64 before) internal {
        uint64 commitment = commitmentOf(card);
        if (commitment < before) _giveBack(book, lane, card.classes, before - commitment);
    }

    /// @notice A loan has ended: the next close hands out what it took.
    function finish(Book storage book, uint32 lane, Card memory card) internal {
        _giveBack(book, lane, card.classes, commitmentOf(card));
    }

    /// @notice What a loan counts for in each of its classes, ledger units: all that it may draw.
    function commitmentOf(Card memory card) internal pure returns (uint64) {
        return card.limit == 0 ? card.basePrincipal : card.limit;
    }

    function _giveBack(Book storage book, uint32 lane, uint64 classes, uint64 amount) private {
        for (uint256 classId = 1; classes >> classId != 0; ++classId) {
            if (classes >> classId & 1 == 0) continue;
            Room storage room = book.rooms[classId][lane];
            // Never a reason to keep somebody's collateral.
            room.used = uint64(Math.saturatingSub(room.used, amount));
        }
    }

    // ---- The bucket ---------------------------------------------------------------------------

    /// @notice What may be drawn on restaking tokens in a lane now, ledger units.
    function inflowLeft(Room memory room) internal view returns (uint64) {
        (uint256 spent, uint256 most) = _bucketOf(room);
        return uint64(most - spent);
    }

    /// @dev The bucket counts what is lent on the tokens, not the tokens: what is only topped up
    /// brings nobody a risk, and is never refused.
    function _pour(Book storage book, uint32 lane, uint64 amount) private {
        Room storage room = book.rooms[Underwriter.LRT_CLASS][lane];
        (uint256 spent, uint256 most) = _bucketOf(room);
        if (amount > most - spent) {
            revert IStewardship.InflowTooFast(lane, uint64(most - spent), amount);
        }
        room.spent = uint64(spent + amount);
        room.spentAt = uint32(block.timestamp);
    }

    /// @dev What is spent of the bucket now, at most its size.
    function _bucketOf(Room memory room) private view returns (uint256 spent, uint256 most) {
        most = (uint256(room.left) + room.used) / INFLOW_PARTS;
        uint256 refilled = most * (block.timestamp - room.spentAt) / INFLOW_REFILL;
        spent = Math.min(Math.saturatingSub(room.spent, refilled), most);
    }

    /// @dev A room as it lies in its slot, first field lowest.
    function _read(Room storage room) private view returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(room.slot)
        }
    }

    function _write(Room storage room, uint256 word) private {
        assembly ("memory-safe") {
            sstore(room.slot, word)
        }
    }

    function _bitOf(uint16 classId) private pure returns (uint64) {
        return uint64(1 << classId);
    }
}
