// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {VerifierRegistry} from "../src/VerifierRegistry.sol";
import {IVerifierRegistry} from "../src/interfaces/IVerifierRegistry.sol";
import {TestRestakingToken} from "../src/tokens/TestRestakingToken.sol";
import {TestStablecoin} from "../src/tokens/TestStablecoin.sol";
import {APPRAISAL, INSPECTION, TITLE} from "./support/Roles.sol";
import {Test} from "./support/Test.sol";

contract VerifierRegistryTest is Test {
    uint16 internal constant CAR = 2;
    uint256 internal constant FACTOR = 50;
    uint256 internal constant CHALLENGE = 14 days;
    uint64 internal constant EXPIRY = 1_700_000_000;
    bytes32 internal constant UID = keccak256("uid");

    address internal assets = named("asset registry");
    address internal verifier = named("verifier");
    TestStablecoin internal coin;
    VerifierRegistry internal registry;

    function setUp() public {
        vm.warp(1_690_000_000);
        coin = new TestStablecoin("Test Dollar", "tUSD");
        address manager = address(new AccessManager(address(this)));
        registry = new VerifierRegistry(manager, coin, FACTOR, CHALLENGE);
        registry.setAssetRegistry(assets);
        registry.setVerifier(verifier, CAR, TITLE | APPRAISAL);
        coin.mint(address(this), 1_000_000e6);
        coin.approve(address(registry), type(uint256).max);
    }

    function _bond(uint256 amount) internal {
        registry.deposit(verifier, amount);
    }

    function _take(uint8 role, uint64 value, bytes32 uid) internal {
        vm.prank(assets);
        registry.takeExposure(verifier, CAR, role, value, EXPIRY, uid);
    }

    function test_setVerifier_says_what_a_verifier_may_attest() public {
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.VerifierSet(verifier, 5, INSPECTION);
        registry.setVerifier(verifier, 5, INSPECTION);

        vm.assertEq(registry.rolesOf(verifier, 5), INSPECTION);
        vm.assertEq(registry.rolesOf(verifier, CAR), TITLE | APPRAISAL);
        vm.assertEq(registry.rolesOf(verifier, 6), 0);
    }

    function test_anyone_may_add_to_a_bond() public {
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.BondDeposited(verifier, 500e6);
        _bond(500e6);
        _bond(1);

        vm.assertEq(registry.bondOf(verifier), 500e6 + 1);
        vm.assertEq(coin.balanceOf(address(registry)), 500e6 + 1);
    }

    function test_a_bond_of_nothing_is_refused() public {
        vm.expectRevert(VerifierRegistry.ZeroAmount.selector);
        _bond(0);
    }

    function test_a_bond_without_cash_is_refused() public {
        vm.prank(verifier);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        registry.deposit(verifier, 1);
    }

    function test_a_free_bond_is_withdrawn() public {
        _bond(500e6);

        vm.expectEmit(address(registry));
        emit IVerifierRegistry.BondWithdrawn(verifier, 200e6);
        vm.prank(verifier);
        registry.withdraw(200e6);

        vm.assertEq(registry.bondOf(verifier), 300e6);
        vm.assertEq(coin.balanceOf(verifier), 200e6);
    }

    function test_what_covers_exposure_is_not_withdrawn() public {
        _bond(500e6);
        _take(APPRAISAL, 20_000e6, UID);

        vm.prank(verifier);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVerifierRegistry.BondTooSmall.selector, verifier, 20_000e6, 20_000e6 - FACTOR
            )
        );
        registry.withdraw(100e6 + 1);
        vm.prank(verifier);
        registry.withdraw(100e6);
    }

    function test_nothing_and_more_than_the_bond_is_not_withdrawn() public {
        _bond(500e6);
        vm.startPrank(verifier);

        vm.expectRevert(VerifierRegistry.ZeroAmount.selector);
        registry.withdraw(0);
        vm.expectRevert(
            abi.encodeWithSelector(VerifierRegistry.BondShort.selector, verifier, 500e6, 500e6 + 1)
        );
        registry.withdraw(500e6 + 1);
    }

    /// @custom:invariant A4
    function test_exposure_is_taken_up_to_bond_times_factor() public {
        _bond(100e6);

        vm.expectEmit(address(registry));
        emit IVerifierRegistry.ExposureTaken(verifier, UID, 5_000e6, uint64(EXPIRY + CHALLENGE));
        _take(APPRAISAL, 5_000e6, UID);

        vm.assertEq(registry.exposureOf(verifier), 5_000e6);
        vm.prank(assets);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVerifierRegistry.BondTooSmall.selector, verifier, 5_000e6 + 1, 5_000e6
            )
        );
        registry.takeExposure(verifier, CAR, APPRAISAL, 1, EXPIRY, keccak256("other"));
    }

    function test_an_attestation_without_value_takes_no_exposure() public {
        _bond(1);

        _take(TITLE, 0, UID);

        vm.assertEq(registry.exposureOf(verifier), 0);
        vm.expectRevert(abi.encodeWithSelector(VerifierRegistry.ExposureUnknown.selector, UID));
        registry.releaseExposure(UID);
    }

    function test_a_verifier_without_a_bond_attests_nothing() public {
        vm.prank(assets);
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.BondTooSmall.selector, verifier, 0, 0)
        );
        registry.takeExposure(verifier, CAR, TITLE, 0, EXPIRY, UID);
    }

    function test_roles_are_those_of_verifier_and_class() public {
        _bond(100e6);
        vm.startPrank(assets);

        _expectNotAuthorised(CAR, INSPECTION);
        registry.takeExposure(verifier, CAR, INSPECTION, 1, EXPIRY, UID);
        _expectNotAuthorised(CAR, TITLE | INSPECTION);
        registry.takeExposure(verifier, CAR, TITLE | INSPECTION, 1, EXPIRY, UID);
        _expectNotAuthorised(3, TITLE);
        registry.takeExposure(verifier, 3, TITLE, 1, EXPIRY, UID);
        _expectNotAuthorised(CAR, 0);
        registry.takeExposure(verifier, CAR, 0, 1, EXPIRY, UID);
    }

    function _expectNotAuthorised(uint16 classId, uint8 role) internal {
        vm.expectRevert(
            abi.encodeWithSelector(
                IVerifierRegistry.NotAuthorised.selector, verifier, classId, role
            )
        );
    }

    function test_only_the_asset_registry_takes_exposure() public {
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.NotAssetRegistry.selector, address(this))
        );
        registry.takeExposure(verifier, CAR, TITLE, 1, EXPIRY, UID);
    }

    function test_exposure_is_released_after_expiry_and_challenge_window() public {
        _bond(100e6);
        _take(APPRAISAL, 5_000e6, UID);
        vm.warp(EXPIRY + CHALLENGE + 1);

        vm.expectEmit(address(registry));
        emit IVerifierRegistry.ExposureReleased(verifier, UID, 5_000e6);
        vm.prank(named("anyone"));
        registry.releaseExposure(UID);

        vm.assertEq(registry.exposureOf(verifier), 0);
    }

    /// @custom:invariant A4
    function test_exposure_is_not_released_before_nor_twice() public {
        _bond(100e6);
        _take(APPRAISAL, 5_000e6, UID);
        vm.warp(EXPIRY + CHALLENGE);

        vm.expectRevert(
            abi.encodeWithSelector(
                IVerifierRegistry.ExposureRunning.selector, UID, EXPIRY + CHALLENGE
            )
        );
        registry.releaseExposure(UID);
        vm.warp(EXPIRY + CHALLENGE + 1);
        registry.releaseExposure(UID);
        vm.expectRevert(abi.encodeWithSelector(VerifierRegistry.ExposureUnknown.selector, UID));
        registry.releaseExposure(UID);
    }

    function test_a_slashed_bond_goes_to_the_beneficiary() public {
        _bond(100e6);
        address victim = named("victim");

        vm.expectEmit(address(registry));
        emit IVerifierRegistry.BondSlashed(verifier, 30e6, victim);
        registry.slash(verifier, 30e6, victim);

        vm.assertEq(registry.bondOf(verifier), 70e6);
        vm.assertEq(coin.balanceOf(victim), 30e6);
    }

    function test_slashing_takes_what_there_is() public {
        _bond(100e6);

        registry.slash(verifier, 100e6 + 1, named("victim"));

        vm.assertEq(registry.bondOf(verifier), 0);
        vm.expectRevert(VerifierRegistry.ZeroAmount.selector);
        registry.slash(verifier, 1, named("victim"));
    }

    function test_a_slashed_verifier_attests_nothing_more() public {
        _bond(100e6);
        _take(APPRAISAL, 5_000e6, UID);
        registry.slash(verifier, 1e6, named("victim"));

        vm.prank(assets);
        vm.expectPartialRevert(IVerifierRegistry.BondTooSmall.selector);
        registry.takeExposure(verifier, CAR, APPRAISAL, 1, EXPIRY, keccak256("other"));
    }

    /// @custom:invariant I-32
    function test_setters_and_slashing_are_the_governors() public {
        vm.startPrank(named("stranger"));

        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        registry.setVerifier(verifier, CAR, 15);
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        registry.slash(verifier, 1, verifier);
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        registry.setAssetRegistry(verifier);
    }

    function test_the_asset_registry_is_named_once() public {
        vm.expectRevert(
            abi.encodeWithSelector(VerifierRegistry.AssetRegistryAlreadySet.selector, assets)
        );
        registry.setAssetRegistry(named("other"));
    }

    function test_the_constructor_refuses_numbers_out_of_bounds() public {
        address manager = registry.authority();

        vm.expectRevert(VerifierRegistry.ParametersOutOfBounds.selector);
        new VerifierRegistry(manager, coin, 0, CHALLENGE);
        vm.expectRevert(VerifierRegistry.ParametersOutOfBounds.selector);
        new VerifierRegistry(manager, coin, 1_001, CHALLENGE);
        vm.expectRevert(VerifierRegistry.ParametersOutOfBounds.selector);
        new VerifierRegistry(manager, coin, FACTOR, 365 days + 1);
    }

    function test_bonds_are_ledger_units_whatever_the_tokens_decimals() public {
        TestRestakingToken token = new TestRestakingToken("Eighteen", "E");
        VerifierRegistry other =
            new VerifierRegistry(registry.authority(), token, FACTOR, CHALLENGE);
        token.mint(address(this), 1e18);
        token.approve(address(other), 1e18);

        other.deposit(verifier, 1e6);

        vm.assertEq(other.bondOf(verifier), 1e6);
        vm.assertEq(token.balanceOf(address(other)), 1e18);
    }
}
