// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {Attestations} from "../src/Attestations.sol";
import {AssetStatus, IAssetRegistry} from "../src/interfaces/IAssetRegistry.sol";
import {EasAttestation} from "../src/libraries/EasAttestation.sol";
import {RegistryBase} from "./support/RegistryBase.sol";
import {TITLE} from "./support/Roles.sol";

abstract contract MintedBase is RegistryBase {
    uint256 internal id;
    address internal buyer = named("buyer");

    function setUp() public override {
        super.setUp();
        id = registry.mint(_house(1));
    }

    function _pledge() internal {
        vm.prank(market);
        registry.pledge(id, owner, lane);
    }

    function _refuseInactive(AssetStatus status) internal {
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AssetNotActive.selector, id, status));
    }
}

contract AssetRegistryPledgeTest is MintedBase {
    /// @custom:invariant D9
    function test_a_pledge_moves_the_token_to_the_lane_and_shows_it_locked() public {
        vm.expectEmit(address(registry));
        emit IAssetRegistry.Locked(id);
        _pledge();

        vm.assertEq(registry.ownerOf(id), lane);
        vm.assertEq(registry.lockerOf(id), lane);
        vm.assertTrue(registry.locked(id));
        vm.assertTrue(registry.isEscrow(lane));
    }

    function test_balances_count_tokens_of_owners_and_of_escrows_alike() public {
        uint256 before = registry.balanceOf(owner);

        _pledge();

        vm.assertEq(registry.balanceOf(lane), 1);
        vm.assertEq(registry.balanceOf(owner), before - 1);
        vm.assertFalse(registry.isEscrow(owner));
    }

    function test_an_emptied_escrow_stays_one_and_counts_no_token() public {
        _pledge();

        vm.prank(lane);
        registry.transferFrom(lane, owner, id);

        vm.assertTrue(registry.isEscrow(lane));
        vm.assertEq(registry.balanceOf(lane), 0);
    }

    function test_nobody_is_no_escrow_and_has_no_balance() public {
        vm.assertFalse(registry.isEscrow(address(0)));
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Errors.ERC721InvalidOwner.selector, address(0))
        );
        registry.balanceOf(address(0));
    }

    function test_the_lane_returns_the_token_unlocked() public {
        _pledge();

        vm.expectEmit(address(registry));
        emit IAssetRegistry.Unlocked(id);
        vm.prank(lane);
        registry.transferFrom(lane, owner, id);

        vm.assertEq(registry.ownerOf(id), owner);
        vm.assertEq(registry.lockerOf(id), address(0));
    }

    /// @custom:invariant A3 I-11
    function test_only_a_granted_market_pledges() public {
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.NotMarket.selector, owner));
        registry.pledge(id, owner, lane);
        registry.setMarket(market, false);
        vm.prank(market);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.NotMarket.selector, market));
        registry.pledge(id, owner, lane);
    }

    function test_only_its_owners_token_is_pledged() public {
        vm.prank(market);
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Errors.ERC721IncorrectOwner.selector, buyer, id, owner)
        );
        registry.pledge(id, buyer, lane);
    }

    /// @custom:invariant I-01
    function test_a_pledged_token_is_not_pledged_again() public {
        _pledge();

        vm.prank(market);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AssetLocked.selector, id));
        registry.pledge(id, lane, otherLane);
    }

    function test_an_unknown_token_and_a_lane_of_zero_are_refused() public {
        vm.startPrank(market);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 5));
        registry.pledge(5, owner, lane);
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0))
        );
        registry.pledge(id, owner, address(0));
    }

    /// @custom:invariant I-31
    function test_a_frozen_or_revoked_token_is_not_pledged() public {
        registry.setStatus(id, AssetStatus.Frozen);
        vm.prank(market);
        _refuseInactive(AssetStatus.Frozen);
        registry.pledge(id, owner, lane);
        registry.setStatus(id, AssetStatus.Revoked);
        vm.prank(market);
        _refuseInactive(AssetStatus.Revoked);
        registry.pledge(id, owner, lane);
    }

    function test_the_owners_approvals_end_with_the_pledge() public {
        vm.prank(owner);
        registry.approve(buyer, id);
        _pledge();

        vm.prank(buyer);
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, buyer, id)
        );
        registry.transferFrom(lane, buyer, id);
    }

    function test_a_token_returns_without_approvals() public {
        vm.prank(owner);
        registry.approve(buyer, id);
        _pledge();

        vm.prank(lane);
        registry.transferFrom(lane, owner, id);

        vm.assertEq(registry.getApproved(id), address(0));
    }

    /// @dev As ERC-7066 asks.
    function test_nobody_is_approved_for_a_locked_token() public {
        _pledge();

        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AssetLocked.selector, id));
        vm.prank(lane);
        registry.approve(buyer, id);
        vm.prank(lane);
        registry.transferFrom(lane, owner, id);
        vm.prank(owner);
        registry.approve(buyer, id);
        vm.assertEq(registry.getApproved(id), buyer);
    }

    function test_an_operator_of_the_owner_has_no_power_over_a_locked_token() public {
        vm.prank(owner);
        registry.setApprovalForAll(buyer, true);
        _pledge();

        vm.startPrank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AssetLocked.selector, id));
        registry.approve(buyer, id);
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, buyer, id)
        );
        registry.transferFrom(lane, buyer, id);
    }

    /// @dev Class 23: one token cannot secure two loans, in one market or in two.
    function test_class_23_no_second_market_takes_what_the_first_one_holds() public {
        address second = named("second market");
        registry.setMarket(second, true);
        _pledge();

        vm.startPrank(second);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AssetLocked.selector, id));
        registry.pledge(id, owner, otherLane);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AssetLocked.selector, id));
        registry.pledge(id, lane, otherLane);
    }

    function test_nobody_sends_a_token_to_an_escrow_by_mistake() public {
        uint256 other = registry.mint(_house(2));
        _pledge();

        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AssetLocked.selector, other));
        registry.transferFrom(owner, lane, other);
    }

    /// @dev Rule L1: pledges of different owners to different lanes share no written slot.
    function test_pledges_of_different_owners_and_lanes_write_no_common_slot() public {
        uint256 other = registry.mint(_house(2));
        address secondOwner = named("second owner");
        vm.prank(owner);
        registry.transferFrom(owner, secondOwner, other);

        bytes32[] memory first = _writes(id, owner, lane);
        bytes32[] memory second = _writes(other, secondOwner, otherLane);

        vm.assertGt(first.length, 0);
        for (uint256 i = 0; i < first.length; ++i) {
            for (uint256 j = 0; j < second.length; ++j) {
                vm.assertNotEq(first[i], second[j]);
            }
        }
    }

    function _writes(uint256 tokenId, address holder, address to)
        private
        returns (bytes32[] memory writes)
    {
        vm.record();
        vm.prank(market);
        registry.pledge(tokenId, holder, to);
        (, writes) = vm.accesses(address(registry));
    }
}

