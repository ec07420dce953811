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
/// @dev A room is one slot, first field lowest; see `Room`:
/// | left (64) | used (64) | spent (64) | spentAt (32) | zero (31) | made (1)
/// All amounts are ledger units. Fields are written in place or by the compiler, and both leave the
/// last bit as it is.
library Rooms {
    using SafeCast for uint256;
    using ValueProofs for ValueProof;

    /// @dev A lane's bucket for restaking tokens holds this part of its allowance: a quarter.
    uint256 private constant INFLOW_PARTS = 4;
    /// @dev Seconds in which an empty bucket is full again.
    uint256 private constant INFLOW_REFILL = 1 days;
    /// @dev Lies above the fields of every room and keeps its slot from being zero: what a close
    /// changes then costs 5,000 gas instead of 22,100, for each class of each lane.
    uint256 private constant MADE = 1 << 255;

    // ---- Handing out --------------------------------------------------------------------------

    /// @notice Makes the rooms of a new lane, also those of classes that do not exist yet.
    /// @dev Numbers of classes are from 1 and below `CLASS_LIMIT`. The governor pays for these
    /// slots, a close never does (rule L4b).
    /// @param lane Number of a lane that has none: what is there is overwritten.
    function make(Book storage book, uint32 lane) internal {
        for (uint256 classId = 1; classId < CLASS_LIMIT; ++classId) {
            _write(book.rooms[classId][lane], MADE);
        }
    }

    /// @notice See `IStewardship.handOut`.
    /// @dev What a class's cap leaves free goes to reserved draws first and then to all lanes
    /// evenly, rounded down: rooms and what is used are together at most the cap, or there is no
    /// room. What a lane did not use since the last close is taken back and handed out anew.
    /// Reverts with `NotPool`, and with `LaneUnknown` unless each lane is named. The pool calls
    /// only where there are lanes.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param reserved Draws reserved in each lane, ledger units: the lane's number is the place.
    /// @param auctionValue Value that may be at auction in one lane, ledger units.
    function handOut(
        Book storage book,
        Market memory market,
        uint64[] calldata reserved,
        uint64 auctionValue
    ) external {
        if (msg.sender != book.pool) {
            revert ILoanBook.NotPool(msg.sender);
        }
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
    /// @param words As many as there are lanes; gets each room as it lies in its slot.
    /// @return used What loans of the class that have not ended may draw in all, ledger units.
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

    /// @dev What the cap leaves free: first to lanes with reserved draws, whatever their class;
    /// then `each` to all. All rooms and all that is used are at most the cap, or no room is left.
    /// Where less is free than is reserved, lanes of lower number come first. A slot is written
    /// only if its room changes.
    /// @param words The rooms as `_readClass` read them.
    /// @param free What the cap leaves, ledger units.
    /// @param each What every lane gets beyond reserved draws, ledger units: with all reserved
    /// draws no more than is free, or zero.
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
    /// @dev Reverts with `ClassRoomShort`, and with `InflowTooFast` where the bucket has not what
    /// is drawn at once. A class counts once, however many things of it are pledged. A class of a
    /// checked proof is that of its asset, below `CLASS_LIMIT`, so that its bit fits a card's 64.
    /// @param lane Lane of the loan.
    /// @param proofs One for each thing pledged.
    /// @param commitment All that the loan may ever draw, ledger units.
    /// @param principal What it draws now, ledger units: only that flows into the bucket.
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
                revert IStewardship.ClassRoomShort(lane, uint16(classId), uint64(word), commitment);
            }
            uint256 used = uint64(word >> 64) + commitment;
            _write(room, word >> 128 << 128 | used << 64 | uint64(word) - commitment);
            if (classId == Underwriter.LRT_CLASS) _pour(book, lane, principal);
        }
    }

    /// @notice A later draw; the room for it was taken at the opening, the bucket's part was not.
    /// @dev Only of a loan that was ever secured by restaking tokens. Reverts with `InflowTooFast`.
    /// @param amount What is drawn, ledger units.
    function flowIn(Book storage book, uint32 lane, Card memory card, uint64 amount) internal {
        if (card.classes & _bitOf(Underwriter.LRT_CLASS) != 0) _pour(book, lane, amount);
    }

    /// @notice Counts a loan in the class of an asset that is added to it, whatever the room: who
    /// gives more security is not stopped.
    /// @dev The room falls to zero at the lowest, and what is used may pass the cap; then the next
    /// closes hand out nothing until loans have ended.
    /// @param card The loan's card, which gets the class's bit; the caller hashes it again.
    /// @param classId Class of the asset, as its checked proof says.
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

    /// @notice After an extension a loan without later draws counts for its principal as it then
    /// stands.
    /// @dev One that may draw more counts for its limit as before. Nothing grows here: `before` is
    /// the higher.
    /// @param before What the loan counted for before it was changed, ledger units.
    function shrink(Book storage book, uint32 lane, Card memory card, uint64 before) internal {
        uint64 commitment = commitmentOf(card);
        if (commitment < before) _giveBack(book, lane, card.classes, before - commitment);
    }

    /// @notice A loan has ended: the next close hands out what it took.
    /// @dev Called once for each loan, by its close or its write-off.
    function finish(Book storage book, uint32 lane, Card memory card) internal {
        _giveBack(book, lane, card.classes, commitmentOf(card));
    }

    /// @notice What a loan counts for in each of its classes: all that it may draw.
    /// @return Its limit; where no draw is to come, the principal from which its schedule counts.
    /// Ledger units. Repayments do not lower it.
    function commitmentOf(Card memory card) internal pure returns (uint64) {
        return card.limit == 0 ? card.basePrincipal : card.limit;
    }

    /// @dev Lowers what is used; the room itself is raised by the next close only, in which all
    /// lanes share.
    /// @param classes One bit for each class.
    /// @param amount Ledger units.
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
    /// @param room The lane's room in the class of restaking tokens.
    function inflowLeft(Room memory room) internal view returns (uint64) {
        (uint256 spent, uint256 most) = _bucketOf(room);
        return uint64(most - spent);
    }

    /// @dev The bucket counts what is lent on the tokens, not the tokens: what is only topped up
    /// brings nobody a risk, and is never refused. Reverts with `InflowTooFast`, which says what is
    /// left.
    /// @param amount What is drawn, ledger units.
    function _pour(Book storage book, uint32 lane, uint64 amount) private {
        Room storage room = book.rooms[Underwriter.LRT_CLASS][lane];
        (uint256 spent, uint256 most) = _bucketOf(room);
        if (amount > most - spent) {
            revert IStewardship.InflowTooFast(lane, uint64(most - spent), amount);
        }
        room.spent = uint64(spent + amount);
        room.spentAt = uint32(block.timestamp);
    }

    /// @dev What is spent of the bucket now, at most its size. It refills evenly, rounded down: a
    /// draw never finds more than has come back. Size follows the room: it is the same before and
    /// after a loan.
    /// @return spent Ledger units.
    /// @return most Its size: a quarter of the room and of what loans on restaking tokens may draw.
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

    /// @dev Writes all of the slot: whoever makes the word keeps the bit of `MADE`.
    function _write(Room storage room, uint256 word) private {
        assembly ("memory-safe") {
            sstore(room.slot, word)
        }
    }

    /// @dev A class's bit in a card; numbers of classes are below `CLASS_LIMIT`, and so below 64.
    function _bitOf(uint16 classId) private pure returns (uint64) {
        return uint64(1 << classId);
    }
}
