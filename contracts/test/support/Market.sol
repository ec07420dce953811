// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetRegistry} from "../../src/AssetRegistry.sol";
import {Card, LoanState, LoanStatus} from "../../src/interfaces/ILoanBook.sol";

/// @notice A market and its one lane in one: what a registry asks of them.
contract Market {
    AssetRegistry internal immutable registry;
    mapping(uint64 loanId => uint256) internal assets;
    mapping(uint64 loanId => address) internal borrowers;
    mapping(uint64 loanId => LoanStatus) internal statuses;

    constructor(AssetRegistry registry_) {
        registry = registry_;
    }

    function open(uint64 loanId, uint256 tokenId, address borrower) external {
        (assets[loanId], borrowers[loanId]) = (tokenId, borrower);
        statuses[loanId] = LoanStatus.Open;
        registry.pledge(tokenId, borrower, address(this));
    }

    /// @dev As the loan book: a closed loan goes on to name what it returned.
    function close(uint64 loanId) external {
        statuses[loanId] = LoanStatus.Closed;
        registry.transferFrom(address(this), borrowers[loanId], assets[loanId]);
    }

    function owner() external view returns (address) {
        return address(this);
    }

    function loanOf(uint64 loanId) external view returns (LoanState memory loan) {
        loan.status = statuses[loanId];
    }

    function readCard(uint64 loanId, bytes32[] calldata) external view returns (Card memory card) {
        card.borrower = borrowers[loanId];
        if (assets[loanId] == 0) return card;
        card.assets = new uint256[](1);
        card.assets[0] = assets[loanId];
    }
}
