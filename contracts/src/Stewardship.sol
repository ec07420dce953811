// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Donations} from "./book/Donations.sol";
import {Handover} from "./book/Handover.sol";
import {Book, Market} from "./book/LoanStore.sol";
import {Rooms} from "./book/Rooms.sol";
import {Governed} from "./Governed.sol";
import {ILoanBook} from "./interfaces/ILoanBook.sol";
import {ISanctions} from "./interfaces/ISanctions.sol";
import {IStewardship, Room} from "./interfaces/IStewardship.sol";
import {Underwriter} from "./libraries/Underwriter.sol";

/// @title The loan book's duties beside its loans: lanes' allowances, what waits, what is nobody's
abstract contract Stewardship is ILoanBook, Governed, ReentrancyGuardTransient {
    Book internal _book;

    /// @inheritdoc IStewardship
    function deliver(uint64 loanId, bytes32[] calldata card) external nonReentrant {
        Handover.deliver(_book, _market(), loanId, card);
    }

    /// @inheritdoc IStewardship
    function sweepLane(uint32 laneId) external nonReentrant returns (uint64) {
        return Donations.sweepLane(_book, _market(), laneId);
    }

    /// @inheritdoc IStewardship
    function sweepEnded(uint64 loanId) external nonReentrant returns (uint64) {
        return Donations.sweepEnded(_book, _market(), loanId);
    }

    /// @inheritdoc IStewardship
    function handOut(uint64[] calldata reserved, uint64 auctionValue) external nonReentrant {
        Rooms.handOut(_book, _market(), reserved, auctionValue);
    }

    /// @inheritdoc IStewardship
    function setSanctions(ISanctions list) external restricted {
        _book.sanctions = list;
        emit SanctionsSet(address(list));
    }

    /// @inheritdoc IStewardship
    function waitingOf(uint64 loanId) external view returns (uint256) {
        return _book.waiting[loanId];
    }

    /// @inheritdoc IStewardship
    function sanctions() external view returns (ISanctions) {
        return _book.sanctions;
    }

    /// @inheritdoc IStewardship
    function roomOf(uint32 laneId, uint16 classId) external view returns (Room memory) {
        return _book.rooms[laneId][classId];
    }

    /// @inheritdoc IStewardship
    function inflowLeftOf(uint32 laneId) external view returns (uint64) {
        return Rooms.inflowLeft(_book.rooms[laneId][Underwriter.LRT_CLASS]);
    }

    /// @dev What the loan book was deployed with.
    function _market() internal view virtual returns (Market memory);
}
