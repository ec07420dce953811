// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Governed} from "../../src/Governed.sol";
import "../../src/interfaces/ILoanBook.sol";
import {ISanctions} from "../../src/interfaces/ISanctions.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {FakeToken} from "./support/Fakes.sol";
import {AmendBase} from "./support/AmendBase.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;

/// @notice A list that a test writes, and that can break.
contract FakeSanctions is ISanctions {
    mapping(address account => bool) private _listed;
    bool private _broken;

    function set(address account, bool listed) external {
        _listed[account] = listed;
    }

    function setBroken(bool broken) external {
        _broken = broken;
    }

    function isSanctioned(address account) external view returns (bool) {
        if (_broken) {
            assembly {
                invalid()
            }
        }
        return _listed[account];
    }
}

/// @notice A list that clears everybody and needs most of the gas that it may spend.
contract ThoroughList is ISanctions {
    function isSanctioned(address) external view returns (bool) {
        uint256 end = gasleft() - 45_000;
        while (gasleft() > end) {}
        return false;
    }
}

/// @notice A restaking token that spends all gas it gets once it is told to.
contract BurningToken is FakeToken(18) {
    bool private _burning;

    function setBurning(bool burning) external {
        _burning = burning;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (_burning) {
            assembly {
                invalid()
            }
        }
        super._update(from, to, amount);
    }
}

