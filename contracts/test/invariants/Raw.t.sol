// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Checks} from "./support/Checks.sol";
import {Handler} from "./support/Handler.sol";

/// @title What holds whatever anybody sends to any contract
/// @notice After a walk has made loans of every status, known accounts call every function with
/// any arguments; nearly all of it reverts, which is no failure here.
/// forge-config: default.invariant.fail-on-revert = false
/// forge-config: test.invariant.fail-on-revert = false
contract RawInvariants is Checks {
    uint256 private constant WALK = 400;

    function setUp() public {
        handler = new Handler();
        _walk(WALK);
    }

    function targetContracts() external view returns (address[] memory) {
        return handler.targets();
    }

    function targetSenders() external view returns (address[] memory) {
        return handler.actors();
    }

    /// @notice Books, cash, custody, NAV and supply, as after bounded actions.
    /// @custom:invariant I-01 I-02 I-03 I-08 I-09
    function invariant_everything_holds() external view {
        handler.checkDebts();
        vm.assertLe(handler.checkCash(), handler.donated());
        handler.checkNav();
        handler.checkCustody();
        handler.checkRestakingTokens();
        handler.checkSupply();
        handler.checkResults();
    }
}
