// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Vm, VM} from "./Vm.sol";

/// @title Base of all tests
abstract contract Test {
    Vm internal constant vm = VM;

    function bound(uint256 x, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + x % (high - low + 1);
    }

    /// @dev An address that nobody holds a key of.
    function named(string memory name) internal returns (address account) {
        account = address(uint160(uint256(keccak256(bytes(name)))));
        vm.label(account, name);
    }
}
