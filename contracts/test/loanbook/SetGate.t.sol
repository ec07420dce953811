// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Governed} from "../../src/Governed.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import {IBidderGate} from "../../src/interfaces/IBidderGate.sol";
import {ILoanBook, LoanStatus} from "../../src/interfaces/ILoanBook.sol";
import {AuctionBase} from "./Auction.t.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @notice Admits one bidder to one lot.
contract ListGate is IBidderGate {
    address private immutable _bidder;
    uint16 private immutable _classId;
    uint256 private immutable _tokenId;

    constructor(address bidder, uint16 classId, uint256 tokenId) {
        (_bidder, _classId, _tokenId) = (bidder, classId, tokenId);
    }

    function mayBid(address bidder, uint16 classId, uint256 tokenId) external view returns (bool) {
        return bidder == _bidder && classId == _classId && tokenId == _tokenId;
    }
}

/// @notice Answers as it is told: every way in which a gate can go wrong.
contract BrokenGate {
    bytes private _answer;
    bool private _reverts;
    bool private _burns;
    bool private _writes;
    uint256 public asked;

    function setAnswer(bytes calldata answer) external {
        _answer = answer;
    }

    function setReverts() external {
        _reverts = true;
    }

    function setBurns() external {
        _burns = true;
    }

    function setWrites() external {
        _writes = true;
    }

    fallback() external {
        if (_burns) {
            while (true) {}
        }
        if (_writes) ++asked;
        bytes memory answer = _answer;
        bool reverts = _reverts;
        assembly ("memory-safe") {
            if reverts { revert(add(answer, 0x20), mload(answer)) }
            return(add(answer, 0x20), mload(answer))
        }
    }
}

contract SetGateTest is AuctionBase {
    bytes private constant YES = abi.encode(true);

    function setUp() public override {
        super.setUp();
        token.mint(address(pool), 1_000_000 * USD);
    }

    function test_only_the_governor_sets_a_gate() public {
        vm.expectRevert(
            abi.encodeWithSelector(Governed.AccessManagedUnauthorized.selector, borrower)
        );
        vm.prank(borrower);
        house.setGate(HOUSE_CLASS, IBidderGate(address(1)));
    }

    function test_a_gate_is_announced_and_named() public {
        vm.expectEmit(address(house));
        emit IAuctionHouse.GateSet(HOUSE_CLASS, address(7));
        house.setGate(HOUSE_CLASS, IBidderGate(address(7)));

        vm.assertEq(address(house.gateOf(HOUSE_CLASS)), address(7));
        vm.assertEq(address(house.gateOf(CAR_CLASS)), address(0));
    }

    function test_who_is_on_the_list_buys_and_others_do_not() public {
        house.setGate(HOUSE_CLASS, new ListGate(buyer, HOUSE_CLASS, HOUSE));
        _startHouse();

        _assertRefused(other, HOUSE_CLASS);
        _buy();

        vm.assertEq(registry.ownerOf(HOUSE), buyer);
    }

    function test_a_gate_counts_for_its_class_alone() public {
        house.setGate(CAR_CLASS, new ListGate(other, CAR_CLASS, CAR));
        _startBasket();

        _buy();
        _buy();

        vm.assertEq(registry.ownerOf(HOUSE), buyer);
        _assertRefused(buyer, CAR_CLASS);
    }

    function test_restaking_tokens_have_a_class_too() public {
        house.setGate(LRT_CLASS, new ListGate(buyer, LRT_CLASS, 0));
        _startBasket();

        _assertRefused(other, LRT_CLASS);
        _buy();

        vm.assertEq(lrt.balanceOf(buyer), 10e18);
    }

    function test_a_removed_gate_admits_everybody_and_leaves_the_others() public {
        IBidderGate nobody = IBidderGate(address(new BrokenGate()));
        house.setGate(HOUSE_CLASS, nobody);
        house.setGate(HOUSE_CLASS, nobody);
        house.setGate(CAR_CLASS, nobody);
        house.setGate(HOUSE_CLASS, IBidderGate(address(0)));
        house.setGate(HOUSE_CLASS, IBidderGate(address(0)));
        _startBasket();

        _buy();
        _buy();

        _assertRefused(buyer, CAR_CLASS);
    }

    function test_a_gate_set_while_a_lot_is_for_sale_counts_at_once() public {
        _startHouse();

        house.setGate(HOUSE_CLASS, new ListGate(other, HOUSE_CLASS, HOUSE));

        _assertRefused(buyer, HOUSE_CLASS);
    }

    /// @dev Whatever the gate does, it costs the one bidder who asked; the lot goes on to its floor.
    /// @custom:invariant I-23 C4
    function test_class_16_a_gate_that_breaks_refuses_the_bidder_and_stops_no_auction() public {
        for (uint256 way; way < 7; ++way) {
            uint256 snapshot = vm.snapshotState();
            BrokenGate gate = new BrokenGate();
            _break(gate, way);
            house.setGate(HOUSE_CLASS, IBidderGate(way == 6 ? address(6_666) : address(gate)));
            _startHouse();
            _assertRefused(buyer, HOUSE_CLASS);
            vm.warp(block.timestamp + 7 days);

            house.takeForReserve(loanId);

            vm.assertEq(registry.ownerOf(HOUSE), pool.reserveHolder());
            _assertStatus(loanId, LoanStatus.WrittenOff);
            vm.revertToState(snapshot);
        }
    }

    /// @dev The same gate, unbroken: what the test above refuses is refused for its fault alone.
    function test_the_word_one_admits() public {
        BrokenGate gate = new BrokenGate();
        gate.setAnswer(YES);
        house.setGate(HOUSE_CLASS, IBidderGate(address(gate)));
        _startHouse();

        _buy();

        vm.assertEq(registry.ownerOf(HOUSE), buyer);
    }

    function test_a_gate_that_eats_its_gas_costs_no_more_than_the_cap() public {
        BrokenGate gate = new BrokenGate();
        gate.setBurns();
        house.setGate(HOUSE_CLASS, IBidderGate(address(gate)));
        _startHouse();
        bytes32[] memory card = book.wordsOf(loanId);
        uint256 before = gasleft();

        vm.expectRevert(
            abi.encodeWithSelector(IAuctionHouse.BidderRefused.selector, HOUSE_CLASS, buyer)
        );
        vm.prank(buyer);
        house.buy(loanId, type(uint64).max, card);

        // Rebuilding the card is in it.
        vm.assertLt(before - gasleft(), 300_000);
    }

    /// @custom:invariant I-20
    function testFuzz_only_the_word_one_admits(uint256 answer) public {
        vm.assume(answer != 1);
        BrokenGate gate = new BrokenGate();
        gate.setAnswer(abi.encode(answer));
        house.setGate(HOUSE_CLASS, IBidderGate(address(gate)));
        _startHouse();

        _assertRefused(buyer, HOUSE_CLASS);
    }

    function _break(BrokenGate gate, uint256 way) private {
        gate.setAnswer(YES);
        if (way == 0) gate.setReverts();
        if (way == 1) gate.setBurns();
        if (way == 2) gate.setWrites();
        if (way == 3) gate.setAnswer("");
        if (way == 4) gate.setAnswer(new bytes(31));
        if (way == 5) gate.setAnswer(new bytes(100_000));
    }

    function _assertRefused(address bidder, uint16 classId) private {
        vm.expectRevert(
            abi.encodeWithSelector(IAuctionHouse.BidderRefused.selector, classId, bidder)
        );
        vm.prank(bidder);
        house.buy(loanId, type(uint64).max);
    }
}
