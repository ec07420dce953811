// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import "../../src/interfaces/ILoanBook.sol";
import {LoanMath} from "../../src/libraries/LoanMath.sol";
import {BookBase} from "./support/BookBase.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;

abstract contract SettleBase is BookBase {
    uint64 internal loanId;

    function setUp() public virtual override {
        super.setUp();
        loanId = _openBasket();
        book.prefund(loanId, 30_000 * USD);
        vm.warp(START + 30 days);
    }

    function _collect(uint40 number, uint64 amount) internal view returns (bytes32) {
        return _word(OperationKind.Collect, number, loanId, amount);
    }

    function _assertFails(bytes32 word, OperationFailure failure) internal {
        bytes32[] memory words = book.operationOf(word, 0);
        LoanState memory before = book.loanOf(loanId);
        LaneState memory lane = book.laneOf(0);
        uint64 operation = uint64(uint40(uint256(word) >> 208));

        vm.expectEmit(address(book));
        emit ILoanBook.OperationFailed(0, operation, failure);
        vm.prank(relayer);
        book.settle(0, words);

        vm.assertEq(uint256(book.resultOf(operation)), uint256(OperationResult.Failed));
        vm.assertEq(abi.encode(book.loanOf(loanId)), abi.encode(before));
        lane.sequence += 1;
        vm.assertEq(abi.encode(book.laneOf(0)), abi.encode(lane));
    }
}

