// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import "../../src/interfaces/ILoanBook.sol";
import {Vm} from "../support/Vm.sol";
import {SettleBase} from "./Settle.t.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;

/// @title Collections side by side are booked together and come to what each would alone
contract SettleGroupsTest is SettleBase {
    uint64 private second;

    function setUp() public override {
        super.setUp();
        _mint(8_008, CAR_CLASS, borrower, 20_000 * USD);
        second = _open(_terms(8_008, 5_000 * USD));
        book.prefund(second, 5_200 * USD);
        vm.warp(START + 60 days);
    }

    /// @dev Borrowers collect on plain structs, word by word: the same loans and the same lane.
    /// @custom:invariant S1 D3
    function testFuzz_a_batch_is_its_words_one_by_one(uint256 seed) public {
        bytes32[] memory words = new bytes32[](12);
        for (uint256 i; i < words.length; ++i) {
            words[i] = _random(uint256(keccak256(abi.encode(seed, i))), uint40(250 + i));
        }
        uint256 before = vm.snapshotState();
        bool[] memory applied = _collectEach(words);
        bytes memory expected = _state();
        vm.revertToState(before);

        vm.prank(relayer);
        book.settle(0, words);

        vm.assertEq(_state(), expected);
        for (uint256 i; i < words.length; ++i) {
            OperationResult result = applied[i] ? OperationResult.Applied : OperationResult.Failed;
            vm.assertEq(uint256(book.resultOf(uint64(250 + i))), uint256(result));
        }
    }

    /// @dev A month's interest is more than what these words pay.
    function test_less_than_the_interest_leaves_the_principal() public {
        uint56 principal = book.loanOf(loanId).principal;
        uint64 debt = book.debtOf(loanId);

        _settleTwo(_collect(1, 2 * USD), _collect(2, 3 * USD));

        vm.assertEq(book.loanOf(loanId).principal, principal);
        vm.assertEq(book.debtOf(loanId), debt - 5 * USD);
    }

    /// @dev All whole units are paid, and what is left is less than one.
    function test_the_fraction_of_a_unit_that_is_left_ends_with_a_unit() public {
        uint64 debt = book.debtOf(second);
        bytes32[] memory words = new bytes32[](3);
        words[0] = _word(OperationKind.Collect, 1, second, debt - 1);
        words[1] = _word(OperationKind.Collect, 2, second, USD);
        words[2] = _word(OperationKind.Collect, 3, second, 1);

        vm.prank(relayer);
        book.settle(0, words);

        _assertStatus(second, LoanStatus.Repaid);
        vm.assertEq(uint256(book.resultOf(2)), uint256(OperationResult.Failed));
        vm.assertEq(book.loanOf(second).prefunded, 5_200 * USD - debt);
    }

    function test_a_group_over_the_end_of_a_page_is_applied_whole() public {
        _settleTwo(_collect(255, 2_000 * USD), _collect(256, 3_000 * USD));

        vm.assertEq(book.loanOf(loanId).prefunded, 25_000 * USD);
        vm.assertEq(uint256(book.resultOf(255)), uint256(OperationResult.Applied));
        vm.assertEq(uint256(book.resultOf(256)), uint256(OperationResult.Applied));
        vm.assertEq(uint256(book.resultOf(257)), uint256(OperationResult.None));
    }

    function test_an_id_twice_in_a_group_is_skipped() public {
        _settleTwo(_collect(1, 2_000 * USD), _collect(1, 2_000 * USD));

        vm.assertEq(book.loanOf(loanId).prefunded, 28_000 * USD);
    }

    function test_the_last_payment_of_a_group_closes_with_the_next_word() public {
        uint64 debt = book.debtOf(second);
        bytes32[] memory words = new bytes32[](3);
        words[0] = _word(OperationKind.Collect, 1, second, 1_000 * USD);
        words[1] = _word(OperationKind.Collect, 2, second, debt - 1_000 * USD);
        words[2] = _word(OperationKind.Close, 3, second, 0);
        words = book.batchOf(words, 0);

        vm.prank(relayer);
        book.settle(0, words);

        _assertStatus(second, LoanStatus.Closed);
        vm.assertEq(registry.ownerOf(8_008), borrower);
    }

    /// @dev The loan, the lane and each page, whatever stands side by side.
    function test_a_group_writes_each_slot_once() public {
        bytes32[] memory words = new bytes32[](4);
        words[0] = _collect(254, 2_000 * USD);
        words[1] = _collect(255, 90_000 * USD);
        words[2] = _collect(256, 2_000 * USD);
        words[3] = _collect(257, 2_000 * USD);

        vm.startStateDiffRecording();
        vm.prank(relayer);
        book.settle(0, words);

        Vm.AccountAccess[] memory accesses = vm.stopAndReturnStateDiff();
        // The loan, two slots of the lane, two pages of spent ids, one of failed ones.
        (uint256 written, uint256 twice) = _writes(accesses);
        vm.assertEq(written, 6);
        vm.assertEq(twice, 0);
        vm.assertEq(book.loanOf(loanId).prefunded, 24_000 * USD);
    }

    /// @dev Whoever reads past the last word must read zeros.
    function test_nothing_may_stand_behind_the_words() public {
        bytes32[] memory words = new bytes32[](1);
        words[0] = _collect(1, 2 * USD);
        bytes memory call = abi.encodeCall(ILoanBook.settle, (0, words));

        vm.prank(relayer);
        (bool settled, bytes memory reason) =
            address(book).call(bytes.concat(call, _collect(2, USD)));

        vm.assertTrue(!settled);
        vm.assertEq(bytes4(reason), ILoanBook.WordsNotLast.selector);
    }

    // ---- Support ------------------------------------------------------------------------------

    /// @dev One of two loans, more often the one before; amounts around every limit.
    function _random(uint256 seed, uint40 number) private view returns (bytes32) {
        uint64 loan = seed % 3 == 0 ? second : loanId;
        uint256 kind = seed / 3 % 8;
        uint64 amount = uint64(seed / 24 % (12_000 * USD));
        if (kind == 0) amount = MINIMUM - 1;
        if (kind == 1) amount = MINIMUM;
        if (kind == 2) amount = book.debtOf(loan);
        if (kind == 3) amount = book.debtOf(loan) - 1;
        if (kind == 4) amount = book.loanOf(loan).prefunded;
        return _word(OperationKind.Collect, number, loan, amount);
    }

    function _collectEach(bytes32[] memory words) private returns (bool[] memory applied) {
        applied = new bool[](words.length);
        for (uint256 i; i < words.length; ++i) {
            uint64 loan = uint64(uint40(uint256(words[i]) >> 168));
            uint64 amount = uint64(uint256(words[i]) >> 104);
            bytes32[] memory card = book.wordsOf(loan);
            vm.prank(borrower);
            try book.collect(loan, amount, card) {
                applied[i] = true;
            } catch {}
        }
    }

    /// @dev All but the lane's events, of which a batch has one.
    function _state() private view returns (bytes memory) {
        LaneState memory lane = book.laneOf(0);
        lane.sequence = 0;
        return abi.encode(book.loanOf(loanId), book.loanOf(second), lane);
    }

    function _writes(Vm.AccountAccess[] memory accesses)
        private
        pure
        returns (uint256 written, uint256 twice)
    {
        for (uint256 call; call < accesses.length; ++call) {
            Vm.StorageAccess[] memory slots = accesses[call].storageAccesses;
            for (uint256 i; i < slots.length; ++i) {
                if (!slots[i].isWrite) continue;
                ++written;
                for (uint256 j; j < i; ++j) {
                    if (slots[j].isWrite && slots[j].slot == slots[i].slot) ++twice;
                }
            }
        }
    }

    function _settleTwo(bytes32 first, bytes32 next) private {
        bytes32[] memory words = new bytes32[](2);
        (words[0], words[1]) = (first, next);
        vm.prank(relayer);
        book.settle(0, words);
    }
}
