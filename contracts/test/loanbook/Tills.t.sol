// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Governed} from "../../src/Governed.sol";
import "../../src/interfaces/ILoanBook.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {FakeToken} from "./support/Fakes.sol";
import {AmendBase} from "./support/AmendBase.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;

/// @notice A stablecoin whose issuer blocks accounts, as USDC and USDT do.
contract BlockingToken is FakeToken(6) {
    mapping(address account => bool) private _blocked;

    function setBlocked(address account, bool blocked) external {
        _blocked[account] = blocked;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!_blocked[from] && !_blocked[to], "blocked");
        super._update(from, to, amount);
    }
}

/// @title A second cash escrow for a lane whose first one can pay nothing in or out (rule L5)
contract TillsTest is AmendBase {
    BlockingToken private coin;
    address private first;
    uint64 private loanId;

    function setUp() public override {
        super.setUp();
        first = book.escrowOf(0);
        loanId = _openHouse();
    }

    function _token(uint8 decimals) internal override returns (FakeToken) {
        if (decimals != 6) return super._token(decimals);
        coin = new BlockingToken();
        return coin;
    }

    function _turn() private {
        coin.setBlocked(first, true);
        book.turnTill(0);
    }

    /// @custom:invariant L5b
    function test_repayments_go_to_the_second_escrow_while_the_first_is_blocked() public {
        coin.setBlocked(first, true);
        vm.expectRevert("blocked");
        book.repay(loanId, 10_000 * USD);

        book.turnTill(0);
        book.repay(loanId, 10_000 * USD);

        address till = book.tillOf(0);
        vm.assertTrue(till != first);
        vm.assertEq(coin.balanceOf(till), 10_000 * USD);
        vm.assertEq(book.laneOf(0).cash, LANE_CASH - 90_000 * USD);
    }

    /// @custom:invariant L5b
    function test_every_way_in_leads_to_the_till() public {
        _turn();

        book.prefund(loanId, 1 * USD);
        book.pay(loanId, 2 * USD);
        coin.mint(book.incomeAddressOf(loanId), 4 * USD);
        book.sweep(loanId);
        vm.warp(START + 46 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
        book.repay(loanId, 8 * USD);
        book.cure(loanId, 30_000 * USD, _proofs(loanId, 2));

        vm.assertEq(coin.balanceOf(book.tillOf(0)), 30_015 * USD);
    }

    /// @custom:invariant L5b I-20
    function test_a_lots_price_goes_to_the_till() public {
        _turn();
        vm.warp(START + 46 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
        vm.warp(START + 61 days);
        oracle.setRound(2);
        bytes32[] memory card = book.wordsOf(loanId);
        house.open(loanId, _proofs(loanId, 2), card);

        uint64 price = house.buy(loanId, type(uint64).max, card);

        vm.assertEq(coin.balanceOf(book.tillOf(0)), price);
        vm.assertEq(registry.ownerOf(HOUSE), address(this));
    }

    /// @custom:invariant L5b L3 I-05
    function test_what_lies_aside_is_neither_drawn_nor_taken_to_the_pool() public {
        _turn();
        vm.startPrank(address(pool));
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LaneShortOfCash.selector, 0, 0));
        book.defundLane(0, 1);
        vm.stopPrank();
        LoanTerms memory terms = _terms(CAR, 5_000 * USD);
        _assertNoCashFor(terms);

        book.repay(loanId, 5_000 * USD);

        terms = _terms(CAR, 5_000 * USD);
        _open(terms);
        vm.assertEq(coin.balanceOf(book.tillOf(0)), 0);
    }

    /// @custom:invariant L5b L3
    function test_others_cash_in_the_till_is_never_lent_for_cash_that_lies_aside() public {
        book.prefund(loanId, 20_000 * USD);
        _turn();
        book.prefund(loanId, 7_000 * USD);

        LoanTerms memory terms = _terms(CAR, 5_000 * USD);
        _assertNoCashFor(terms);

        vm.prank(borrower);
        book.withdrawPrefunded(loanId, 7_000 * USD);
        vm.assertEq(coin.balanceOf(book.tillOf(0)), 0);
    }

    function _assertNoCashFor(LoanTerms memory terms) private {
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LaneShortOfCash.selector, 0, 0));
        book.open(terms, signature, proofs);
    }

    /// @custom:invariant L5b
    function test_a_later_draw_takes_the_tills_cash_only() public {
        LoanTerms memory terms = _terms(CAR, 5_000 * USD);
        terms.limit = 8_000 * USD;
        uint64 growing = _open(terms);
        _turn();
        LoanChange memory change = _change(growing);
        change.draw = 3_000 * USD;
        _assertAmendFails(
            change, abi.encodeWithSelector(ILoanBook.LaneShortOfCash.selector, 0, 0)
        );

        book.repay(loanId, 3_000 * USD);
        _amend(change);

        vm.assertEq(coin.balanceOf(book.tillOf(0)), 0);
    }

    /// @custom:invariant L5b
    function test_cash_that_lay_aside_counts_again_once_it_is_gathered() public {
        _turn();
        uint64 aside = book.laneOf(0).aside;
        vm.assertEq(aside, LANE_CASH - 100_000 * USD);
        vm.expectRevert("blocked");
        book.gatherTill(0);

        coin.setBlocked(first, false);
        vm.expectEmit(address(book));
        emit IStewardship.TillGathered(0, book.laneOf(0).sequence + 1, aside, 0);
        vm.prank(other);
        vm.assertEq(book.gatherTill(0), aside);

        vm.assertEq(book.laneOf(0).aside, 0);
        vm.assertEq(coin.balanceOf(book.tillOf(0)), book.laneOf(0).cash);
        vm.prank(address(pool));
        book.defundLane(0, aside);
        vm.assertEq(coin.balanceOf(address(pool)), aside);
    }

    /// @custom:invariant L5b
    function test_what_an_issuer_has_taken_away_stays_aside() public {
        _turn();
        uint64 aside = book.laneOf(0).aside;
        coin.setBlocked(first, false);
        vm.prank(first);
        coin.transfer(named("issuer"), 9 * USD);

        book.gatherTill(0);

        vm.assertEq(book.laneOf(0).aside, 9 * USD);
        vm.assertEq(book.laneOf(0).cash, aside);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.AmountTooSmall.selector, 0, 1));
        book.gatherTill(0);
    }

    /// @custom:invariant L5b D6b
    function test_a_gift_to_the_first_escrow_is_gathered_and_then_swept() public {
        _turn();
        coin.setBlocked(first, false);
        coin.mint(first, 9 * USD);
        uint64 aside = book.laneOf(0).aside;

        vm.assertEq(book.gatherTill(0), aside + 9 * USD);
        vm.assertEq(book.sweepLane(0), 9 * USD);

        vm.assertEq(coin.balanceOf(book.tillOf(0)), book.laneOf(0).cash);
    }

    /// @custom:invariant L5b D6b
    function test_a_gift_to_the_till_is_swept_though_cash_lies_aside() public {
        _turn();
        coin.mint(book.tillOf(0), 9 * USD);

        vm.assertEq(book.sweepLane(0), 9 * USD);
    }

    /// @custom:invariant L5b D6b
    function test_a_gift_that_has_paid_what_the_lane_owed_is_swept_whole_in_the_end() public {
        book.prefund(loanId, 5 * USD);
        _turn();
        coin.mint(book.tillOf(0), 7 * USD);
        vm.prank(borrower);
        book.withdrawPrefunded(loanId, 5 * USD);

        vm.assertEq(book.sweepLane(0), 2 * USD);
        coin.setBlocked(first, false);
        book.gatherTill(0);

        vm.assertEq(book.sweepLane(0), 5 * USD);
        vm.assertEq(coin.balanceOf(book.tillOf(0)), book.laneOf(0).cash);
    }

    /// @custom:invariant L5b
    function test_the_till_turns_back_once_nothing_lies_aside() public {
        _turn();
        uint64 aside = book.laneOf(0).aside;
        vm.expectRevert(abi.encodeWithSelector(IStewardship.CashAside.selector, 0, aside));
        book.turnTill(0);

        coin.setBlocked(first, false);
        book.gatherTill(0);
        book.turnTill(0);

        vm.assertEq(book.tillOf(0), first);
        vm.assertEq(book.laneOf(0).aside, aside);
        book.repay(loanId, 5 * USD);
        vm.assertEq(coin.balanceOf(first), 5 * USD);
        book.gatherTill(0);
        vm.assertEq(coin.balanceOf(first), book.laneOf(0).cash);
    }

    /// @custom:invariant L5b D9
    function test_collateral_stays_where_it_is_and_goes_home_from_there() public {
        _turn();

        book.repay(loanId, type(uint64).max);
        book.close(loanId);

        vm.assertEq(registry.ownerOf(HOUSE), borrower);
        uint64 next = _openOnTill();
        vm.assertEq(registry.ownerOf(HOUSE), first);
        book.repay(next, type(uint64).max);
        book.close(next);
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
    }

    function _openOnTill() private returns (uint64) {
        return _open(_terms(HOUSE, 50_000 * USD));
    }

    /// @custom:invariant L5b S1
    function test_a_batch_leaves_till_and_aside_as_they_are() public {
        book.prefund(loanId, 20_000 * USD);
        _turn();
        uint64 aside = book.laneOf(0).aside;

        _settle(_word(OperationKind.Collect, 1, loanId, 20_000 * USD));

        vm.assertEq(book.laneOf(0).till, 1);
        vm.assertEq(book.laneOf(0).aside, aside);
        vm.assertEq(book.laneOf(0).owed, 0);
    }

    /// @custom:invariant L5b
    function test_other_lanes_keep_their_tills() public {
        _turn();

        vm.assertEq(book.tillOf(1), book.escrowOf(1));
        vm.assertEq(book.laneOf(1).aside, 0);
    }

    /// @custom:invariant L5b I-33
    function test_turning_says_where_cash_goes_and_what_lies_aside() public {
        uint32 sequence = book.laneOf(1).sequence;
        uint256 before = vm.snapshotState();
        book.turnTill(1);
        address till = book.tillOf(1);
        vm.revertToState(before);

        vm.expectEmit(address(book));
        emit IStewardship.TillTurned(1, sequence + 1, till, LANE_CASH);
        book.turnTill(1);

        vm.assertEq(book.laneOf(1).sequence, sequence + 1);
        vm.assertEq(book.laneOf(1).aside, LANE_CASH);
    }

    /// @custom:invariant L5b I-32
    function test_only_governance_turns_a_till() public {
        vm.expectRevert(
            abi.encodeWithSelector(Governed.AccessManagedUnauthorized.selector, borrower)
        );
        vm.prank(borrower);
        book.turnTill(0);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LaneUnknown.selector, 2));
        book.turnTill(2);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LaneUnknown.selector, 2));
        book.gatherTill(2);
    }
}