contract AssetRegistryStatusTest is MintedBase {
    function test_an_active_token_moves_freely() public {
        vm.prank(owner);
        registry.transferFrom(owner, buyer, id);

        vm.assertEq(registry.ownerOf(id), buyer);
    }

    function test_a_frozen_token_stays_where_it_is_until_thawed() public {
        vm.expectEmit(address(registry));
        emit IAssetRegistry.AssetStatusChanged(id, AssetStatus.Frozen);
        registry.setStatus(id, AssetStatus.Frozen);

        vm.prank(owner);
        _refuseInactive(AssetStatus.Frozen);
        registry.transferFrom(owner, buyer, id);
        registry.setStatus(id, AssetStatus.Active);
        vm.prank(owner);
        registry.transferFrom(owner, buyer, id);
    }

    /// @dev Rule D9.
    /// @custom:invariant D9 I-31
    function test_a_frozen_token_is_returned_from_escrow_but_moves_no_further() public {
        _pledge();
        registry.setStatus(id, AssetStatus.Frozen);

        vm.prank(lane);
        registry.transferFrom(lane, owner, id);

        vm.assertEq(registry.ownerOf(id), owner);
        vm.prank(owner);
        _refuseInactive(AssetStatus.Frozen);
        registry.transferFrom(owner, buyer, id);
    }

    function test_revocation_is_final() public {
        registry.setStatus(id, AssetStatus.Revoked);

        _refuseInactive(AssetStatus.Revoked);
        registry.setStatus(id, AssetStatus.Active);
    }

    function test_status_is_that_of_a_token_and_never_none() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 5));
        registry.setStatus(5, AssetStatus.Frozen);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, id));
        registry.setStatus(id, AssetStatus.None);
    }

    function test_views_of_an_unknown_token() public {
        vm.assertTrue(registry.assetOf(5).status == AssetStatus.None);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 5));
        registry.locked(5);
    }
}

