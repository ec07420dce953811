// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILoanBook, LoanTerms, ScheduleKind} from "../../src/interfaces/ILoanBook.sol";
import {Basket, Evidence} from "../../src/libraries/Underwriter.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {Rounds} from "./support/Rounds.sol";
import {Carded} from "../support/Carded.sol";
import {Shelf} from "../support/Shelf.sol";

using Carded for ILoanBook;

/// @title A borrower's signature is good for one set of terms, one book and one chain
contract SignatureInvariants is Rounds {
    uint256 private constant FIELDS = 13;
    bytes32 private constant CURVE_ORDER =
        0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function setUp() public {
        _build();
        Shelf.open(book, address(house));
        _startValues();
        _publish();
        vm.startPrank(lenders[0]);
        vaults[1].requestDeposit(1_000_000 * USD, lenders[0], lenders[0]);
        vm.stopPrank();
        vm.warp(block.timestamp + 1 days);
        pool.closeEpoch();
    }

    function test_the_terms_as_signed_open_a_loan() external {
        LoanTerms memory terms = _terms();

        uint64 loanId = _open(terms, _signTerms(ownerKeys[0], terms, address(book)));

        vm.assertEq(book.cardOf(loanId).borrower, terms.borrower);
    }

    /// @custom:invariant I-28 I-11 L2
    function test_every_field_is_signed() external {
        bytes memory signature = _signTerms(ownerKeys[0], _terms(), address(book));

        for (uint256 field = 0; field < FIELDS; ++field) {
            LoanTerms memory changed = _changed(field);
            _refuse(changed, signature);
        }
    }

    /// @custom:invariant I-28
    function test_a_signature_for_another_contract_or_chain_is_none() external {
        LoanTerms memory terms = _terms();
        _refuse(terms, _signTerms(ownerKeys[0], terms, address(house)));

        bytes memory signature = _signTerms(ownerKeys[0], terms, address(book));
        vm.chainId(block.chainid + 1);
        _refuse(terms, signature);
    }

    /// @custom:invariant I-28
    function test_a_mirrored_signature_is_none() external {
        LoanTerms memory terms = _terms();
        bytes memory signature = _signTerms(ownerKeys[0], terms, address(book));
        (bytes32 r, bytes32 s, uint8 v) = _parts(signature);
        bytes32 mirrored = bytes32(uint256(CURVE_ORDER) - uint256(s));

        _refuse(terms, abi.encodePacked(r, mirrored, v == 27 ? uint8(28) : uint8(27)));
        _refuse(terms, abi.encodePacked(r, s, v - 27));
    }

    /// @custom:invariant I-28
    function test_nobody_signs_for_the_zero_address() external {
        LoanTerms memory terms = _terms();
        terms.borrower = address(0);

        _refuse(terms, abi.encodePacked(bytes32(uint256(1)), bytes32(uint256(1)), uint8(27)));
    }

    function _terms() private view returns (LoanTerms memory terms) {
        (terms.borrower, terms.principal) = (vm.addr(ownerKeys[0]), 1_000 * USD);
        terms.limit = 2_000 * USD;
        (terms.maxRateBps, terms.instalments, terms.interval) = (5_000, 3, 30 days);
        terms.assets = new uint256[](1);
        terms.assets[0] = assets[OWNERS];
        (terms.nonce, terms.deadline) = (5, uint64(block.timestamp + 1 days));
    }

    /// @dev The terms with one field changed to another that is allowed too.
    function _changed(uint256 field) private view returns (LoanTerms memory terms) {
        terms = _terms();
        if (field == 0) terms.borrower = vm.addr(ownerKeys[1]);
        if (field == 1) terms.lane = 1;
        if (field == 2) terms.principal += 1;
        if (field == 3) terms.maxRateBps -= 1;
        if (field == 4) terms.schedule = ScheduleKind.InterestOnly;
        if (field == 5) terms.instalments += 1;
        if (field == 6) terms.interval += 1;
        if (field == 7) terms.assets[0] = assets[OWNERS + 1];
        if (field == 8) (terms.lrt, terms.lrtAmount) = (address(lrt), 1);
        if (field == 9) (terms.lrt, terms.lrtAmount) = (address(lrt), 2);
        if (field == 10) terms.nonce += 1;
        if (field == 11) terms.deadline += 1;
        if (field == 12) terms.limit += 1;
    }

    function _open(LoanTerms memory terms, bytes memory signature) private returns (uint64) {
        ValueProof[] memory proofs = _proofsOf(_basket(terms), false);
        return book.open(terms, signature, proofs);
    }

    function _refuse(LoanTerms memory terms, bytes memory signature) private {
        ValueProof[] memory proofs = _proofsOf(_basket(terms), false);
        vm.expectPartialRevert(ILoanBook.InvalidSignature.selector);
        book.open(terms, signature, proofs);
    }

    function _basket(LoanTerms memory terms) private pure returns (Basket memory) {
        return Basket(terms.assets, terms.lrt, terms.lrtAmount, 0, Evidence.Newest);
    }

    function _parts(bytes memory signature) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }
}