contract SettleCollectTest is SettleBase {
    /// @custom:invariant S1
    function test_collecting_pays_out_of_prefunded_cash() public {
        uint64 debt = book.debtOf(loanId);
        int256 worth = _worth(0);

        OperationResult result = _settle(_collect(1, 20_000 * USD));

        vm.assertEq(uint256(result), uint256(OperationResult.Applied));
        vm.assertEq(book.debtOf(loanId), debt - 20_000 * USD);
        vm.assertEq(book.loanOf(loanId).prefunded, 10_000 * USD);
        vm.assertEq(book.laneOf(0).owed, 10_000 * USD);
        vm.assertEq(_worth(0), worth);
    }

    function test_the_last_unit_of_a_debt_is_collected_alone() public {
        vm.warp(START);
        book.repay(loanId, book.debtOf(loanId) - 1);

        _settle(_collect(1, 1));

        _assertStatus(loanId, LoanStatus.Repaid);
        vm.assertEq(book.laneOf(0).owed, 30_000 * USD - 1);
    }

    function test_collecting_the_debt_makes_the_loan_repaid() public {
        book.prefund(loanId, 90_000 * USD);
        uint64 debt = book.debtOf(loanId);

        _settle(_collect(1, debt));

        _assertStatus(loanId, LoanStatus.Repaid);
        vm.assertEq(int256(book.laneOf(0).a), 0);
    }

    /// @custom:invariant S2
    function test_one_event_carries_the_hash_and_the_results() public {
        bytes32[] memory words = new bytes32[](5);
        words[0] = _collect(1, 2 * USD);
        words[1] = _collect(2, 90_000 * USD);
        words[2] = _collect(1, 2 * USD);
        words[3] = _collect(3, 2 * USD);
        words[4] = _collect(4, 2 * USD);
        uint32 sequence = book.laneOf(0).sequence;

        // Applied 1, failed 2, skipped 3, applied 1 | applied 1.
        vm.expectEmit(address(book));
        emit ILoanBook.OperationFailed(0, 2, OperationFailure.MoreThanPrefunded);
        vm.expectEmit(address(book));
        emit ILoanBook.BatchSettled(
            0,
            sequence + 1,
            keccak256(abi.encodePacked(words)),
            5,
            abi.encodePacked(uint8(1 | 2 << 2 | 3 << 4 | 1 << 6), uint8(1))
        );
        vm.prank(relayer);
        book.settle(0, words);
    }

    /// @custom:invariant S2 I-30
    function test_sending_a_batch_twice_is_safe() public {
        bytes32[] memory words = new bytes32[](2);
        words[0] = _collect(1, 2 * USD);
        words[1] = _collect(2, 3 * USD);
        vm.startPrank(relayer);
        book.settle(0, words);
        uint64 debt = book.debtOf(loanId);

        book.settle(0, words);

        vm.assertEq(book.debtOf(loanId), debt);
        vm.assertEq(uint256(book.resultOf(1)), uint256(OperationResult.Applied));
    }

    function test_ids_on_different_pages_are_told_apart() public {
        bytes32[] memory words = new bytes32[](4);
        words[0] = _collect(127, 2 * USD);
        words[1] = _collect(128, 2 * USD);
        words[2] = _collect(126, 2 * USD);
        words[3] = _collect(type(uint40).max, 2 * USD);

        vm.prank(relayer);
        book.settle(0, words);

        vm.assertEq(book.loanOf(loanId).prefunded, 30_000 * USD - 8 * USD);
        vm.assertEq(uint256(book.resultOf(126)), uint256(OperationResult.Applied));
        vm.assertEq(uint256(book.resultOf(125)), uint256(OperationResult.None));
        vm.assertEq(uint256(book.resultOf(129)), uint256(OperationResult.None));
    }

    function test_words_of_several_loans_in_any_order_are_all_written() public {
        _mint(8_008, CAR_CLASS, borrower, 20_000 * USD);
        uint64 second = _open(_terms(8_008, 5_000 * USD));
        book.prefund(second, 100 * USD);
        bytes32[] memory words = new bytes32[](4);
        words[0] = _collect(1, 2 * USD);
        words[1] = _word(OperationKind.Collect, 2, second, 3 * USD);
        words[2] = _collect(3, 4 * USD);
        words[3] = _word(OperationKind.Collect, 4, second, 5 * USD);

        vm.prank(relayer);
        book.settle(0, words);

        vm.assertEq(book.loanOf(loanId).prefunded, 30_000 * USD - 6 * USD);
        vm.assertEq(book.loanOf(second).prefunded, 92 * USD);
        vm.assertEq(book.laneOf(0).owed, 30_000 * USD - 6 * USD + 92 * USD);
        uint256 debts = book.debtOf(loanId) + book.debtOf(second);
        vm.assertLe(debts - _laneDebt(0), 2);
    }

    /// @custom:invariant S2
    function test_a_failed_id_is_spent() public {
        _settle(_collect(1, 90_000 * USD));
        book.prefund(loanId, 80_000 * USD);

        OperationResult result = _settle(_collect(1, 90_000 * USD));

        vm.assertEq(uint256(result), uint256(OperationResult.Failed));
        vm.assertEq(book.loanOf(loanId).prefunded, 110_000 * USD);
    }

    /// @custom:invariant S1 I-29
    function test_more_than_prefunded_fails() public {
        _assertFails(_collect(1, 30_000 * USD + 1), OperationFailure.MoreThanPrefunded);
    }

    function test_more_than_the_debt_fails() public {
        book.prefund(loanId, 200_000 * USD);

        _assertFails(_collect(1, book.debtOf(loanId) + 1), OperationFailure.MoreThanDebt);
    }

    function test_dust_fails() public {
        _assertFails(_collect(1, MINIMUM - 1), OperationFailure.BelowMinimum);
    }

    function test_an_unknown_loan_fails() public {
        _assertFails(_word(OperationKind.Collect, 1, 4_711, USD), OperationFailure.UnknownLoan);
    }

    /// @custom:invariant S1
    function test_an_unknown_kind_fails() public {
        _assertFails(_word(OperationKind.None, 1, loanId, USD), OperationFailure.UnknownKind);
        _assertFails(
            bytes32(uint256(9) << 248 | uint256(2) << 208 | uint256(loanId) << 168),
            OperationFailure.UnknownKind
        );
    }

    function test_a_word_with_spare_bits_set_fails() public {
        _assertFails(bytes32(uint256(_collect(1, USD)) | 1), OperationFailure.UnknownKind);
    }

    function test_a_repaid_loan_gives_nothing() public {
        book.repay(loanId, type(uint64).max);

        _assertFails(_collect(1, USD), OperationFailure.WrongStatus);
    }

    /// @custom:invariant S1
    function test_only_the_lanes_relayer_settles() public {
        bytes32[] memory words = new bytes32[](0);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotRelayer.selector, 0, other));
        vm.prank(other);
        book.settle(0, words);
        book.setRelayer(0, relayer, false);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotRelayer.selector, 0, relayer));
        vm.prank(relayer);
        book.settle(0, words);
    }

    function test_a_batch_has_at_most_a_thousand_words() public {
        bytes32[] memory words = new bytes32[](1_001);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.BatchTooLarge.selector, 1_001));
        vm.prank(relayer);
        book.settle(0, words);
    }

    function test_too_little_gas_reverts_the_batch() public {
        bytes32[] memory words = new bytes32[](1);
        words[0] = _collect(1, 2 * USD);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.BatchGasTooLow.selector, 0));
        vm.prank(relayer);
        book.settle{gas: 150_000}(0, words);
        // More than the interest that is due goes the quick way.
        words[0] = _collect(1, 20_000 * USD);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.BatchGasTooLow.selector, 0));
        vm.prank(relayer);
        book.settle{gas: 150_000}(0, words);

        vm.assertEq(uint256(book.resultOf(1)), uint256(OperationResult.None));
    }

    /// @dev With any gas a batch either reverts whole, or its word is applied: never failed.
    /// @custom:invariant S3
    function testFuzz_gas_never_makes_an_operation_fail(uint256 gas) public {
        bytes32[] memory words = new bytes32[](1);
        words[0] = _collect(1, 2 * USD);
        gas = bound(gas, 30_000, 400_000);

        vm.prank(relayer);
        (bool settled,) = address(book).call{gas: gas}(abi.encodeCall(ILoanBook.settle, (0, words)));

        OperationResult expected = settled ? OperationResult.Applied : OperationResult.None;
        vm.assertEq(uint256(book.resultOf(1)), uint256(expected));
    }
}