contract AssetRegistryGovernanceTest is MintedBase {
    function test_setClass_changes_roles_and_validity() public {
        vm.expectEmit(address(registry));
        emit Attestations.ClassSet(5, TITLE, 30 days, 40);
        registry.setClass(5, TITLE, 30 days, 40);

        vm.assertEq(registry.requiredRoles(5), TITLE);
        vm.assertEq(registry.maxValidity(5), 30 days);
        vm.assertEq(registry.bondFactor(5), 40);
    }

    function test_setClass_has_bounds() public {
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.ClassUnknown.selector, 0));
        registry.setClass(0, TITLE, 1, 50);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.ClassUnknown.selector, 16));
        registry.setClass(16, TITLE, 1, 50);
        vm.expectRevert(abi.encodeWithSelector(Attestations.RolesOutOfBounds.selector, 16));
        registry.setClass(15, 16, 1, 50);
        registry.setClass(15, 15, 1, 50);
        vm.expectRevert(
            abi.encodeWithSelector(Attestations.ValidityOutOfBounds.selector, 730 days + 1)
        );
        registry.setClass(5, TITLE, 730 days + 1, 50);
        uint16[2] memory factors = [0, 1_001];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(Attestations.BondFactorOutOfBounds.selector, factors[i])
            );
            registry.setClass(5, TITLE, 1, factors[i]);
        }
        registry.setClass(5, TITLE, 730 days, 1);
        registry.setClass(5, TITLE, 730 days, 1_000);
    }

    /// @custom:invariant A3
    function test_setMarket_grants_and_takes_back() public {
        vm.expectEmit(address(registry));
        emit IAssetRegistry.MarketGranted(buyer, true);
        registry.setMarket(buyer, true);
        vm.assertTrue(registry.isMarket(buyer));
        registry.setMarket(buyer, false);
        vm.assertFalse(registry.isMarket(buyer));
    }

    /// @custom:invariant I-32
    function test_setters_are_the_governors() public {
        vm.startPrank(named("stranger"));

        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        registry.setClass(5, TITLE, 1, 50);
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        registry.setMarket(buyer, true);
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        registry.setStatus(id, AssetStatus.Frozen);
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        registry.expire(id);
    }

    function test_it_says_which_interfaces_it_has() public view {
        bytes4[4] memory has =
            [bytes4(0x01ffc9a7), 0x80ac58cd, 0xb45a3c0e, type(IAssetRegistry).interfaceId];
        for (uint256 i = 0; i < 4; ++i) {
            vm.assertTrue(registry.supportsInterface(has[i]));
        }
        vm.assertFalse(registry.supportsInterface(0x780e9d63), "no enumeration");
    }

    function test_the_schemas_id_is_what_EAS_computes() public pure {
        vm.assertEq(EasAttestation.SCHEMA_UID, _schemaUid());
        vm.assertEq(EasAttestation.SCHEMA, SCHEMA);
    }
}
