// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import {IBuyCallback} from "../../src/interfaces/IBuyCallback.sol";
import {ILendingPool} from "../../src/interfaces/ILendingPool.sol";
import {ILoanBook, LoanTerms} from "../../src/interfaces/ILoanBook.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {Basket, Evidence} from "../../src/libraries/Underwriter.sol";
import {LendingPool} from "../../src/LendingPool.sol";
import {Rounds} from "./support/Rounds.sol";
import {Carded} from "../support/Carded.sol";
import {Shelf} from "../support/Shelf.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @notice Buys a lot, and closes the epoch while it has not paid, if told so.
contract ClosingBuyer is IBuyCallback {
    IAuctionHouse private immutable _house;
    ILendingPool private immutable _pool;

    constructor(IAuctionHouse house, ILendingPool pool) {
        (_house, _pool) = (house, pool);
    }

    function buy(uint64 loanId, bool closes, bytes32[] calldata card) external returns (uint64) {
        return _house.buyWithCallback(loanId, type(uint64).max, abi.encode(closes), card);
    }

    function onLotBought(uint64, uint256, uint128, uint64, bytes calldata data) external {
        if (abi.decode(data, (bool))) _pool.closeEpoch();
    }
}

/// @title A close inside a callback purchase, with the real pool
contract CallbackInvariants is Rounds {
    ClosingBuyer private buyer;
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
        buyer = new ClosingBuyer(house, pool);
        coin.mint(address(buyer), 1_000_000 * USD);
        vm.prank(address(buyer));
        coin.approve(address(house), type(uint256).max);
        _auctionFirstLoan();
    }

    function test_class_02_a_close_inside_undoes_the_purchase() external {
        (uint32 number,) = pool.epoch();

        bytes32[] memory card = book.wordsOf(loanId);
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.EpochClosed.selector, number + 1));
        buyer.buy(loanId, true, card);
    }

    /// @custom:invariant I-02 L5
    function test_a_close_after_the_purchase_finds_its_cash_in_the_lane() external {
        uint64 navBefore = pool.nav();
        uint64 debt = book.debtOf(loanId);
        uint64 carried = book.loanOf(loanId).impaired;

        uint64 paid = buyer.buy(loanId, false, book.wordsOf(loanId));
        pool.closeEpoch();

        vm.assertGt(paid, debt);
        vm.assertEq(LendingPool(address(pool)).stuckSince(0), 0);
        vm.assertEq(pool.nav(), navBefore + debt - carried);
    }

    /// @dev An instalment is missed, the oracle falls silent, and the house is for sale.
    function _auctionFirstLoan() private {
        LoanTerms memory terms;
        (terms.borrower, terms.principal) = (vm.addr(ownerKeys[0]), 100_000 * USD);
        terms.limit = terms.principal;
        (terms.maxRateBps, terms.instalments, terms.interval) = (5_000, 3, 30 days);
        terms.assets = new uint256[](1);
        terms.assets[0] = assets[OWNERS];
        (terms.nonce, terms.deadline) = (1, uint64(block.timestamp));
        Basket memory basket = Basket(terms.assets, address(0), 0, 0, Evidence.Newest);
        ValueProof[] memory proofs = _proofsOf(basket, false);
        loanId = book.open(terms, _signTerms(ownerKeys[0], terms, address(book)), proofs);
        vm.warp(block.timestamp + 36 days);
        book.callOverdue(loanId, new ValueProof[](0));
        vm.warp(block.timestamp + 2 days);
        house.open(loanId, new ValueProof[](0));
    }
}