contract SettleChargeTest is SettleBase {
    function setUp() public override {
        super.setUp();
        vm.prank(borrower);
        book.withdrawPrefunded(loanId, 30_000 * USD);
        vm.warp(START + 40 days);
    }

    /// @custom:invariant S1 D2
    function test_a_missed_due_date_bears_its_fee_once() public {
        uint64 debt = book.debtOf(loanId);

        OperationResult result = _settle(_charge(1, 1));

        // 4 % of the sixth part of 100,000 USD, rounded up.
        vm.assertEq(uint256(result), uint256(OperationResult.Applied));
        vm.assertEq(book.debtOf(loanId), debt + 666_666_667);
        vm.assertEq(book.tailOf(loanId).chargedThrough, 1);
        vm.assertEq(_laneDebt(0) + 1, book.debtOf(loanId));
        _assertFails(_charge(2, 1), OperationFailure.AlreadyCharged);
    }

    function test_within_grace_nothing_is_charged() public {
        vm.warp(START + 40 days - 1);

        _assertFails(_charge(1, 1), OperationFailure.NothingDue);
    }

    function test_due_dates_that_do_not_exist_bear_nothing() public {
        vm.warp(START + 900 days);

        _assertFails(_charge(1, 0), OperationFailure.NothingDue);
        _assertFails(_charge(2, 7), OperationFailure.NothingDue);
    }

    function test_a_paid_due_date_bears_nothing() public {
        book.prefund(loanId, 20_000 * USD);

        _assertFails(_charge(1, 1), OperationFailure.NothingDue);
    }

    /// @dev What the opening allows outgrows its place after fifty years at the earliest.
    function test_a_fee_that_interest_leaves_no_place_for_stops_the_batch() public {
        (uint64 large, uint64 principal) = _openLargest();
        vm.warp(block.timestamp + LONGEST_LIFE);
        uint256 fee = (uint256(principal) * 300 + 59_999) / 60_000;
        uint256 accrued = uint256(principal) * 550 * LONGEST_LIFE + fee * SCALE;
        bytes32[] memory words =
            book.operationOf(_word(OperationKind.Charge, 1, large, 1), 0);

        vm.expectRevert(abi.encodeWithSelector(LoanMath.InterestTooLarge.selector, accrued));
        vm.prank(relayer);
        book.settle(0, words);
    }

    function test_a_called_loan_is_not_charged() public {
        book.callOverdue(loanId, _proofs(loanId, 2));

        _assertFails(_charge(1, 1), OperationFailure.WrongStatus);
    }

    function _charge(uint40 number, uint64 index) private view returns (bytes32) {
        return _word(OperationKind.Charge, number, loanId, index);
    }
}

