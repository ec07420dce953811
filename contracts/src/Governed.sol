// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

/// @title Functions that only the access manager's roles may call
/// @notice OpenZeppelin's AccessManaged with a fixed authority: a delayed call comes through the
/// manager's own `execute`, so the contract keeps no schedule and no way to change its authority.
abstract contract Governed {
    IAccessManager public immutable authority;

    error AccessManagedUnauthorized(address caller);

    modifier restricted() {
        _checkCaller();
        _;
    }

    constructor(IAccessManager authority_) {
        authority = authority_;
    }

    function _checkCaller() private view {
        (bool allowed,) = authority.canCall(msg.sender, address(this), msg.sig);
        if (!allowed) revert AccessManagedUnauthorized(msg.sender);
    }
}