/// @title What of a closed loan waits in the escrow for its owner (rule D9)
contract DeliverTest is AmendBase {
    uint256 private constant LRT_BIT = 1 << 255;
    FakeSanctions private list;
    uint64 private loanId;

    function setUp() public override {
        super.setUp();
        list = new FakeSanctions();
        loanId = _openBasket();
    }

    /// @custom:invariant D9b
    function test_a_sanctioned_owners_collateral_waits_until_the_owner_is_cleared() public {
        _sanction();
        _repayAndClose();
        _assertStatus(loanId, LoanStatus.Closed);
        vm.assertEq(book.waitingOf(loanId), LRT_BIT | 3);
        vm.assertEq(registry.ownerOf(HOUSE), book.escrowOf(0));
        vm.expectRevert(abi.encodeWithSelector(IStewardship.Sanctioned.selector, borrower));
        book.deliver(loanId);

        list.set(borrower, false);
        book.deliver(loanId);

        _assertAllReturned();
    }

    /// @custom:invariant D9b
    function test_nobody_is_cleared_by_a_list_that_fails_and_everybody_by_none() public {
        book.setSanctions(list);
        list.setBroken(true);
        _repayAndClose();
        vm.assertEq(book.waitingOf(loanId), LRT_BIT | 3);
        vm.assertTrue(!book.isCleared(borrower) && !book.isCleared(other));

        book.setSanctions(ISanctions(address(0)));
        vm.assertTrue(book.isCleared(borrower));
        book.deliver(loanId);

        _assertAllReturned();
    }

    /// @custom:invariant D9b
    function test_a_list_leaves_a_lanes_books_as_they_are() public {
        _mint(78, HOUSE_CLASS, borrower, 400_000 * USD);
        uint64 second = _open(_terms(78, 50_000 * USD));
        vm.warp(START + 45 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
        book.prefund(second, 9 * USD);
        book.turnTill(0);
        LaneState memory lane = book.laneOf(0);
        vm.assertTrue(lane.owed != 0 && lane.impaired != 0 && lane.aside != 0);

        book.setSanctions(list);

        lane.listed = true;
        vm.assertEq(abi.encode(book.laneOf(0)), abi.encode(lane));
        book.setSanctions(ISanctions(address(0)));
        lane.listed = false;
        vm.assertEq(abi.encode(book.laneOf(0)), abi.encode(lane));
    }

    /// @custom:invariant D9b
    function test_a_sanctioned_partys_cash_waits_too() public {
        book.prefund(loanId, 9 * USD);
        _sanction();
        bytes memory refusal = abi.encodeWithSelector(IStewardship.Sanctioned.selector, borrower);
        vm.startPrank(borrower);
        vm.expectRevert(refusal);
        book.withdrawPrefunded(loanId, 9 * USD);
        vm.stopPrank();

        list.set(borrower, false);
        vm.prank(borrower);
        book.withdrawPrefunded(loanId, 9 * USD);
    }

    /// @custom:invariant D9b
    function test_a_sanctioned_partys_surplus_waits_too() public {
        book.repay(loanId, type(uint64).max);
        book.pay(loanId, 9 * USD);
        _sanction();
        vm.expectRevert(abi.encodeWithSelector(IStewardship.Sanctioned.selector, borrower));
        vm.prank(borrower);
        book.claim(0);

        list.set(borrower, false);

        vm.prank(borrower);
        vm.assertEq(book.claim(0), 9 * USD);
    }

    /// @custom:invariant D9b
    function test_a_sanctioned_borrower_takes_nothing_out_of_an_open_loan() public {
        _sanction();
        LoanChange memory change = _change(loanId);
        change.assets = _one(CAR);

        _assertAmendFails(change, abi.encodeWithSelector(IStewardship.Sanctioned.selector, borrower));
    }

    /// @custom:invariant D9b
    function test_nothing_is_lent_to_a_sanctioned_borrower() public {
        _mint(7_070, CAR_CLASS, borrower, 20_000 * USD);
        _sanction();
        LoanTerms memory terms = _terms(7_070, 5_000 * USD);
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);
        vm.expectRevert(abi.encodeWithSelector(IStewardship.Sanctioned.selector, borrower));
        book.open(terms, signature, proofs);

        list.set(borrower, false);
        book.open(terms, signature, proofs);
    }

    /// @custom:invariant D9b
    function test_a_list_that_is_withdrawn_stops_nobody_and_a_new_lane_knows_of_one() public {
        book.setSanctions(list);
        vm.assertTrue(book.laneOf(0).listed);
        vm.assertTrue(book.laneOf(book.addLane()).listed);

        book.setSanctions(ISanctions(address(0)));

        vm.assertTrue(!book.laneOf(0).listed);
        vm.assertTrue(!book.laneOf(2).listed);
        vm.assertTrue(!book.laneOf(book.addLane()).listed);
    }

    /// @custom:invariant D9b C4
    function test_a_sanctioned_borrowers_things_are_sold_and_the_surplus_waits() public {
        _sanction();
        _toAuction();

        uint64 price = house.buy(loanId, type(uint64).max, book.wordsOf(loanId));

        vm.assertGt(price, 0);
        vm.assertEq(lrt.balanceOf(address(this)) != 0 || registry.ownerOf(HOUSE) != borrower, true);
        book.repay(loanId, type(uint64).max);
        book.pay(loanId, 9 * USD);
        vm.expectRevert(abi.encodeWithSelector(IStewardship.Sanctioned.selector, borrower));
        vm.prank(borrower);
        book.claim(0);
    }

    /// @custom:invariant D9b
    function test_a_sanctioned_bidder_takes_no_lot() public {
        _toAuction();
        book.setSanctions(list);
        list.set(address(this), true);
        bytes32[] memory card = book.wordsOf(loanId);
        vm.expectRevert(abi.encodeWithSelector(IStewardship.Sanctioned.selector, address(this)));
        house.buy(loanId, type(uint64).max, card);

        list.set(address(this), false);
        house.buy(loanId, type(uint64).max, card);
    }

    /// @dev The first instalment is missed and the cure window has passed.
    function _toAuction() private {
        vm.warp(START + 41 days);
        oracle.setRound(2);
        book.callOverdue(loanId, _proofs(loanId, 2));
        vm.warp(START + 43 days);
        oracle.setRound(2);
        house.open(loanId, _proofs(loanId, 2), book.wordsOf(loanId));
    }

    /// @custom:invariant D9 D9b
    function test_what_is_not_listed_is_returned_in_the_closing_itself() public {
        book.setSanctions(list);

        _repayAndClose();

        _assertAllReturned();
    }

    /// @custom:invariant D9
    function test_one_thing_that_does_not_move_keeps_none_of_the_others() public {
        registry.setStuck(HOUSE, true);
        book.repay(loanId, type(uint64).max);

        vm.expectEmit(address(book));
        emit IStewardship.ReturnWaits(loanId, borrower, 9, 1);
        book.close(loanId);

        vm.assertEq(registry.ownerOf(CAR), borrower);
        vm.assertEq(lrt.balanceOf(borrower), 100e18);
        vm.expectRevert(abi.encodeWithSelector(IStewardship.ReturnFailed.selector, loanId));
        book.deliver(loanId);
        registry.setStuck(HOUSE, false);
        book.deliver(loanId);
        _assertAllReturned();
    }

    /// @custom:invariant D9
    function test_restaking_tokens_that_burn_gas_keep_no_asset() public {
        BurningToken burning = new BurningToken();
        uint64 mixed = _openWith(burning);
        burning.setBurning(true);

        bytes32[] memory card = book.wordsOf(mixed);
        ILoanBook(address(book)).close{gas: 500_000}(mixed, card);

        vm.assertEq(registry.ownerOf(7_007), borrower);
        vm.assertEq(book.waitingOf(mixed), LRT_BIT);
        burning.setBurning(false);
        book.deliver(mixed);
        vm.assertEq(burning.balanceOf(borrower), 10e18);
    }

    /// @dev Whoever closes another's loan with little gas must not make the list seem to say no.
    /// @custom:invariant D9b
    function test_too_little_gas_for_the_list_is_no_answer_of_it() public {
        book.setSanctions(new ThoroughList());
        book.repay(loanId, type(uint64).max);
        bytes memory close = abi.encodeCall(ILoanBook.close, (loanId, book.wordsOf(loanId)));

        bool closed;
        for (uint256 gas = 60_000; !closed; gas += 5_000) {
            (closed,) = address(book).call{gas: gas}(close);
        }

        vm.assertEq(book.waitingOf(loanId), 0);
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
    }

    function test_too_little_gas_is_no_reason_to_wait() public {
        book.repay(loanId, type(uint64).max);

        bytes32[] memory card = book.wordsOf(loanId);
        vm.expectRevert(IStewardship.ReturnGasTooLow.selector);
        book.close{gas: 280_000}(loanId, card);
    }

    /// @custom:invariant D9
    function test_nothing_is_delivered_twice_or_early() public {
        bytes memory nothing = abi.encodeWithSelector(IStewardship.NothingWaits.selector, loanId);
        vm.expectRevert(nothing);
        book.deliver(loanId);
        _repayAndClose();

        vm.expectRevert(nothing);
        book.deliver(loanId);
    }

    /// @custom:invariant I-32
    function test_the_list_is_the_governors() public {
        vm.expectRevert(
            abi.encodeWithSelector(Governed.AccessManagedUnauthorized.selector, borrower)
        );
        vm.prank(borrower);
        book.setSanctions(list);

        vm.expectEmit(address(book));
        emit IStewardship.SanctionsSet(address(list));
        book.setSanctions(list);
        vm.assertEq(address(book.sanctions()), address(list));
    }

    function _sanction() private {
        book.setSanctions(list);
        list.set(borrower, true);
    }

    function _repayAndClose() private {
        book.repay(loanId, type(uint64).max);
        book.close(loanId);
    }

    /// @dev A loan on another house and 10 tokens of that kind, repaid.
    function _openWith(BurningToken burning) private returns (uint64 mixed) {
        burning.mint(borrower, 10e18);
        vm.prank(borrower);
        burning.approve(address(book), 10e18);
        _mint(7_007, HOUSE_CLASS, borrower, 400_000 * USD);
        _setPrice(uint160(address(burning)), 3_000 * USD);
        LoanTerms memory terms = _terms(7_007, 10_000 * USD);
        (terms.lrt, terms.lrtAmount) = (address(burning), 10e18);
        mixed = _open(terms);
        book.repay(mixed, type(uint64).max);
    }

    function _assertAllReturned() private view {
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
        vm.assertEq(registry.ownerOf(CAR), borrower);
        vm.assertEq(lrt.balanceOf(borrower), 100e18);
        vm.assertEq(book.waitingOf(loanId), 0);
    }
}
