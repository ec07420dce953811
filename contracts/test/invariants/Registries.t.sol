// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {AssetRegistry} from "../../src/AssetRegistry.sol";
import {VerifierRegistry} from "../../src/VerifierRegistry.sol";
import {Test} from "../support/Test.sol";
import {RegistriesHandler} from "./RegistriesHandler.sol";

/// @title What holds in every state of the two registries
contract RegistriesInvariants is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    RegistriesHandler private handler;
    AssetRegistry private assets;
    VerifierRegistry private verifiers;
    IERC20 private coin;

    function setUp() public {
        handler = new RegistriesHandler();
        handler.setUp();
        (address registry, address bonds, address token) = handler.registriesOf();
        (assets, verifiers, coin) =
        (AssetRegistry(registry), VerifierRegistry(bonds), IERC20(token));
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[18] memory given = [
            handler.mint.selector,
            handler.mint.selector,
            handler.reattest.selector,
            handler.pledge.selector,
            handler.giveBack.selector,
            handler.move.selector,
            handler.setStatus.selector,
            handler.expire.selector,
            handler.deposit.selector,
            handler.depositLrt.selector,
            handler.prove.selector,
            handler.unbond.selector,
            handler.withdraw.selector,
            handler.release.selector,
            handler.challenge.selector,
            handler.rule.selector,
            handler.claim.selector,
            handler.pass.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](19);
        for (uint256 i = 0; i < 18; ++i) {
            targets[0].selectors[i] = given[i];
        }
        targets[0].selectors[18] = handler.publish.selector;
    }

    /// @dev The handler is of use only if its actions happen.
    function test_the_handler_acts() public {
        address verifier = handler.verifierAt(1);
        handler.mint(300_000e6, 0);
        handler.pledge(0);
        handler.pass(2 days);
        handler.reattest(0, 300_000e6);
        handler.challenge(1);
        handler.depositLrt(1, 5e18);
        handler.prove(1);
        vm.assertEq(handler.tokenCount(), 1);
        vm.assertTrue(assets.locked(handler.tokens(0)));
        vm.assertEq(verifiers.committedOf(verifier), 12_000e6);
        vm.assertEq(verifiers.challengesOf(verifier), 1);
        vm.assertGt(verifiers.lrtBondOf(verifier).value, 0);
        handler.rule(1, 0, 1_000e6, 1e18);
        handler.claim(0, true);
        handler.giveBack(0);
        handler.unbond(1, 10e6, 1e18);
        for (uint256 i = 0; i < 12; ++i) {
            handler.pass(60 days - 1);
        }
        handler.withdraw(1);
        handler.release(1, 0);
        vm.assertEq(verifiers.unbondingOf(verifier).amount, 0);
        vm.assertLt(verifiers.committedOf(verifier), 12_000e6);
        vm.assertFalse(assets.locked(handler.tokens(0)));
    }

    /// @dev Rule A4: what runs is what is counted.
    /// @custom:invariant A4
    function invariant_running_exposures_add_up_to_what_is_committed() public view {
        for (uint256 i = 0; i < 3; ++i) {
            address verifier = handler.verifierAt(i);
            uint256[] memory weeks_ = handler.weeksOf(verifier);
            uint256 sum;
            for (uint256 j = 0; j < weeks_.length; ++j) {
                sum += verifiers.committedIn(verifier, weeks_[j]);
            }
            vm.assertEq(sum, verifiers.committedOf(verifier));
        }
    }

    function invariant_bonds_challenges_and_claims_are_all_there() public view {
        uint256 owed;
        uint256 lrtOwed;
        address lrt = address(handler.lrt());
        for (uint256 i = 0; i < 3; ++i) {
            address verifier = handler.verifierAt(i);
            owed += verifiers.bondOf(verifier) + verifiers.unbondingOf(verifier).amount;
            lrtOwed += verifiers.lrtBondOf(verifier).amount;
            lrtOwed += verifiers.unbondingOf(verifier).lrtAmount;
            owed += handler.openChallenges(verifier) * verifiers.challengeBond();
        }
        address[2] memory parties = [handler.challenger(), handler.reserveAddress()];
        for (uint256 i = 0; i < 2; ++i) {
            owed += verifiers.claimableOf(parties[i], address(coin));
            lrtOwed += verifiers.claimableOf(parties[i], lrt);
        }
        vm.assertEq(coin.balanceOf(address(verifiers)), owed);
        vm.assertEq(IERC20(lrt).balanceOf(address(verifiers)), lrtOwed);
    }

    function invariant_open_challenges_are_counted() public view {
        for (uint256 i = 0; i < 3; ++i) {
            address verifier = handler.verifierAt(i);
            vm.assertEq(verifiers.challengesOf(verifier), handler.openChallenges(verifier));
        }
    }

    /// @dev I-31 and rule A1: one thing, one token, for ever.
    /// @custom:invariant A1 I-31
    function invariant_an_anchor_names_one_token() public view {
        uint256 count = handler.anchorCount();
        for (uint256 i = 0; i < count; ++i) {
            bytes32 anchor = handler.anchors(i);
            vm.assertEq(assets.tokenByAnchor(anchor), handler.tokenOf(anchor));
        }
    }

    /// @dev I-01: a token is in custody exactly while a loan holds it, and is then locked.
    function invariant_a_token_is_locked_exactly_while_a_loan_holds_it() public view {
        uint256 count = handler.tokenCount();
        for (uint256 i = 0; i < count; ++i) {
            uint256 id = handler.tokens(i);
            bool held = handler.loanOf(id) != 0;
            vm.assertEq(assets.locked(id), held);
            vm.assertEq(assets.ownerOf(id) == address(handler.book()), held);
            if (held) vm.assertEq(assets.getApproved(id), address(0));
        }
    }

    /// @dev No uid is spent twice (rule A2); nobody commits beyond its limit (rule A4).
    /// @custom:invariant A2 A4
    function invariant_nothing_turned_out_false() public view {
        vm.assertEq(handler.brokenCount(), 0);
    }
}
