// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Checks} from "./support/Checks.sol";
import {Handler} from "./support/Handler.sol";

/// @title What holds of the whole system after any actions in any order
/// @notice Each action succeeds or does nothing: a revert is a failure of the test.
contract SystemInvariants is Checks {
    uint256 private constant WALK = 2_500;

    function setUp() public {
        handler = new Handler();
    }

    function targetContracts() external view returns (address[] memory found) {
        found = new address[](1);
        found[0] = address(handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory found) {
        found = new FuzzSelector[](1);
        found[0] = FuzzSelector(address(handler), _actions());
    }

    /// @custom:invariant I-03 D3 I-16
    function invariant_debts_are_the_lanes_sums() external view {
        handler.checkDebts();
    }

    /// @custom:invariant I-02 L3 L5b
    function invariant_cash_is_there_and_what_is_owed_is_kept() external view {
        vm.assertEq(handler.checkCash(), handler.donated());
    }

    /// @custom:invariant P3
    function invariant_nav_is_cash_and_lanes() external view {
        handler.checkNav();
    }

    /// @custom:invariant I-01 I-09
    function invariant_custody_and_loans_agree() external view {
        handler.checkCustody();
        handler.checkRestakingTokens();
    }

    /// @custom:invariant L4 G1b
    function invariant_allowances_count_what_is_there() external view {
        handler.checkRooms();
        handler.checkLots();
    }

    /// @custom:invariant I-08
    function invariant_no_unit_is_made_or_lost() external view {
        handler.checkSupply();
    }

    /// @custom:invariant S2 I-30
    function invariant_results_stay() external view {
        handler.checkResults();
    }

    /// @notice Foundry calls this at the end of each run: whatever has happened, debts can be paid.
    /// @custom:invariant I-14
    function afterInvariant() external {
        handler.payEveryDebt();
    }

    /// @notice The walk that the invariants take reaches every action; each is watched for rules
    /// I-10 (statuses), I-13 (debts stand still) and for its lane's sequence.
    /// @custom:invariant I-10 I-13 I-14 I-15 I-33
    function test_every_action_happens() external {
        _walk(WALK);
        string[24] memory names = _names();
        for (uint256 i = 0; i < names.length; ++i) {
            vm.assertTrue(handler.taken(names[i]) != 0, names[i]);
        }
        handler.payEveryDebt();
    }

    function _names() private pure returns (string[24] memory) {
        return [
            "open",
            "prefund",
            "withdraw",
            "settle",
            "applied",
            "repay",
            "topUp",
            "close",
            "pass",
            "publish",
            "call",
            "callOverdue",
            "cure",
            "auction",
            "buy",
            "take",
            "claimSurplus",
            "deposit",
            "redeem",
            "claimPool",
            "closeEpoch",
            "donate",
            "sweep",
            "turnTill"
        ];
    }
}
