// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetRegistry} from "../../src/AssetRegistry.sol";
import {LoanState, LoanStatus, LoanTail} from "../../src/interfaces/ILoanBook.sol";

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

    function tailOf(uint64 loanId) external view returns (LoanTail memory tail) {
        tail.borrower = borrowers[loanId];
    }

    function collateralOf(uint64 loanId)
        external
        view
        returns (uint256[] memory held, address lrt, uint128 lrtAmount)
    {
        (lrt, lrtAmount) = (address(0), 0);
        if (assets[loanId] == 0) return (held, lrt, lrtAmount);
        held = new uint256[](1);
        held[0] = assets[loanId];
    }
}
