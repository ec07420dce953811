// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {Attestation, IAssetRegistry, MintRequest} from "../src/interfaces/IAssetRegistry.sol";
import {RegistryBase} from "./support/RegistryBase.sol";

contract AssetRegistryRevocationTest is RegistryBase {
    function _minted() private returns (MintRequest memory request, uint256 id) {
        request = _house(1);
        id = registry.mint(request);
    }

    /// @dev As the EAS tooling does it.
    function _revoke(address attester, bytes32 uid) private {
        vm.prank(attester);
        eas.revokeOffchain(uid);
    }

    function test_an_attestation_that_its_verifier_took_back_mints_nothing() public {
        MintRequest memory request = _house(1);
        bytes32 uid = _uid(request, 1);
        _revoke(vm.addr(keys[1]), uid);

        vm.expectRevert(
            abi.encodeWithSelector(
                IAssetRegistry.AttestationWithdrawn.selector, vm.addr(keys[1]), uid
            )
        );
        registry.mint(request);
    }

    function test_nobody_takes_back_what_another_attested() public {
        MintRequest memory request = _house(1);
        _revoke(vm.addr(keys[0]), _uid(request, 1));

        registry.mint(request);
    }

    function test_a_revocation_ends_the_assets_validity() public {
        (MintRequest memory request, uint256 id) = _minted();
        bytes32 uid = _uid(request, 1);
        vm.warp(NOW + 5 days);
        _revoke(vm.addr(keys[1]), uid);

        vm.expectEmit(address(registry));
        emit IAssetRegistry.AttestationRevoked(id, vm.addr(keys[1]), uid);
        vm.expectEmit(address(registry));
        emit IAssetRegistry.AssetExpired(id, uint64(NOW + 5 days - 1));
        vm.prank(named("anyone"));
        registry.noteRevocation(request, 1);

        vm.assertEq(registry.assetOf(id).validUntil, NOW + 5 days - 1);
        vm.assertEq(registry.ownerOf(id), owner);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAssetRegistry.AssetExpiredAlready.selector, id, NOW + 5 days - 1
            )
        );
        registry.noteRevocation(request, 1);
    }

    function test_signatures_are_not_needed_to_show_the_quorum() public {
        (MintRequest memory request,) = _minted();
        _revoke(vm.addr(keys[2]), _uid(request, 2));
        for (uint256 i = 0; i < 3; ++i) {
            request.attestations[i].signature = "";
        }

        registry.noteRevocation(request, 2);
    }

    function test_without_a_revocation_nothing_ends() public {
        (MintRequest memory request,) = _minted();
        bytes32 uid = _uid(request, 1);
        _revoke(vm.addr(keys[0]), uid);

        vm.expectRevert(
            abi.encodeWithSelector(IAssetRegistry.NotRevoked.selector, vm.addr(keys[1]), uid)
        );
        registry.noteRevocation(request, 1);
    }

    /// @dev Whoever made up a quorum could otherwise end anybody's validity.
    function test_only_the_quorum_that_was_accepted_counts() public {
        (MintRequest memory request, uint256 id) = _minted();
        bytes memory reason = abi.encodeWithSelector(IAssetRegistry.QuorumMismatch.selector, id);
        for (uint256 choice = 0; choice < 5; ++choice) {
            MintRequest memory other = _house(1);
            if (choice == 0) other.attestations[1].attester = named("intruder");
            else if (choice == 1) other.attestations[1].salt = keccak256("other");
            else if (choice == 2) other.evidenceRoot = keccak256("other");
            else if (choice == 3) other.attestations = new Attestation[](0);
            else other.owner = named("intruder");
            if (choice != 3) _revoke(other.attestations[1].attester, _uid(other, 1));
            vm.expectRevert(reason);
            registry.noteRevocation(other, 1);
        }
        vm.assertEq(registry.assetOf(id).validUntil, request.attestations[0].validUntil);
    }

    /// @dev After a fresh quorum the old one is nobody's concern.
    function test_an_attestation_of_the_quorum_before_ends_nothing() public {
        (MintRequest memory first, uint256 id) = _minted();
        vm.warp(NOW + 50 days);
        registry.reattest(_house(1), 0, new bytes32[](0));
        _revoke(vm.addr(keys[1]), _uid(first, 1));

        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.QuorumMismatch.selector, id));
        registry.noteRevocation(first, 1);
    }

    function test_a_fresh_quorum_restores_the_validity() public {
        (MintRequest memory request, uint256 id) = _minted();
        _revoke(vm.addr(keys[1]), _uid(request, 1));
        registry.noteRevocation(request, 1);
        vm.warp(NOW + 2 days);

        registry.reattest(_house(1), 0, new bytes32[](0));

        vm.assertEq(registry.assetOf(id).validUntil, NOW + 302 days);
    }

    function test_governance_ends_the_validity_of_any_asset_once() public {
        (, uint256 id) = _minted();

        vm.expectEmit(address(registry));
        emit IAssetRegistry.AssetExpired(id, uint64(NOW - 1));
        registry.expire(id);

        vm.expectRevert(
            abi.encodeWithSelector(IAssetRegistry.AssetExpiredAlready.selector, id, NOW - 1)
        );
        registry.expire(id);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 5));
        registry.expire(5);
    }

    function test_an_asset_in_its_last_second_still_ends_and_after_it_no_more() public {
        (, uint256 id) = _minted();
        uint256 other = registry.mint(_house(2));
        vm.warp(NOW + 300 days);
        registry.expire(id);

        vm.assertEq(registry.assetOf(id).validUntil, NOW + 300 days - 1);
        vm.warp(NOW + 300 days + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAssetRegistry.AssetExpiredAlready.selector, other, NOW + 300 days
            )
        );
        registry.expire(other);
    }
}
