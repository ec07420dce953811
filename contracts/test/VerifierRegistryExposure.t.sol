// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IVerifierRegistry} from "../src/interfaces/IVerifierRegistry.sol";
import {APPRAISAL, INSPECTION, TITLE} from "./support/Roles.sol";
import {VerifierBase} from "./support/VerifierBase.sol";

contract VerifierTakeExposureTest is VerifierBase {
    /// @custom:invariant A4
    function test_an_attestation_commits_its_value_over_the_class_factor() public {
        _bond(100e6);

        vm.expectEmit(address(registry));
        emit IVerifierRegistry.ExposureTaken(verifier, _week(), 100e6);
        _take(APPRAISAL, 5_000e6);

        vm.assertEq(registry.committedOf(verifier), 100e6);
        vm.assertEq(registry.committedIn(verifier, _week()), 100e6);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVerifierRegistry.BondTooSmall.selector, verifier, 100e6 + 1, 100e6
            )
        );
        _take(APPRAISAL, 1);
    }

    function test_fuzz_what_is_committed_is_rounded_up(uint64 value, uint16 factor) public {
        value = uint64(bound(value, 1, 10_000e6));
        factor = uint16(bound(factor, 1, 1_000));
        _bond(10_000e6);

        vm.prank(assets);
        registry.takeExposure(verifier, CAR, APPRAISAL, value, factor, EXPIRY);

        uint256 committed = registry.committedOf(verifier);
        vm.assertGe(committed * factor, value);
        vm.assertLt((committed - 1) * factor, value);
    }

    function test_an_attestation_without_value_commits_nothing() public {
        _bond(MINIMUM);

        _take(TITLE, 0);

        vm.assertEq(registry.committedOf(verifier), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.ExposureUnknown.selector, verifier, _week())
        );
        registry.releaseExposure(verifier, _week());
    }

    function test_a_verifier_below_the_least_bond_attests_nothing() public {
        _bond(MINIMUM - 1);

        vm.expectRevert(
            abi.encodeWithSelector(
                IVerifierRegistry.BondTooSmall.selector, verifier, MINIMUM, MINIMUM - 1
            )
        );
        _take(TITLE, 0);
        _bond(1);
        _take(TITLE, 0);
    }

    /// @dev Rule G1.
    /// @custom:invariant G1
    function test_a_new_verifiers_bond_counts_up_to_a_cap_that_grows() public {
        _bond(50_000e6);

        vm.assertEq(registry.limitOf(verifier), CAP);
        _take(APPRAISAL, CAP * FACTOR);
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.BondTooSmall.selector, verifier, CAP + 1, CAP)
        );
        _take(APPRAISAL, 1);
        _pass(1 days);
        _take(APPRAISAL, GROWTH * FACTOR);
        vm.expectPartialRevert(IVerifierRegistry.BondTooSmall.selector);
        _take(APPRAISAL, FACTOR);
        _pass(365 days);
        vm.assertEq(registry.limitOf(verifier), 50_000e6);
    }

    function test_more_roles_do_not_start_the_cap_anew_and_no_roles_start_none() public {
        _bond(50_000e6);
        _pass(10 days);
        registry.setVerifier(verifier, 5, TITLE);

        vm.assertEq(registry.limitOf(verifier), CAP + 10 * GROWTH);
        address stranger = named("stranger");
        registry.deposit(stranger, MINIMUM);
        registry.setVerifier(stranger, 5, 0);
        vm.assertEq(registry.limitOf(stranger), 0);
    }

    function test_roles_are_those_of_verifier_and_class() public {
        _bond(100e6);
        vm.startPrank(assets);

        _expectNotAuthorised(CAR, INSPECTION);
        registry.takeExposure(verifier, CAR, INSPECTION, 1, FACTOR, EXPIRY);
        _expectNotAuthorised(CAR, TITLE | INSPECTION);
        registry.takeExposure(verifier, CAR, TITLE | INSPECTION, 1, FACTOR, EXPIRY);
        _expectNotAuthorised(3, TITLE);
        registry.takeExposure(verifier, 3, TITLE, 1, FACTOR, EXPIRY);
        _expectNotAuthorised(16, TITLE);
        registry.takeExposure(verifier, 16, TITLE, 1, FACTOR, EXPIRY);
        _expectNotAuthorised(CAR, 0);
        registry.takeExposure(verifier, CAR, 0, 1, FACTOR, EXPIRY);
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
        registry.takeExposure(verifier, CAR, TITLE, 1, FACTOR, EXPIRY);
    }

    function test_a_slashed_verifier_attests_nothing_more() public {
        _bond(100e6);
        _take(APPRAISAL, 5_000e6);
        registry.slash(verifier, 1, 0);

        vm.expectPartialRevert(IVerifierRegistry.BondTooSmall.selector);
        _take(TITLE, 0);
    }
}

contract VerifierReleaseExposureTest is VerifierBase {
    /// @custom:invariant A4
    function test_exposure_is_released_after_expiry_and_challenge_window() public {
        _bond(200e6);
        _take(APPRAISAL, 5_000e6);
        _take(APPRAISAL, 2_500e6);
        vm.warp(_week() * 1 weeks + 1);

        vm.expectEmit(address(registry));
        emit IVerifierRegistry.ExposureReleased(verifier, _week(), 150e6);
        vm.prank(named("anyone"));
        registry.releaseExposure(verifier, _week());

        vm.assertEq(registry.committedOf(verifier), 0);
    }

    /// @custom:invariant A4
    function test_exposure_is_not_released_before_nor_twice() public {
        _bond(100e6);
        _take(APPRAISAL, 5_000e6);
        uint256 until = _week() * 1 weeks;
        vm.warp(until);

        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.ExposureRunning.selector, verifier, until)
        );
        registry.releaseExposure(verifier, _week());
        vm.warp(until + 1);
        registry.releaseExposure(verifier, _week());
        vm.expectPartialRevert(IVerifierRegistry.ExposureUnknown.selector);
        registry.releaseExposure(verifier, _week());
    }

    /// @dev The week ends no earlier than expiry and challenge window, and within a week of it.
    function test_fuzz_exposure_runs_to_the_end_of_a_week(uint64 validUntil) public {
        validUntil = uint64(bound(validUntil, START, START + 730 days));
        _bond(100e6);

        vm.prank(assets);
        registry.takeExposure(verifier, CAR, TITLE, 0, FACTOR, validUntil);

        uint256 until = registry.lockedUntil(verifier);
        vm.assertGe(until, uint256(validUntil) + 14 days);
        vm.assertLt(until, uint256(validUntil) + 14 days + 1 weeks);
    }
}
