// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Asset, AssetStatus} from "../../src/interfaces/IAssetRegistry.sol";
import "../../src/interfaces/ILoanBook.sol";
import {ClassTerms} from "../../src/interfaces/IRiskTerms.sol";
import {IValuationOracle, ValueProof, ValueStatus} from "../../src/interfaces/IValuationOracle.sol";
import {BookBase} from "./support/BookBase.sol";
import {Carded} from "../support/Carded.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @title Adding an asset to a running loan
contract TopUpAssetTest is BookBase {
    uint64 private loanId;

    function setUp() public override {
        super.setUp();
        loanId = _openHouse();
    }

    function test_an_asset_joins_the_end_of_the_list() public {
        _mint(7, CAR_CLASS, borrower, 20_000 * USD);

        _topUp(borrower, 7);

        (uint256[] memory assets,,) = book.collateralOf(loanId);
        vm.assertEq(assets.length, 2);
        vm.assertEq(assets[1], 7);
        vm.assertEq(registry.ownerOf(7), book.escrowOf(0));
    }

    function test_it_comes_back_to_the_borrower() public {
        _mint(7, CAR_CLASS, borrower, 20_000 * USD);
        _topUp(borrower, 7);
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

    /// @custom:invariant I-11 D7b
    function test_nobody_hangs_an_asset_of_his_on_anothers_loan() public {
        _mint(7, CAR_CLASS, other, 20_000 * USD);
        ValueProof memory proof = _proof(7, CAR_CLASS, 2);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotBorrower.selector, loanId, other));
        vm.prank(other);
        book.topUpAsset(loanId, proof);
    }

    /// @custom:invariant I-11
    function test_anothers_asset_is_not_pledged() public {
        _mint(7, CAR_CLASS, other, 20_000 * USD);
        ValueProof memory proof = _proof(7, CAR_CLASS, 2);

        vm.expectRevert("not the owner");
        vm.prank(borrower);
        book.topUpAsset(loanId, proof);
    }

    /// @dev To the second.
    /// @custom:invariant A4
    function test_an_attestation_outlasts_the_loan() public {
        vm.warp(START + 1 days);
        uint64 second = _openLong();
        _mintUntil(8, START + 300 days - 1);
        ValueProof memory proof = _proof(8, CAR_CLASS, 2);
        vm.expectRevert(
            abi.encodeWithSelector(
                ILoanBook.MaturityBeyondAttestation.selector, 8, uint64(START + 300 days - 1)
            )
        );
        vm.prank(borrower);
        book.topUpAsset(second, proof);
        _mintUntil(9, START + 300 days);
        loanId = second;

        _topUp(borrower, 9);
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
        oracle.setStatus(2, CAR, ValueStatus.Challenged);
        ValueProof memory proof = _proof(CAR, CAR_CLASS, 2);

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

    /// @dev A loan that ends 300 days after the start.
    function _openLong() private returns (uint64) {
        LoanTerms memory terms = _terms(CAR, 1_000 * USD);
        (terms.instalments, terms.interval) = (1, 299 days);
        return _open(terms);
    }

    function _mintUntil(uint256 tokenId, uint256 validUntil) private {
        registry.mint(
            borrower,
            tokenId,
            Asset(
                CAR_CLASS,
                AssetStatus.Active,
                uint48(block.timestamp),
                uint48(validUntil),
                20_000 * USD
            )
        );
        _setPrice(tokenId, 20_000 * USD);
    }

    function _topUp(address owner, uint256 tokenId) private {
        ValueProof memory proof = _proof(tokenId, registry.assetOf(tokenId).classId, 2);
        vm.prank(owner);
        book.topUpAsset(loanId, proof);
    }
}
