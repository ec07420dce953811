// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILane} from "../interfaces/ILane.sol";
import {Lane} from "../Lane.sol";
import {Words} from "../libraries/Words.sol";
import {LoanStore, Market} from "./LoanStore.sol";

/// @title Where a loan's income arrives by plain transfers (rule D6)
/// @notice Each loan has an address that follows from its id. It holds a contract of the escrows'
/// kind, which obeys the loan book and is made when it is first swept.
library Incomes {
    using LoanStore for Market;
    using Words for uint64;

    /// @notice The address of a loan's income, whether or not there is a contract yet, or a loan.
    /// @dev CREATE2 by the lane's first escrow: it stays when the till is turned.
    /// @param codeHash Hash of the creation code of an escrow.
    function addressOf(uint64 loanId, bytes32 codeHash) internal view returns (address) {
        address maker = LoanStore.escrowOf(loanId.laneOf(), codeHash);
        return LoanStore.derive(maker, _saltOf(loanId), codeHash);
    }

    /// @notice The contract there. The lane's escrow makes it, so that the first sweeps in two
    /// lanes write no common account (rule L1).
    /// @dev The escrows' code with the loan book as owner: one hash serves both.
    function contractOf(Market memory market, uint64 loanId) internal returns (ILane income) {
        income = ILane(addressOf(loanId, market.escrowCodeHash));
        if (address(income).code.length != 0) return income;
        bytes memory code = abi.encodePacked(type(Lane).creationCode, abi.encode(address(this)));
        market.escrow(loanId.laneOf()).create(_saltOf(loanId), code);
    }

    /// @dev A loan's id is the salt: one escrow makes the contracts of its own lane only.
    function _saltOf(uint64 loanId) private pure returns (bytes32) {
        return bytes32(uint256(loanId));
    }
}
