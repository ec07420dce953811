// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILane} from "../../src/interfaces/ILane.sol";
import "../../src/interfaces/ILoanBook.sol";
import {BookBase} from "./support/BookBase.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;

contract LanesTest is BookBase {
    bytes4 private constant UNAUTHORISED = bytes4(keccak256("AccessManagedUnauthorized(address)"));

    /// @custom:invariant L6
    function test_each_lane_has_an_escrow_that_obeys_the_book_only() public {
        ILane escrow = ILane(book.escrowOf(0));

        vm.assertEq(escrow.owner(), address(book));
        vm.assertNotEq(book.escrowOf(0), book.escrowOf(1));
        vm.expectRevert(abi.encodeWithSelector(ILane.NotOwner.selector, address(this)));
        escrow.sendToken(address(token), address(this), 1);
        vm.expectRevert(abi.encodeWithSelector(ILane.NotOwner.selector, address(this)));
        escrow.sendAsset(address(registry), address(this), HOUSE);
        vm.expectRevert(abi.encodeWithSelector(ILane.NotOwner.selector, address(this)));
        escrow.create(0, hex"00");
    }

    function test_a_lane_that_is_not_there_has_no_escrow() public view {
        vm.assertNotEq(book.escrowOf(1), address(0));
        vm.assertEq(book.escrowOf(2), address(0));
    }

    function test_lanes_are_numbered_from_zero() public {
        uint32 lane = book.addLane();

        vm.assertEq(lane, 2);
        vm.assertEq(book.lanes(), 3);
    }

    /// @custom:invariant L4b
    function test_there_are_at_most_as_many_lanes_as_one_close_can_serve() public {
        while (book.lanes() < 64) {
            book.addLane();
        }

        vm.expectRevert(abi.encodeWithSelector(IStewardship.LanesFull.selector, 64));
        book.addLane();
        vm.assertEq(book.lanes(), 64);
    }

    function test_the_pool_funds_and_defunds_a_lane() public {
        uint32 sequence = book.laneOf(0).sequence;
        vm.startPrank(address(pool));
        token.mint(book.escrowOf(0), 5 * USD);
        vm.expectEmit(address(book));
        emit ILoanBook.CashMoved(0, sequence + 1, int64(5 * USD));
        book.fundLane(0, 5 * USD);
        vm.expectEmit(address(book));
        emit ILoanBook.CashMoved(0, sequence + 2, -int64(LANE_CASH));
        book.defundLane(0, LANE_CASH);

        vm.assertEq(book.laneOf(0).cash, 5 * USD);
        vm.assertEq(token.balanceOf(address(pool)), LANE_CASH);
    }

    /// @custom:invariant L3
    function test_what_a_lane_owes_is_not_the_pools() public {
        uint64 loanId = _openHouse();
        book.prefund(loanId, 50_000 * USD);
        vm.startPrank(address(pool));
        uint64 own = LANE_CASH - 100_000 * USD;

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LaneShortOfCash.selector, 0, own));
        book.defundLane(0, own + 1);
        book.defundLane(0, own);

        vm.assertEq(book.laneOf(0).cash, 50_000 * USD);
    }

    function test_nobody_but_the_pool_moves_cash() public {
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotPool.selector, address(this)));
        book.fundLane(0, 1);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotPool.selector, address(this)));
        book.defundLane(0, 1);
    }

    function test_the_pool_moves_no_cash_of_an_unknown_lane() public {
        vm.startPrank(address(pool));

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LaneUnknown.selector, 2));
        book.fundLane(2, 1);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LaneUnknown.selector, 2));
        book.defundLane(2, 1);
    }

    function test_the_book_is_wired_once() public {
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.AlreadyWired.selector));
        book.wire(other, other);
    }

    /// @custom:invariant I-32
    function test_lanes_relayers_and_wiring_are_the_governors() public {
        vm.startPrank(other);

        vm.expectRevert(abi.encodeWithSelector(UNAUTHORISED, other));
        book.addLane();
        vm.expectRevert(abi.encodeWithSelector(UNAUTHORISED, other));
        book.setRelayer(0, other, true);
        vm.expectRevert(abi.encodeWithSelector(UNAUTHORISED, other));
        book.wire(other, other);
    }

    function test_an_unknown_lane_has_no_relayer() public {
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LaneUnknown.selector, 2));
        book.setRelayer(2, relayer, true);
    }

    function test_a_scheduled_call_of_the_governor_goes_through() public {
        manager.grantRole(7, other, 1 hours);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = IStewardship.addLane.selector;
        manager.setTargetFunctionRole(address(book), selectors, 7);
        bytes memory data = abi.encodeCall(IStewardship.addLane, ());
        vm.startPrank(other);
        manager.schedule(address(book), data, 0);
        vm.warp(block.timestamp + 1 hours);

        manager.execute(address(book), data);

        vm.assertEq(book.lanes(), 3);
    }
}
