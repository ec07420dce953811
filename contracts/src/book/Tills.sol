// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILane} from "../interfaces/ILane.sol";
import {ILoanBook, LaneState} from "../interfaces/ILoanBook.sol";
import {IStewardship} from "../interfaces/IStewardship.sol";
import {Lane} from "../Lane.sol";
import {Book, LoanStore, Market} from "./LoanStore.sol";
import {Rooms} from "./Rooms.sol";

/// @title The lanes' escrows, and where their cash goes when one can pay nothing in or out
/// (rule L5)
/// @notice A lane has two escrows, whose addresses follow from its number and one bit of its sums.
/// Collateral stays in the first. Cash goes to one of them, the till; what the other holds lies
/// aside: it is the lane's, and pays nothing until it is gathered.
/// @dev Linked at deployment and run by delegatecall: it is the book that makes escrows and owns
/// them.
library Tills {
    using LoanStore for Book;
    using LoanStore for Market;
    using SafeCast for uint256;

    /// @dev As many as a close can serve in one transaction, which has 16,777,216 gas (EIP-7825).
    uint32 private constant MAX_LANES = 64;

    /// @notice See `IStewardship.addLane`.
    /// @dev Reverts with `LanesFull`. The lane knows from the start whether there is a list; its
    /// rooms are made, and have nothing in them until the next close (rule L4).
    /// @return laneId Its number: the count of lanes before it.
    function add(Book storage book) external returns (uint32 laneId) {
        laneId = book.lanes;
        if (laneId == MAX_LANES) revert IStewardship.LanesFull(MAX_LANES);
        book.lanes = laneId + 1;
        book.sums[laneId].setListed(address(book.sanctions) != address(0));
        Rooms.make(book, laneId);
        emit ILoanBook.LaneAdded(
            laneId, address(new Lane{salt: bytes32(uint256(laneId))}(address(this)))
        );
    }

    /// @notice See `IStewardship.turnTill`.
    /// @dev Refused with `CashAside` while cash lies aside: two amounts in one escrow would be told
    /// apart by nothing. All of the lane's cash lies aside then, also what it owes to others; books
    /// stay as they are, and no token is called, because it is the token that may fail. The second
    /// escrow is made at the first turn. Reverts with `LaneUnknown`.
    function turn(Book storage book, Market memory market, uint32 laneId) external {
        book.requireLane(laneId);
        LaneState memory lane = book.sums[laneId].load();
        if (lane.aside != 0) revert IStewardship.CashAside(laneId, lane.aside);
        (lane.aside, lane.till) = (lane.cash, 1 - lane.till);
        address till = address(market.tillOf(laneId, lane.till));
        if (till.code.length == 0) {
            new Lane{salt: bytes32(1 << 32 | uint256(laneId))}(address(this));
        }
        emit IStewardship.TillTurned(laneId, ++lane.sequence, till, lane.aside);
        book.sums[laneId].store(lane);
    }

    /// @notice See `IStewardship.gatherTill`.
    /// @dev All that is there: what was not booked can then be swept from the till. Reverts with
    /// `LaneUnknown`, with `AmountTooSmall` for less than a ledger unit, and as the token does
    /// while it lets nothing go.
    /// @return amount What came to the till, in whole ledger units, rounded down.
    function gather(Book storage book, Market memory market, uint32 laneId)
        external
        returns (uint64 amount)
    {
        book.requireLane(laneId);
        LaneState memory lane = book.sums[laneId].load();
        ILane other = market.tillOf(laneId, 1 - lane.till);
        amount = (market.token.balanceOf(address(other)) / market.unitScale).toUint64();
        if (amount == 0) revert ILoanBook.AmountTooSmall(0, 1);
        lane.aside -= uint64(Math.min(lane.aside, amount));
        emit IStewardship.TillGathered(laneId, ++lane.sequence, amount, lane.aside);
        book.sums[laneId].store(lane);
        address till = address(market.tillOf(laneId, lane.till));
        other.sendToken(address(market.token), till, amount * market.unitScale);
    }
}
