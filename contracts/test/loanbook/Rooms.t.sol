// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import "../../src/interfaces/ILoanBook.sol";
import {CLASS_LIMIT} from "../../src/interfaces/IRiskTerms.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {AmendBase} from "./support/AmendBase.sol";
import {Carded} from "../support/Carded.sol";
import {Vm} from "../support/Vm.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @title What lanes may lend against a class (rules L4, G1)
contract RoomsTest is AmendBase {
    uint64 private constant CAP = 400_000 * USD;
    uint256 private constant OTHER_HOUSE = 3_003;

    function setUp() public override {
        super.setUp();
        risk.setCap(HOUSE_CLASS, CAP);
        _handOut(LANE_CASH);
    }

    /// @custom:invariant L4 G1b
    function test_a_close_hands_the_cap_to_the_lanes_in_equal_parts() public view {
        vm.assertEq(_left(0, HOUSE_CLASS), CAP / 2);
        vm.assertEq(_left(1, HOUSE_CLASS), CAP / 2);
    }

    /// @custom:invariant L4
    function test_a_close_says_what_is_reserved_and_each_class_cap_and_use() public {
        _open(_terms(HOUSE, 7_000 * USD));

        vm.expectEmit(address(book));
        emit IStewardship.RoomsReserved(new uint64[](2));
        vm.expectEmit(address(book));
        emit IStewardship.RoomsHandedOut(HOUSE_CLASS, CAP, 7_000 * USD);
        vm.expectEmit(address(book));
        emit IStewardship.RoomsHandedOut(CAR_CLASS, risk.capOf(CAR_CLASS), 0);
        _handOut(LANE_CASH);
    }

    /// @custom:invariant L4 G1b
    function test_a_loan_of_exactly_the_room_is_made_and_one_unit_more_is_refused() public {
        LoanTerms memory terms = _terms(HOUSE, CAP / 2 + 1);
        _expectShort(HOUSE_CLASS, CAP / 2, CAP / 2 + 1);
        this.open(terms);
        (terms.principal, terms.limit) = (CAP / 2, CAP / 2);

        _open(terms);

        vm.assertEq(_left(0, HOUSE_CLASS), 0);
        vm.assertEq(_used(0, HOUSE_CLASS), CAP / 2);
        vm.assertEq(_left(1, HOUSE_CLASS), CAP / 2);
    }

    /// @dev Houses and restaking tokens are the first and the last class; cars lie between.
    /// @custom:invariant L4
    function test_a_loan_that_ends_gives_back_nothing_of_other_classes() public {
        uint64 mixed = _openHouseWithLrt();
        _open(_terms(CAR, 5_000 * USD));

        book.repay(mixed, type(uint64).max);
        book.close(mixed);

        vm.assertEq(_used(0, HOUSE_CLASS), 0);
        vm.assertEq(_used(0, CAR_CLASS), 5_000 * USD);
    }

    function _openHouseWithLrt() private returns (uint64) {
        LoanTerms memory terms = _terms(HOUSE, 20_000 * USD);
        (terms.lrt, terms.lrtAmount) = (address(lrt), 1e18);
        return _open(terms);
    }

    /// @custom:invariant L4
    function test_a_loan_counts_with_all_that_it_may_ever_draw() public {
        LoanTerms memory terms = _terms(HOUSE, 100_000 * USD);
        terms.limit = CAP / 2;
        uint64 loanId = _open(terms);
        vm.assertEq(_used(0, HOUSE_CLASS), CAP / 2);

        LoanChange memory change = _change(loanId);
        change.draw = 50_000 * USD;
        _amend(change);

        vm.assertEq(_used(0, HOUSE_CLASS), CAP / 2);
        book.repay(loanId, type(uint64).max);
        book.close(loanId);
        vm.assertEq(_used(0, HOUSE_CLASS), 0);
    }

    /// @custom:invariant L4
    function test_a_basket_counts_for_each_of_its_classes_once() public {
        _mint(OTHER_HOUSE, HOUSE_CLASS, borrower, 400_000 * USD);
        LoanTerms memory terms = _terms(0, 100_000 * USD);
        terms.assets = new uint256[](3);
        (terms.assets[0], terms.assets[1], terms.assets[2]) = (HOUSE, CAR, OTHER_HOUSE);
        (terms.lrt, terms.lrtAmount) = (address(lrt), 10e18);

        uint64 loanId = _open(terms);

        _assertUsed(100_000 * USD, 100_000 * USD, 100_000 * USD);
        book.repay(loanId, type(uint64).max);
        book.close(loanId);
        _assertUsed(0, 0, 0);
    }

    /// @custom:invariant L4
    function test_what_ended_loans_took_comes_back_at_the_next_close_only() public {
        uint64 loanId = _openHouse();
        book.repay(loanId, type(uint64).max);
        vm.assertEq(_used(0, HOUSE_CLASS), 100_000 * USD);
        book.close(loanId);
        vm.assertEq(_left(0, HOUSE_CLASS), CAP / 2 - 100_000 * USD);

        _handOut(LANE_CASH);

        vm.assertEq(_left(0, HOUSE_CLASS), CAP / 2);
    }

    /// @custom:invariant L4
    function test_a_settled_close_ends_the_count_too() public {
        uint64 loanId = _openHouse();
        book.repay(loanId, type(uint64).max);

        _settle(_word(OperationKind.Close, 1, loanId, 0));

        vm.assertEq(_used(0, HOUSE_CLASS), 0);
    }

    /// @custom:invariant L4
    function test_a_loss_ends_the_count_too() public {
        uint64 loanId = _openCalled();
        vm.warp(START + 60 days);
        house.open(loanId, _proofs(loanId, 2));
        vm.warp(START + 100 days);

        house.takeForReserve(loanId);

        _assertStatus(loanId, LoanStatus.WrittenOff);
        vm.assertEq(_used(0, HOUSE_CLASS), 0);
    }

    /// @custom:invariant L4
    function test_rooms_and_what_is_used_are_never_more_than_the_cap() public {
        _openHouse();
        _handOut(LANE_CASH);

        vm.assertEq(_left(0, HOUSE_CLASS), (CAP - 100_000 * USD) / 2);
        vm.assertEq(_left(0, HOUSE_CLASS) + _left(1, HOUSE_CLASS), CAP - 100_000 * USD);
        risk.setCap(HOUSE_CLASS, 99_000 * USD);
        _handOut(LANE_CASH);
        vm.assertEq(_left(0, HOUSE_CLASS) + _left(1, HOUSE_CLASS), 0);
    }

    /// @dev So a close never pays for a fresh slot, also where a class is added later.
    /// @custom:invariant L4b
    function test_no_room_of_a_lane_lies_in_an_empty_slot() public {
        uint16 added = CLASS_LIMIT - 1;
        risk.setTerms(added, _houseTerms());
        risk.setCap(added, 0);
        vm.startStateDiffRecording();

        _handOut(LANE_CASH);
        risk.setCap(added, CAP);
        _handOut(LANE_CASH);

        Vm.AccountAccess[] memory accesses = vm.stopAndReturnStateDiff();
        uint256 changed;
        for (uint256 i = 0; i < accesses.length; ++i) {
            Vm.StorageAccess[] memory slots = accesses[i].storageAccesses;
            for (uint256 j = 0; j < slots.length; ++j) {
                if (!slots[j].isWrite || slots[j].account != address(book)) continue;
                vm.assertNotEq(slots[j].previousValue, bytes32(0));
                vm.assertNotEq(slots[j].newValue, bytes32(0));
                ++changed;
            }
        }
        vm.assertEq(changed, 2);
    }

    /// @custom:invariant L4 L2
    function test_a_lane_with_reserved_draws_gets_their_room_first() public {
        uint64[] memory reserved = new uint64[](2);
        reserved[1] = 300_000 * USD;

        vm.prank(address(pool));
        book.handOut(reserved, 0);

        vm.assertEq(_left(1, HOUSE_CLASS), 350_000 * USD);
        vm.assertEq(_left(0, HOUSE_CLASS), 50_000 * USD);
    }

    /// @custom:invariant L4
    function test_reserved_draws_beyond_the_cap_get_what_there_is() public {
        uint64[] memory reserved = new uint64[](2);
        (reserved[0], reserved[1]) = (300_000 * USD, 300_000 * USD);

        vm.prank(address(pool));
        book.handOut(reserved, 0);

        vm.assertEq(_left(0, HOUSE_CLASS), 300_000 * USD);
        vm.assertEq(_left(1, HOUSE_CLASS), 100_000 * USD);
    }

    /// @custom:invariant L4
    function test_a_released_asset_counts_until_the_loan_ends() public {
        uint64 loanId = _openBasket();
        LoanChange memory change = _change(loanId);
        change.assets = _one(CAR);

        _amend(change);

        _assertUsed(100_000 * USD, 100_000 * USD, 100_000 * USD);
        book.repay(loanId, type(uint64).max);
        book.close(loanId);
        _assertUsed(0, 0, 0);
    }

    /// @custom:invariant L4
    function test_an_added_asset_is_counted_whatever_the_room() public {
        risk.setCap(CAR_CLASS, 0);
        _handOut(LANE_CASH);
        uint64 loanId = _openHouse();

        ValueProof memory proof = _proof(CAR, CAR_CLASS, 2);
        vm.prank(borrower);
        book.topUpAsset(loanId, proof);

        _assertUsed(100_000 * USD, 100_000 * USD, 0);
        book.repay(loanId, type(uint64).max);
        book.close(loanId);
        _assertUsed(0, 0, 0);
    }

    /// @custom:invariant L4
    function test_an_extended_loan_counts_with_what_it_still_owes() public {
        uint64 loanId = _openHouse();
        book.repay(loanId, 40_000 * USD);
        LoanChange memory change = _change(loanId);
        (change.instalments, change.interval) = (3, 30 days);

        _amend(change);

        vm.assertEq(_used(0, HOUSE_CLASS), 60_000 * USD);
        book.repay(loanId, type(uint64).max);
        book.close(loanId);
        vm.assertEq(_used(0, HOUSE_CLASS), 0);
    }

    /// @custom:invariant L4
    function test_draws_on_restaking_tokens_drain_a_bucket_that_refills() public {
        risk.setCap(LRT_CLASS, 800_000 * USD);
        _handOut(LANE_CASH);
        vm.assertEq(book.inflowLeftOf(0), 100_000 * USD);
        _open(_lrtTerms(60_000 * USD));
        vm.assertEq(book.inflowLeftOf(0), 40_000 * USD);
        vm.assertEq(book.inflowLeftOf(1), 100_000 * USD);
        LoanTerms memory terms = _lrtTerms(40_000 * USD + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStewardship.InflowTooFast.selector, 0, 40_000 * USD, 40_000 * USD + 1
            )
        );
        this.open(terms);

        vm.warp(block.timestamp + 12 hours);

        vm.assertEq(book.inflowLeftOf(0), 90_000 * USD);
        _open(terms);
    }

    /// @custom:invariant L4
    function test_a_later_draw_on_restaking_tokens_passes_the_bucket_too() public {
        risk.setCap(LRT_CLASS, 800_000 * USD);
        _handOut(LANE_CASH);
        LoanTerms memory terms = _lrtTerms(60_000 * USD);
        terms.limit = 120_000 * USD;
        LoanChange memory change = _change(_open(terms));
        change.draw = 40_000 * USD + 1;
        _assertAmendFails(
            change,
            abi.encodeWithSelector(
                IStewardship.InflowTooFast.selector, 0, 40_000 * USD, 40_000 * USD + 1
            )
        );
        change.draw = 40_000 * USD;

        _amend(change);

        vm.assertEq(book.inflowLeftOf(0), 0);
    }

    /// @custom:invariant L4
    function test_topping_up_restaking_tokens_is_never_too_fast() public {
        risk.setCap(LRT_CLASS, 80_000 * USD);
        _handOut(LANE_CASH);
        uint64 loanId = _open(_lrtTerms(10_000 * USD));
        vm.assertEq(book.inflowLeftOf(0), 0);

        vm.prank(borrower);
        book.topUp(loanId, 50e18);

        (,, uint128 held) = book.collateralOf(loanId);
        vm.assertEq(held, 100e18);
    }

    /// @custom:invariant L4
    function test_the_pool_alone_hands_out_and_for_every_lane() public {
        uint64[] memory reserved = new uint64[](1);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotPool.selector, address(this)));
        book.handOut(reserved, 0);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LaneUnknown.selector, 1));
        vm.prank(address(pool));
        book.handOut(reserved, 0);
    }

    function open(LoanTerms memory terms) external {
        _open(terms);
    }

    function _lrtTerms(uint64 principal) private returns (LoanTerms memory terms) {
        terms = _terms(0, principal);
        (terms.lrt, terms.lrtAmount) = (address(lrt), 50e18);
    }

    function _left(uint32 lane, uint16 classId) private view returns (uint64) {
        return book.roomOf(lane, classId).left;
    }

    function _used(uint32 lane, uint16 classId) private view returns (uint64) {
        return book.roomOf(lane, classId).used;
    }

    function _assertUsed(uint64 houses, uint64 cars, uint64 lrts) private view {
        vm.assertEq(_used(0, HOUSE_CLASS), houses, "houses");
        vm.assertEq(_used(0, CAR_CLASS), cars, "cars");
        vm.assertEq(_used(0, LRT_CLASS), lrts, "restaking tokens");
    }

    function _expectShort(uint16 classId, uint64 left, uint64 needed) private {
        vm.expectRevert(
            abi.encodeWithSelector(IStewardship.ClassRoomShort.selector, 0, classId, left, needed)
        );
    }
}
