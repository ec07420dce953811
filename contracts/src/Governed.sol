// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

/// @title Functions that only the access manager's roles may call
/// @notice OpenZeppelin's AccessManaged with a fixed authority: a delayed call comes through the
/// manager's own `execute`, so the contract keeps no schedule and no way to change its authority.
abstract contract Governed {
    /// @notice The access manager, whose admin is the timelock (rule G1).
    IAccessManager public immutable authority;

    /// @notice The caller has no role that may call this function now. Named as OpenZeppelin's, so
    /// that one decoder serves all contracts.
    /// @param caller Who tried.
    error AccessManagedUnauthorized(address caller);

    /// @dev For external functions only: what is allowed is the selector by which the call came in.
    modifier restricted() {
        _checkCaller();
        _;
    }

    /// @param authority_ The access manager, for good.
    constructor(IAccessManager authority_) {
        authority = authority_;
    }

    /// @dev A role with a delay is not allowed here at once: it schedules with the manager, which
    /// then calls in its own name.
    function _checkCaller() private view {
        (bool allowed,) = authority.canCall(msg.sender, address(this), msg.sig);
        if (!allowed) revert AccessManagedUnauthorized(msg.sender);
    }
}
