// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    ILoanBook,
    LoanTerms,
    OperationKind,
    OperationResult
} from "../../src/interfaces/ILoanBook.sol";
import {Basket, Evidence} from "../../src/libraries/Underwriter.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {Rounds} from "./support/Rounds.sol";
import {Carded} from "../support/Carded.sol";
import {Shelf} from "../support/Shelf.sol";

using Carded for ILoanBook;

/// @notice A wallet of one key that refuses every call but the question for its signature.
contract SilentWallet {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return this.isValidSignature.selector;
    }

    fallback() external {
        revert("called");
    }
}

/// @title Settling reaches no code that a user chose
contract StrangerInvariants is Rounds {
    SilentWallet private wallet;
    uint64 private loanId;

    function setUp() public {
        _build();
        Shelf.open(book, address(house));
        _startValues();
        _publish();
        vm.prank(lenders[0]);
        vaults[1].requestDeposit(1_000_000 * USD, lenders[0], lenders[0]);
        vm.warp(block.timestamp + 1 days);
        pool.closeEpoch();
        wallet = new SilentWallet();
        vm.prank(vm.addr(ownerKeys[0]));
        registry.transferFrom(vm.addr(ownerKeys[0]), address(wallet), assets[OWNERS]);
    }

    /// @custom:invariant S3 I-15
    function test_a_wallet_that_takes_no_calls_gets_its_asset_back() external {
        _openForWallet();
        vm.prank(payer);
        book.repay(loanId, type(uint64).max);
        bytes32[] memory words = new bytes32[](1);
        words[0] = bytes32(
            uint256(OperationKind.Close) << 248 | 1 << 208 | uint256(uint40(loanId)) << 168
        );
        words = book.batchOf(words, 0);

        vm.prank(relayer);
        book.settle(0, words);

        vm.assertTrue(book.resultOf(1) == OperationResult.Applied);
        vm.assertEq(registry.ownerOf(assets[OWNERS]), address(wallet));
    }

    function _openForWallet() private {
        LoanTerms memory terms;
        (terms.borrower, terms.principal) = (address(wallet), 1_000 * USD);
        terms.limit = terms.principal;
        (terms.maxRateBps, terms.instalments, terms.interval) = (5_000, 3, 30 days);
        terms.assets = new uint256[](1);
        terms.assets[0] = assets[OWNERS];
        terms.deadline = uint64(block.timestamp);
        Basket memory basket = Basket(terms.assets, address(0), 0, 0, Evidence.Newest);
        ValueProof[] memory proofs = _proofsOf(basket, false);
        loanId = book.open(terms, "", proofs);
    }
}
