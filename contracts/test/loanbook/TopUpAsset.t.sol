// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetStatus} from "../../src/interfaces/IAssetRegistry.sol";
import "../../src/interfaces/ILoanBook.sol";
import {ClassTerms} from "../../src/interfaces/IRiskTerms.sol";
import {IValuationOracle, ValueProof, ValueStatus} from "../../src/interfaces/IValuationOracle.sol";
import {BookBase} from "./support/BookBase.sol";

/// @title Adding an asset to a running loan
contract TopUpAssetTest is BookBase {
    uint64 private loanId;

    function setUp() public override {
        super.setUp();
        loanId = _openHouse();
    }

    function test_an_asset_of_anyones_joins_the_end_of_the_list() public {
        _mint(7, CAR_CLASS, other, 20_000 * USD);

        _topUp(other, 7);

        (uint256[] memory assets,,) = book.collateralOf(loanId);
        vm.assertEq(assets.length, 2);
        vm.assertEq(assets[1], 7);
        vm.assertEq(registry.ownerOf(7), book.escrowOf(0));
    }

    function test_it_comes_back_to_the_borrower() public {
        _mint(7, CAR_CLASS, other, 20_000 * USD);
        _topUp(other, 7);
        book.repay(loanId, type(uint64).max);

        book.close(loanId);

        vm.assertEq(registry.ownerOf(7), borrower);
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
    }

    function test_it_cures_a_called_loan() public {
        vm.warp(START + 1 days);
        _setPrice(HOUSE, 140_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        _mint(7, HOUSE_CLASS, borrower, 400_000 * USD);
        _topUp(borrower, 7);

        book.cure(loanId, 0, _proofs(loanId, 2));

        _assertStatus(loanId, LoanStatus.Open);
    }

    function test_only_its_owner_pledges_it() public {
        ValueProof memory proof = _proof(CAR, CAR_CLASS, 2);

        vm.expectRevert("not the owner");
        vm.prank(other);
        book.topUpAsset(loanId, proof);
    }

    function test_an_asset_that_nobody_values_is_refused() public {
        _mint(7, CAR_CLASS, borrower, 20_000 * USD);
        ValueProof memory proof = _proof(7, CAR_CLASS, 2);
        proof.leaf.lower += 1;

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.BadProof.selector, 7, 2));
        vm.prank(borrower);
        book.topUpAsset(loanId, proof);
    }

    function test_a_challenged_value_is_refused() public {
        ValueProof memory proof = _proof(CAR, CAR_CLASS, 2);
        proof.leaf.status = ValueStatus.Challenged;

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.AssetUnusable.selector, CAR));
        vm.prank(borrower);
        book.topUpAsset(loanId, proof);
    }

    function test_a_silent_oracle_takes_no_asset() public {
        oracle.setSilent(true, 0);

        ValueProof memory proof = _proof(CAR, CAR_CLASS, 2);

        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.RoundStale.selector, 2, uint64(START))
        );
        vm.prank(borrower);
        book.topUpAsset(loanId, proof);
    }

    function test_a_closed_class_is_refused() public {
        ClassTerms memory closed = _carTerms();
        closed.enabled = false;
        risk.setTerms(CAR_CLASS, closed);

        ValueProof memory proof = _proof(CAR, CAR_CLASS, 2);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.ClassDisabled.selector, CAR_CLASS));
        vm.prank(borrower);
        book.topUpAsset(loanId, proof);
    }

    function test_not_while_a_lot_is_for_sale() public {
        vm.warp(START + 45 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
        vm.warp(START + 59 days);
        house.open(loanId, _proofs(loanId, 2));

        ValueProof memory proof = _proof(CAR, CAR_CLASS, 2);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Auctioned)
        );
        vm.prank(borrower);
        book.topUpAsset(loanId, proof);
    }

    function test_thirty_two_assets_are_the_most() public {
        for (uint256 i = 0; i < 31; ++i) {
            _mint(9_000 + i, CAR_CLASS, borrower, 20_000 * USD);
            _topUp(borrower, 9_000 + i);
        }

        ValueProof memory proof = _proof(CAR, CAR_CLASS, 2);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.InvalidTerms.selector, bytes32("assets")));
        vm.prank(borrower);
        book.topUpAsset(loanId, proof);
    }

    function _topUp(address owner, uint256 tokenId) private {
        ValueProof memory proof = _proof(tokenId, registry.assetOf(tokenId).classId, 2);
        vm.prank(owner);
        book.topUpAsset(loanId, proof);
    }
}
