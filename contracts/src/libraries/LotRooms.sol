// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAuctionHouse} from "../interfaces/IAuctionHouse.sol";

/// @notice One slot of a lane at auction.
/// @param sequence Number of its last event.
/// @param lots Lots open.
/// @param value What they were worth at their start, ledger units.
/// @param allowance What they may be worth, ledger units.
struct LaneLots {
    uint32 sequence;
    uint32 lots;
    uint64 value;
    uint64 allowance;
}

using LotRooms for LaneLots global;

/// @title Value at auction in a lane (rule L4)
/// @notice Each change is one write, made for one event, whose number it gives. A lot counts at
/// what it asked for at its start, whatever its price is now.
library LotRooms {
    /// @notice Counts a loan's first lot, if the allowance has room for it or no other is open.
    /// @dev Reverts with `AuctionsFull`, never while the lane has no lot open.
    /// @param lane Lane of the loan.
    /// @param number The lane's number, for the error.
    /// @param worth Price of the lot at its start, ledger units.
    function begin(LaneLots storage lane, uint32 number, uint64 worth) internal returns (uint32) {
        LaneLots memory now_ = lane;
        uint64 room = uint64(Math.saturatingSub(now_.allowance, now_.value));
        if (now_.lots != 0 && worth > room) {
            revert IAuctionHouse.AuctionsFull(number, room, worth);
        }
        return _store(lane, now_, now_.lots + 1, now_.value + worth);
    }

    /// @notice Counts a lot: of an auction that has begun none needs room.
    /// @param lane Lane of the loan.
    /// @param worth Price of the lot at its start, ledger units.
    function add(LaneLots storage lane, uint64 worth) internal returns (uint32) {
        LaneLots memory now_ = lane;
        return _store(lane, now_, now_.lots + 1, now_.value + worth);
    }

    /// @notice Counts a lot no more: it is sold, or nobody needs to buy it.
    /// @param lane Lane of the loan.
    /// @param worth What it was counted at.
    function finish(LaneLots storage lane, uint64 worth) internal returns (uint32) {
        LaneLots memory now_ = lane;
        return _store(lane, now_, now_.lots - 1, now_.value - worth);
    }

    /// @dev Laid out as the compiler does: first member lowest. The allowance stays.
    function _store(LaneLots storage lane, LaneLots memory now_, uint32 lots, uint64 value)
        private
        returns (uint32 sequence)
    {
        sequence = now_.sequence + 1;
        uint256 word = uint256(sequence) | uint256(lots) << 32 | uint256(value) << 64
            | uint256(now_.allowance) << 128;
        assembly ("memory-safe") {
            sstore(lane.slot, word)
        }
    }
}
