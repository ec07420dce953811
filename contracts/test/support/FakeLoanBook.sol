// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {Card, LaneState} from "../../src/interfaces/ILoanBook.sol";
import {LedgerUnits} from "../../src/libraries/LedgerUnits.sol";
import {TestStablecoin} from "../../src/tokens/TestStablecoin.sol";

/// @notice Holds one lane's cash.
contract FakeEscrow {
    constructor(TestStablecoin coin, address book) {
        coin.approve(book, type(uint256).max);
    }
}

/// @title What the pool sees of a loan book, with lanes that a test can lend from and break
contract FakeLoanBook {
    using SafeERC20 for TestStablecoin;

    TestStablecoin internal immutable coin;
    uint256 internal immutable unit;
    FakeEscrow[] internal escrows;
    mapping(uint32 => LaneState) internal states;
    mapping(uint32 => bool) internal broken;
    mapping(uint64 => Card) internal cards;
    mapping(address party => bool) internal listed;

    constructor(TestStablecoin coin_, uint256 count) {
        coin = coin_;
        unit = LedgerUnits.unitOf(coin_);
        for (uint256 i = 0; i < count; ++i) {
            escrows.push(new FakeEscrow(coin_, address(this)));
        }
    }

    function setListed(address party, bool isListed) external {
        listed[party] = isListed;
    }

    function isCleared(address party) external view returns (bool) {
        return !listed[party];
    }

    function lanes() external view returns (uint32) {
        return uint32(escrows.length);
    }

    function escrowOf(uint32 lane) public view returns (address) {
        return address(escrows[lane]);
    }

    function tillOf(uint32 lane) external view returns (address) {
        return escrowOf(lane);
    }

    function laneOf(uint32 lane) external view returns (LaneState memory) {
        return states[lane];
    }

    function fundLane(uint32 lane, uint64 amount) external {
        require(!broken[lane], "token call failed");
        states[lane].cash += amount;
    }

    function defundLane(uint32 lane, uint64 amount) external {
        require(!broken[lane], "token call failed");
        LaneState storage state = states[lane];
        require(amount <= state.cash - state.owed, "not the pool's");
        state.cash -= amount;
        coin.safeTransferFrom(escrowOf(lane), msg.sender, amount * unit);
    }

    /// @dev What the last close handed out.
    uint64[] public reservedRooms;
    uint64 public auctionValue;

    function handOut(uint64[] calldata reserved, uint64 value) external {
        (reservedRooms, auctionValue) = (reserved, value);
    }

    function setBroken(uint32 lane, bool isBroken) external {
        broken[lane] = isBroken;
    }

    /// @dev A loan of that principal and rate goes out of the lane.
    function lend(uint32 lane, uint64 principal, uint256 rateBps) external {
        LaneState storage state = states[lane];
        uint256 scale = 10_000 * 31_536_000;
        state.cash -= principal;
        state.a += int144(int256(principal * scale) - int256(principal * rateBps * block.timestamp));
        state.b += uint112(principal * rateBps);
        coin.safeTransferFrom(escrowOf(lane), address(1), principal * unit);
    }

    /// @dev That borrower's loan, for whoever looks at its terms; the cash goes out by `lend`.
    function open(uint64 loanId, address borrower, uint64 principal) external {
        Card storage card = cards[loanId];
        (card.borrower, card.basePrincipal) = (borrower, uint56(principal));
        card.openedAt = uint32(block.timestamp);
    }

    function readCard(uint64 loanId, bytes32[] calldata) external view returns (Card memory) {
        return cards[loanId];
    }

    /// @dev All loans of the lane are called and carried at that value.
    function impair(uint32 lane, uint64 value) external {
        (states[lane].a, states[lane].b) = (0, 0);
        states[lane].impaired = value;
    }

    /// @dev Somebody pays cash in that the pool has no part of.
    function owe(uint32 lane, uint64 amount) external {
        coin.mint(escrowOf(lane), amount * unit);
        states[lane].cash += amount;
        states[lane].owed += amount;
    }

    /// @dev Interest that borrowers pay in, and nobody owes before.
    function earn(uint32 lane, uint64 amount) external {
        coin.mint(escrowOf(lane), amount * unit);
        states[lane].cash += amount;
    }

    /// @dev A borrower pays the whole lane's debt with that cash.
    function repayAll(uint32 lane, uint64 amount) external {
        coin.mint(escrowOf(lane), amount * unit);
        states[lane].cash += amount;
        (states[lane].a, states[lane].b, states[lane].impaired) = (0, 0, 0);
    }
}
