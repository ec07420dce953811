// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import "../../../src/interfaces/ILoanBook.sol";
import {ValueProof} from "../../../src/interfaces/IValuationOracle.sol";
import {BookBase} from "./BookBase.sol";
import {Carded} from "../../support/Carded.sol";

using Carded for ILoanBook;

/// @title Changes of an open loan, signed or asked for by the borrower
abstract contract AmendBase is BookBase {
    function _change(uint64 loanId) internal returns (LoanChange memory change) {
        change.loanId = loanId;
        change.maxRateBps = 2_000;
        change.nonce = ++nextNonce;
        change.deadline = uint64(block.timestamp + 1 days);
    }

    /// @dev The borrower itself, with the proofs of what stays pledged.
    function _amend(LoanChange memory change) internal {
        ValueProof[] memory proofs = _proofsLeft(change);
        vm.prank(borrower);
        book.amend(change, "", proofs);
    }

    function _assertAmendFails(LoanChange memory change, bytes memory refusal) internal {
        ValueProof[] memory proofs = _proofsLeft(change);
        vm.expectRevert(refusal);
        vm.prank(borrower);
        book.amend(change, "", proofs);
    }

    function _proofsLeft(LoanChange memory change) internal view returns (ValueProof[] memory) {
        (uint256[] memory held, address token_, uint128 amount) = book.collateralOf(change.loanId);
        uint256[] memory left = new uint256[](held.length - _struck(held, change.assets));
        uint256 count;
        for (uint256 i = 0; i < held.length; ++i) {
            if (!_has(change.assets, held[i])) left[count++] = held[i];
        }
        return _proofsFor(left, amount == change.lrtAmount ? address(0) : token_, 2);
    }

    function _signChange(uint256 key, LoanChange memory change)
        internal
        view
        returns (bytes memory)
    {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _changeDigest(change));
        return abi.encodePacked(r, s, v);
    }

    function _one(uint256 tokenId) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = tokenId;
    }

    function _struck(uint256[] memory held, uint256[] memory list)
        private
        pure
        returns (uint256 count)
    {
        for (uint256 i = 0; i < held.length; ++i) {
            if (_has(list, held[i])) ++count;
        }
    }

    function _has(uint256[] memory list, uint256 tokenId) private pure returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == tokenId) return true;
        }
        return false;
    }

    function _changeDigest(LoanChange memory change) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Ballast LoanBook"),
                keccak256("1"),
                block.chainid,
                address(book)
            )
        );
        bytes memory first = abi.encode(
            keccak256(
                "LoanChange(uint64 loanId,uint64 draw,uint256[] assets,uint128 lrtAmount,uint8 schedule,uint16 instalments,uint32 interval,uint16 maxRateBps,uint256 nonce,uint64 deadline)"
            ),
            change.loanId,
            change.draw,
            keccak256(abi.encodePacked(change.assets)),
            change.lrtAmount,
            change.schedule
        );
        bytes memory second = abi.encode(
            change.instalments, change.interval, change.maxRateBps, change.nonce, change.deadline
        );
        bytes32 message = keccak256(abi.encodePacked(first, second));
        return keccak256(abi.encodePacked("\x19\x01", domain, message));
    }
}
