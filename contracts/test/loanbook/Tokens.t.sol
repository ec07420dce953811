// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import "../../src/interfaces/ILoanBook.sol";
import {BookBase} from "./support/BookBase.sol";
import {FakeToken} from "./support/Fakes.sol";
import {OddToken} from "./support/Tokens.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {LedgerUnits} from "../../src/libraries/LedgerUnits.sol";
import {Carded} from "../support/Carded.sol";
import {Shelf} from "../support/Shelf.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @notice Reckons as a market does when it is deployed.
contract Units {
    function unitOf(IERC20Metadata token) external view returns (uint256) {
        return LedgerUnits.unitOf(token);
    }
}

/// @title Class 18 of the notes: payment tokens that misbehave
contract TokensTest is BookBase {
    OddToken private odd;

    function setUp() public override {
        super.setUp();
        _useToken(6);
    }

    function test_class_18_a_token_without_return_values_works() public {
        odd.setSilent(true);

        uint64 loanId = _openHouse();
        book.prefund(loanId, 5_000 * USD);
        book.repay(loanId, type(uint64).max);
        vm.prank(borrower);
        book.withdrawPrefunded(loanId, 5_000 * USD);

        _assertCashIsThere();
    }

    function test_class_18_a_token_that_refuses_zero_is_never_asked_to_move_nothing() public {
        odd.setRefusesZero(true);
        uint64 loanId = _openHouse();
        vm.warp(START + 45 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
        book.repay(loanId, 20_000 * USD);

        // A cure that needs no payment moves nothing.
        book.cure(loanId, 0, _proofs(loanId, 2));

        _assertStatus(loanId, LoanStatus.Open);
    }

    function test_class_18_eighteen_decimals_move_a_million_millionths_a_unit() public {
        _useToken(18);
        uint256 balance = odd.balanceOf(borrower);

        uint64 loanId = _openHouse();

        vm.assertEq(odd.balanceOf(borrower), balance + 100_000e18);
        book.repay(loanId, 10_000 * USD);
        vm.assertEq(odd.balanceOf(book.escrowOf(0)), uint256(book.laneOf(0).cash) * 1e12);
    }

    function test_class_18_income_of_an_ended_loan_is_swept_in_base_units() public {
        _useToken(18);
        uint64 loanId = _openHouse();
        book.repay(loanId, type(uint64).max);
        book.close(loanId);
        odd.mint(book.incomeAddressOf(loanId), 9e18);

        vm.assertEq(book.sweepEnded(loanId), 9 * USD);

        vm.assertEq(odd.balanceOf(address(pool)), 9e18);
    }

    function onLotBought(uint64, uint256, uint128, uint64, bytes calldata) external {}

    function test_class_18_a_lot_bought_in_a_callback_is_paid_in_base_units() public {
        _useToken(18);
        uint64 loanId = _openCalled();
        vm.warp(START + 59 days);
        house.open(loanId, _proofs(loanId, 2));
        odd.approve(address(house), type(uint256).max);
        uint256 balance = odd.balanceOf(address(this));
        bytes32[] memory card = book.wordsOf(loanId);

        uint64 price = house.buyWithCallback(loanId, type(uint64).max, "", card);

        vm.assertEq(price, 460_000 * USD);
        vm.assertEq(balance - odd.balanceOf(address(this)), 460_000e18);
    }

    function test_class_18_more_decimals_than_can_be_reckoned_with_are_refused() public {
        Units units = Units(vm.deployCode("Tokens.t.sol:Units", ""));
        FakeToken most = new FakeToken(36);
        FakeToken more = new FakeToken(37);

        vm.assertEq(units.unitOf(most), 1e30);
        vm.expectRevert(abi.encodeWithSelector(LedgerUnits.TooManyDecimals.selector, 37, 36));
        units.unitOf(more);
    }

    function test_class_18_income_in_18_decimals_is_swept_in_whole_ledger_units() public {
        _useToken(18);
        uint64 loanId = _openHouse();
        odd.mint(book.incomeAddressOf(loanId), 5e18 + 1);

        vm.assertEq(book.sweep(loanId), 5 * USD);

        vm.assertEq(odd.balanceOf(book.incomeAddressOf(loanId)), 1);
        vm.assertEq(odd.balanceOf(book.escrowOf(0)), uint256(book.laneOf(0).cash) * 1e12);
    }

    function test_class_18_two_decimals_are_ledger_units_themselves() public {
        _useToken(2);
        uint256 balance = odd.balanceOf(borrower);

        _openHouse();

        vm.assertEq(odd.balanceOf(borrower), balance + 100_000 * USD);
        _assertCashIsThere();
    }

    /// @dev A fee on transfers is not supported: what is missing stays missing in that lane, and
    /// shows as cash that is booked and not there. Governance lists no such token.
    function test_class_18_a_fee_on_transfers_never_touches_another_lane() public {
        uint64 loanId = _openHouse();
        odd.setFee(100);

        book.repay(loanId, 10_000 * USD);

        vm.assertEq(uint256(book.laneOf(0).cash) - odd.balanceOf(book.escrowOf(0)), 100 * USD);
        vm.assertEq(uint256(book.laneOf(1).cash), odd.balanceOf(book.escrowOf(1)));
    }

    function test_class_18_while_the_token_is_paused_nothing_is_booked() public {
        uint64 loanId = _openHouse();
        bytes memory before = abi.encode(book.loanOf(loanId), book.laneOf(0));
        odd.setPaused(true);

        vm.expectRevert("paused");
        book.repay(loanId, 10_000 * USD);

        vm.assertEq(abi.encode(book.loanOf(loanId), book.laneOf(0)), before);
    }

    function test_class_18_collecting_and_closing_need_no_token_transfer() public {
        uint64 loanId = _openHouse();
        book.prefund(loanId, 100_000 * USD);
        odd.setPaused(true);

        OperationResult collected = _settle(_word(OperationKind.Collect, 1, loanId, 100_000 * USD));
        OperationResult closed = _settle(_word(OperationKind.Close, 2, loanId, 0));

        vm.assertEq(uint256(collected), uint256(OperationResult.Applied));
        vm.assertEq(uint256(closed), uint256(OperationResult.Applied));
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
    }

    function test_class_17_a_blocked_borrowers_debt_is_paid_by_another() public {
        uint64 loanId = _openHouse();
        odd.setBlocked(borrower, true);
        odd.setBlocked(address(pool), true);

        vm.prank(other);
        book.repay(loanId, type(uint64).max);
        book.close(loanId);

        vm.assertEq(registry.ownerOf(HOUSE), borrower);
    }

    function test_class_17_a_blocked_party_finds_its_claim_when_it_is_cleared() public {
        uint64 loanId = _openHouse();
        book.repay(loanId, type(uint64).max);
        book.pay(loanId, 9 * USD);
        odd.setBlocked(borrower, true);
        vm.expectRevert("blocked");
        vm.prank(borrower);
        book.claim(0);
        odd.setBlocked(borrower, false);

        vm.prank(borrower);
        vm.assertEq(book.claim(0), 9 * USD);
    }

    /// @dev A book of its own over that token, with two funded lanes.
    function _useToken(uint8 decimals) private {
        odd = new OddToken(decimals);
        token = FakeToken(address(odd));
        (book, house) = _deployBook(token);
        Shelf.open(book, address(house));
        uint256 scale = decimals > 6 ? 10 ** (decimals - 6) : 1;
        for (uint32 lane = 0; lane < 2; ++lane) {
            book.addLane();
            book.setRelayer(lane, relayer, true);
            odd.mint(book.escrowOf(lane), LANE_CASH * scale);
            vm.prank(address(pool));
            book.fundLane(lane, LANE_CASH);
        }
        _handOut(LANE_CASH);
        _rich(borrower, scale);
        _rich(other, scale);
        _rich(address(this), scale);
    }

    function _rich(address account, uint256 scale) private {
        odd.mint(account, 1_000_000 * USD * scale);
        vm.prank(account);
        odd.approve(address(book), type(uint256).max);
    }

    function _assertCashIsThere() private view {
        vm.assertEq(odd.balanceOf(book.escrowOf(0)), book.laneOf(0).cash);
    }
}
