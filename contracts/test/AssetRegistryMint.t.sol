// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Attestations} from "../src/Attestations.sol";
import {
    Asset,
    AssetStatus,
    Attestation,
    IAssetRegistry,
    MintRequest
} from "../src/interfaces/IAssetRegistry.sol";
import {IPause} from "../src/interfaces/IPause.sol";
import {IVerifierRegistry} from "../src/interfaces/IVerifierRegistry.sol";
import {RegistryBase} from "./support/RegistryBase.sol";
import {APPRAISAL, DEVICE, INSPECTION, TITLE} from "./support/Roles.sol";

contract AssetRegistryMintTest is RegistryBase {
    function _refuse(MintRequest memory request, bytes memory reason) internal {
        vm.expectRevert(reason);
        registry.mint(request);
    }

    function test_a_quorum_mints_the_asset_to_its_owner() public {
        MintRequest memory request = _house(1);
        uint256 id = _idOf(request);

        vm.expectEmit(address(registry));
        emit IAssetRegistry.AssetMinted(
            id,
            owner,
            HOUSE,
            280_000e6,
            uint64(NOW - 100),
            uint64(NOW + 300 days),
            request.evidenceRoot
        );
        vm.prank(named("anyone"));
        uint256 minted = registry.mint(request);

        vm.assertEq(minted, id);
        vm.assertEq(registry.ownerOf(id), owner);
        vm.assertFalse(registry.locked(id));
    }

    function test_a_pause_stops_minting_and_lapses() public {
        MintRequest memory request = _house(1);
        MintRequest[] memory requests = new MintRequest[](1);
        requests[0] = request;
        uint64 until = uint64(NOW + 7 days);
        guard.setPaused(until);

        _refuse(request, abi.encodeWithSelector(IPause.ProtocolIsPaused.selector, until));
        vm.expectRevert(abi.encodeWithSelector(IPause.ProtocolIsPaused.selector, until));
        registry.mintBatch(requests);
        vm.warp(until);
        registry.mint(request);
    }

    function test_the_asset_keeps_lowest_value_oldest_sight_and_earliest_expiry() public {
        MintRequest memory request = _house(1);
        request.attestations[1].observedAt = uint64(NOW - 9_000);
        request.attestations[2].validUntil = uint64(NOW + 50);
        _signAll(request);

        registry.mint(request);

        Asset memory asset = registry.assetOf(_idOf(request));
        vm.assertEq(asset.classId, HOUSE);
        vm.assertTrue(asset.status == AssetStatus.Active);
        vm.assertEq(asset.attestedAt, NOW - 9_000);
        vm.assertEq(asset.validUntil, NOW + 50);
        vm.assertEq(asset.appraisalCap, 280_000e6);
    }

    function test_the_lowest_value_stays_whoever_signs_after_it() public {
        MintRequest memory request = _house(1);
        (request.attestations[1].value, request.attestations[2].value) = (280_000e6, 300_000e6);
        _signAll(request);
        MintRequest memory valuedOnce = _house(2);
        (valuedOnce.attestations[1].value, valuedOnce.attestations[2].value) = (290_000e6, 0);
        _signAll(valuedOnce);

        registry.mint(request);
        registry.mint(valuedOnce);

        vm.assertEq(registry.assetOf(_idOf(request)).appraisalCap, 280_000e6);
        vm.assertEq(registry.assetOf(_idOf(valuedOnce)).appraisalCap, 290_000e6);
    }

    function test_an_asset_that_nobody_valued_has_no_cap() public {
        MintRequest memory request = _house(1);
        request.attestations[1].value = 0;
        request.attestations[2].value = 0;
        _signAll(request);

        registry.mint(request);

        vm.assertEq(registry.assetOf(_idOf(request)).appraisalCap, 0);
    }

    function test_every_attestation_is_spent_and_takes_exposure() public {
        MintRequest memory request = _house(1);

        vm.expectEmit(address(registry));
        emit IAssetRegistry.AttestationSpent(
            _idOf(request), vm.addr(keys[1]), _uid(request, 1), APPRAISAL, 300_000e6
        );
        registry.mint(request);

        vm.assertEq(verifiers.committedOf(vm.addr(keys[0])), 0);
        vm.assertEq(verifiers.committedOf(vm.addr(keys[1])), 300_000e6 / FACTOR);
        vm.assertEq(verifiers.committedOf(vm.addr(keys[2])), 280_000e6 / FACTOR);
    }

    /// @custom:invariant A1
    function test_all_anchors_are_claimed_for_the_token() public {
        MintRequest memory request = _house(1);

        registry.mint(request);

        vm.assertEq(registry.tokenByAnchor(request.anchors[0]), _idOf(request));
        vm.assertEq(registry.tokenByAnchor(request.anchors[1]), _idOf(request));
    }

    /// @custom:invariant A1 I-31
    function test_any_taken_anchor_refuses_the_thing() public {
        MintRequest memory first = _house(1);
        registry.mint(first);
        MintRequest memory second = _house(2);
        second.anchors[1] = first.anchors[0];
        _signAll(second);

        _refuse(second, abi.encodeWithSelector(IAssetRegistry.AnchorTaken.selector, _idOf(first)));
        _refuse(first, abi.encodeWithSelector(IAssetRegistry.AnchorTaken.selector, _idOf(first)));
    }

    function test_an_anchor_given_twice_is_claimed_once() public {
        MintRequest memory request = _house(1);
        request.anchors[1] = request.anchors[0];
        _signAll(request);

        registry.mint(request);

        vm.assertEq(registry.tokenByAnchor(request.anchors[0]), _idOf(request));
        vm.assertEq(registry.balanceOf(owner), 1);
    }

    function test_anchors_must_be_there() public {
        MintRequest memory request = _house(1);
        request.anchors[1] = bytes32(0);
        _refuse(request, abi.encodeWithSelector(IAssetRegistry.AnchorsMissing.selector));
        request = _house(1);
        request.anchors[0] = bytes32(0);
        _refuse(request, abi.encodeWithSelector(IAssetRegistry.AnchorsMissing.selector));
        request.anchors = new bytes32[](0);
        _refuse(request, abi.encodeWithSelector(IAssetRegistry.AnchorsMissing.selector));
    }

    function test_requests_have_a_size() public {
        MintRequest memory request = _house(1);
        request.anchors = new bytes32[](17);
        _refuse(request, abi.encodeWithSelector(Attestations.RequestTooLarge.selector));
        request = _house(1);
        request.attestations = new Attestation[](17);
        _refuse(request, abi.encodeWithSelector(Attestations.RequestTooLarge.selector));
    }

    function test_unknown_classes_and_those_without_roles_are_not_minted() public {
        MintRequest memory request = _house(1);
        request.classId = 9;
        _refuse(request, abi.encodeWithSelector(IAssetRegistry.ClassUnknown.selector, 9));
        request.classId = LRT;
        _refuse(request, abi.encodeWithSelector(IAssetRegistry.ClassUnknown.selector, LRT));
    }

    /// @custom:invariant I-31
    function test_a_missing_role_is_named() public {
        MintRequest memory request = _house(1);
        request.attestations[2].role = TITLE;
        _signAll(request);

        _refuse(request, abi.encodeWithSelector(IAssetRegistry.RoleMissing.selector, INSPECTION));
    }

    function test_a_role_is_one_that_the_class_knows() public {
        MintRequest memory request = _house(1);
        uint8[3] memory wrong = [0, TITLE | APPRAISAL, DEVICE];
        for (uint256 i = 0; i < 3; ++i) {
            request.attestations[0].role = wrong[i];
            _signAll(request);
            _refuse(
                request,
                abi.encodeWithSelector(
                    Attestations.RoleInvalid.selector, vm.addr(keys[0]), wrong[i]
                )
            );
        }
    }

    function test_attesters_are_sorted_and_each_counts_once() public {
        MintRequest memory request = _house(1);
        Attestation memory first = request.attestations[0];
        (request.attestations[0], request.attestations[1]) = (request.attestations[1], first);
        _refuse(
            request,
            abi.encodeWithSelector(
                IAssetRegistry.SignersNotSorted.selector, vm.addr(keys[1]), vm.addr(keys[0])
            )
        );
        request.attestations[0] = first;
        _refuse(
            request,
            abi.encodeWithSelector(
                IAssetRegistry.SignersNotSorted.selector, vm.addr(keys[0]), vm.addr(keys[0])
            )
        );
    }

    function test_nobody_attests_his_own_asset() public {
        address verifier = vm.addr(keys[1]);
        bytes memory conflict =
            abi.encodeWithSelector(IAssetRegistry.VerifierConflicted.selector, verifier);
        MintRequest memory request = _house(1);
        request.originator = verifier;
        _signAll(request);
        _refuse(request, conflict);
        request = _house(1);
        request.owner = verifier;
        _signAll(request);
        _refuse(request, conflict);
    }

    /// @dev I-01: what lies in an escrow belongs to a loan.
    function test_nothing_is_minted_into_an_escrow() public {
        uint256 id = registry.mint(_house(1));
        vm.prank(market);
        registry.pledge(id, owner, lane);
        MintRequest memory request = _house(2);
        request.owner = lane;
        _signAll(request);

        _refuse(
            request, abi.encodeWithSelector(IAssetRegistry.AssetLocked.selector, _idOf(request))
        );
    }

    function test_observations_from_the_future_are_refused() public {
        MintRequest memory request = _house(1);
        request.attestations[0].observedAt = uint64(NOW + 61);
        _signAll(request);
        _refuseValidity(request, NOW + 61, NOW + 300 days);
        request.attestations[0].observedAt = uint64(NOW + 60);
        _signAll(request);
        registry.mint(request);
    }

    function test_an_attestation_must_still_run() public {
        MintRequest memory request = _house(1);
        request.attestations[0].validUntil = uint64(NOW);
        _signAll(request);
        _refuseValidity(request, NOW - 100, NOW);
        request.attestations[0].validUntil = uint64(NOW + 1);
        _signAll(request);
        registry.mint(request);
    }

    function test_an_attestation_runs_no_longer_than_its_class_allows() public {
        MintRequest memory request = _house(1);
        uint256 last = NOW - 100 + VALIDITY;
        request.attestations[0].validUntil = uint64(last + 1);
        _signAll(request);
        _refuseValidity(request, NOW - 100, last + 1);
        request.attestations[0].validUntil = uint64(last);
        _signAll(request);
        registry.mint(request);
    }

    function _refuseValidity(MintRequest memory request, uint256 observedAt, uint256 validUntil)
        private
    {
        _refuse(
            request,
            abi.encodeWithSelector(IAssetRegistry.InvalidValidity.selector, observedAt, validUntil)
        );
    }

    /// @dev Class 4: every field is signed.
    /// @custom:invariant A2
    function test_class_4_what_was_signed_cannot_be_changed() public {
        bytes memory reason =
            abi.encodeWithSelector(IAssetRegistry.InvalidSigner.selector, vm.addr(keys[0]));
        registry.setClass(3, TITLE | APPRAISAL | INSPECTION, VALIDITY, FACTOR);
        for (uint256 choice = 0; choice < 13; ++choice) {
            _refuse(_changed(choice), reason);
        }
    }

    function _changed(uint256 choice) private returns (MintRequest memory request) {
        request = _house(1);
        if (choice == 0) request.owner = named("thief");
        else if (choice == 1) request.anchors[1] = keccak256("other deed");
        else if (choice == 2) request.identityCommitment = keccak256("other");
        else if (choice == 3) request.evidenceRoot = keccak256("other");
        else if (choice == 4) request.attestations[0].value = 1;
        else if (choice == 5) request.attestations[0].time += 1;
        else if (choice == 6) request.attestations[0].observedAt += 1;
        else if (choice == 7) request.attestations[0].validUntil += 1;
        else if (choice == 8) request.originator = address(0);
        else if (choice == 9) request.anchors[0] = keccak256("other parcel");
        else if (choice == 10) request.attestations[0].role = INSPECTION;
        else if (choice == 11) request.classId = 3;
        else request.attestations[0].salt = keccak256("other");
    }

    /// @dev Class 3: the domain is never kept, so a fork of the chain takes none of the signatures.
    /// @custom:invariant A2
    function test_class_3_signatures_are_bound_to_the_chain_and_have_a_size() public {
        MintRequest memory request = _house(1);
        bytes memory reason =
            abi.encodeWithSelector(IAssetRegistry.InvalidSigner.selector, vm.addr(keys[0]));
        uint256 chain = block.chainid;
        vm.chainId(chain + 1);
        _refuse(request, reason);
        vm.chainId(chain);
        request.attestations[0].signature = new bytes(2_049);
        _refuse(request, reason);
        request.attestations[0].signature = "";
        _refuse(request, reason);
    }

    /// @custom:invariant A2
    function test_a_uid_is_spent_once() public {
        MintRequest memory request = _house(1);
        request.attestations[1] = _statement(keys[1], TITLE, 0);
        request.attestations[1].salt = request.attestations[0].salt;
        _signAll(request);

        _refuse(request, abi.encodeWithSelector(IAssetRegistry.UidSpent.selector, _uid(request, 0)));
    }

    function test_a_verifier_without_the_role_or_the_bond_is_refused() public {
        MintRequest memory request = _house(1);
        address verifier = vm.addr(keys[1]);
        verifiers.setVerifier(verifier, HOUSE, TITLE);
        _refuse(
            request,
            abi.encodeWithSelector(
                IVerifierRegistry.NotAuthorised.selector, verifier, HOUSE, APPRAISAL
            )
        );
        verifiers.setVerifier(verifier, HOUSE, APPRAISAL);
        verifiers.slash(verifier, 1_000_000e6 - MINIMUM_BOND, 0);
        _refuse(
            request,
            abi.encodeWithSelector(
                IVerifierRegistry.BondTooSmall.selector, verifier, 6_000e6, MINIMUM_BOND
            )
        );
    }
}