contract SettleCloseTest is SettleBase {
    function setUp() public override {
        super.setUp();
        book.repay(loanId, type(uint64).max);
    }

    function test_closing_returns_the_collateral() public {
        uint32 sequence = book.laneOf(0).sequence;

        OperationResult result = _settle(_close(1));

        vm.assertEq(uint256(result), uint256(OperationResult.Applied));
        _assertStatus(loanId, LoanStatus.Closed);
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
        vm.assertEq(lrt.balanceOf(borrower), 100e18);
        // Two assets, the LRT, the close and the batch.
        vm.assertEq(book.laneOf(0).sequence, sequence + 5);
    }

    /// @custom:invariant I-29
    function test_a_thing_that_does_not_move_waits_and_the_rest_is_returned() public {
        registry.setStuck(CAR, true);

        OperationResult result = _settle(_close(1));

        vm.assertEq(uint256(result), uint256(OperationResult.Applied));
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
        vm.assertEq(book.waitingOf(loanId), 1 << 1);
    }

    /// @custom:invariant I-29
    function test_a_card_that_is_not_the_loans_fails_that_operation_alone() public {
        bytes32[] memory words = book.batchOf(_two(_close(1), _close(2)), 0);
        // Another borrower in the first card.
        words[1] = bytes32(uint256(words[1]) ^ 1 << 200);

        vm.expectEmit(address(book));
        emit ILoanBook.OperationFailed(0, 1, OperationFailure.CardMismatch);
        vm.prank(relayer);
        book.settle(0, words);

        vm.assertEq(uint256(book.resultOf(1)), uint256(OperationResult.Failed));
        vm.assertEq(uint256(book.resultOf(2)), uint256(OperationResult.Applied));
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
    }

    function test_words_that_end_within_a_card_are_no_batch() public {
        bytes32[] memory whole = book.batchOf(_two(_close(1), _close(2)), 0);
        bytes32[] memory words = new bytes32[](whole.length - 1);
        for (uint256 i = 0; i < words.length; ++i) {
            words[i] = whole[i];
        }

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.CardCut.selector, whole.length / 2)
        );
        vm.prank(relayer);
        book.settle(0, words);
    }

    function test_a_batch_that_ends_where_a_card_belongs_is_none() public {
        bytes32[] memory words = new bytes32[](1);
        words[0] = _close(1);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.CardCut.selector, 0));
        vm.prank(relayer);
        ILoanBook(address(book)).settle(0, words);
    }

    function _two(bytes32 first, bytes32 second) private pure returns (bytes32[] memory both) {
        both = new bytes32[](2);
        (both[0], both[1]) = (first, second);
    }

    function test_collect_and_close_in_one_batch() public {
        _mint(8_008, CAR_CLASS, borrower, 20_000 * USD);
        uint64 second = _open(_terms(8_008, 5_000 * USD));
        book.prefund(second, 5_000 * USD);
        bytes32[] memory words = new bytes32[](3);
        words[0] = _word(OperationKind.Collect, 1, second, 5_000 * USD);
        words[1] = _word(OperationKind.Close, 2, second, 0);
        words[2] = _close(3);
        words = book.batchOf(words, 0);

        vm.prank(relayer);
        book.settle(0, words);

        _assertStatus(second, LoanStatus.Closed);
        _assertStatus(loanId, LoanStatus.Closed);
        vm.assertEq(registry.ownerOf(8_008), borrower);
    }

    /// @custom:invariant S1
    function test_a_loan_with_debt_is_not_closed() public {
        _mint(8_008, CAR_CLASS, borrower, 20_000 * USD);
        uint64 second = _open(_terms(8_008, 5_000 * USD));

        _assertFails(_word(OperationKind.Close, 1, second, 0), OperationFailure.WrongStatus);
    }

    function test_too_little_gas_reverts_instead_of_failing() public {
        bytes32[] memory words = new bytes32[](1);
        words[0] = _close(1);
        words = book.batchOf(words, 0);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.BatchGasTooLow.selector, 0));
        vm.prank(relayer);
        book.settle{gas: 380_000}(0, words);
    }

    /// @dev The constant covers the dearest close there is: 32 assets and restaking tokens.
    /// @custom:invariant S3
    function test_the_gas_guard_covers_the_largest_basket() public {
        LoanTerms memory terms = _terms(0, 10_000 * USD);
        terms.assets = new uint256[](32);
        for (uint256 i = 0; i < 32; ++i) {
            terms.assets[i] = 9_000 + i;
            _mint(9_000 + i, HOUSE_CLASS, borrower, 400_000 * USD);
        }
        (terms.lrt, terms.lrtAmount) = (address(lrt), 1e18);
        uint64 large = _open(terms);
        book.repay(large, type(uint64).max);
        bytes32[] memory words = new bytes32[](1);
        words[0] = _word(OperationKind.Close, 1, large, 0);
        words = book.batchOf(words, 0);

        // The guard asks for 150,000 and 35 times 80,000; the call and its calldata come on top.
        vm.prank(relayer);
        book.settle{gas: 150_000 + 35 * 80_000 + 60_000}(0, words);

        vm.assertEq(uint256(book.resultOf(1)), uint256(OperationResult.Applied));
    }

    function _close(uint40 number) private view returns (bytes32) {
        return _word(OperationKind.Close, number, loanId, 0);
    }
}
