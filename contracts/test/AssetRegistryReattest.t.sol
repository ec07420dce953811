// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {
    Asset,
    AssetStatus,
    IAssetRegistry,
    MintRequest
} from "../src/interfaces/IAssetRegistry.sol";
import {Market} from "./support/Market.sol";
import {RegistryBase} from "./support/RegistryBase.sol";
import {TITLE} from "./support/Roles.sol";

contract AssetRegistryReattestTest is RegistryBase {
    uint256 private constant LATER = NOW + 100 days;
    uint256 private id;
    Market private book;

    function setUp() public override {
        super.setUp();
        book = new Market(registry);
        registry.setMarket(address(book), true);
        id = registry.mint(_house(1));
        vm.warp(LATER);
    }

    function _refuse(MintRequest memory request, bytes memory reason) private {
        vm.expectRevert(reason);
        registry.reattest(request, 0, new bytes32[](0));
    }

    function test_a_fresh_quorum_renews_cap_and_validity() public {
        MintRequest memory request = _house(1);
        request.attestations[1].value = 350_000e6;
        request.attestations[2].value = 340_000e6;
        _signAll(request);

        vm.expectEmit(address(registry));
        emit IAssetRegistry.AssetReattested(
            id, 340_000e6, uint64(LATER - 100), uint64(LATER + 300 days), request.evidenceRoot
        );
        vm.prank(named("anyone"));
        registry.reattest(request, 0, new bytes32[](0));

        Asset memory asset = registry.assetOf(id);
        vm.assertEq(asset.appraisalCap, 340_000e6);
        vm.assertEq(asset.attestedAt, LATER - 100);
        vm.assertEq(asset.validUntil, LATER + 300 days);
        vm.assertEq(registry.acceptedAt(id), LATER);
        vm.assertEq(registry.ownerOf(id), owner);
    }

    function test_it_takes_exposure_beside_that_of_the_first_quorum() public {
        registry.reattest(_house(1), 0, new bytes32[](0));

        vm.assertEq(verifiers.committedOf(vm.addr(keys[1])), 2 * 300_000e6 / FACTOR);
    }

    /// @dev Class 3: a quorum of before cannot be brought again, however it is mixed.
    /// @custom:invariant A2
    function test_class_3_no_attestation_counts_for_a_second_quorum() public {
        MintRequest memory fresh = _house(1);
        registry.reattest(fresh, 0, new bytes32[](0));
        bytes memory old =
            abi.encodeWithSelector(IAssetRegistry.ObservationOld.selector, LATER - 100, LATER + 60);
        _refuse(fresh, old);
        vm.warp(LATER + 1 days);
        MintRequest memory mixed = _house(1);
        mixed.attestations[1] = fresh.attestations[1];

        _refuse(mixed, old);
    }

    /// @dev An observation may be 60 s ahead of the chain's clock, so the next ones are younger.
    function test_observations_are_younger_than_any_accepted_before() public {
        vm.warp(NOW + 160);
        _refuse(
            _house(1),
            abi.encodeWithSelector(IAssetRegistry.ObservationOld.selector, NOW + 60, NOW + 60)
        );
        vm.warp(NOW + 161);
        registry.reattest(_house(1), 0, new bytes32[](0));
    }

    function test_the_recipient_is_the_holder() public {
        address buyer = named("buyer");
        vm.prank(owner);
        registry.transferFrom(owner, buyer, id);
        MintRequest memory request = _house(1);
        _refuse(
            request,
            abi.encodeWithSelector(IERC721Errors.ERC721IncorrectOwner.selector, owner, id, buyer)
        );
        request.owner = buyer;
        _signAll(request);

        registry.reattest(request, 0, new bytes32[](0));
    }

    function test_the_recipient_of_a_pledged_token_is_its_recorded_owner() public {
        book.open(7, id, owner);
        vm.assertEq(registry.recordedOwnerOf(id, 7, new bytes32[](0)), owner);

        registry.reattest(_house(1), 7, new bytes32[](0));

        vm.assertEq(registry.ownerOf(id), address(book));
        vm.assertEq(registry.assetOf(id).validUntil, LATER + 300 days);
        vm.warp(LATER + 10 days);
        MintRequest memory request = _house(1);
        request.owner = address(book);
        _signAll(request);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC721Errors.ERC721IncorrectOwner.selector, address(book), id, owner
            )
        );
        registry.reattest(request, 7, new bytes32[](0));
    }

    /// @dev A borrower of the same market speaks for its own loan's assets only.
    function test_another_loan_of_the_market_names_no_owner() public {
        address stranger = named("stranger");
        MintRequest memory request = _house(2);
        request.owner = stranger;
        _signAll(request);
        uint256 theirs = registry.mint(request);
        book.open(7, id, owner);
        book.open(8, theirs, stranger);

        _refuseLoan(8);
    }

    /// @dev A loan that is closed still names what it returned; the owner may be another by now.
    function test_only_the_loan_that_holds_the_token_names_its_owner() public {
        address buyer = named("buyer");
        book.open(7, id, owner);
        book.close(7);
        vm.prank(owner);
        registry.transferFrom(owner, buyer, id);
        book.open(8, id, buyer);

        vm.assertEq(registry.recordedOwnerOf(id, 8, new bytes32[](0)), buyer);
        _refuseLoan(7);
        _refuseLoan(0);
    }

    function _refuseLoan(uint64 loanId) private {
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.NotPledged.selector, id, loanId));
        registry.reattest(_house(1), loanId, new bytes32[](0));
    }

    function test_the_owner_of_a_pledged_token_does_not_verify_it() public {
        address verifier = vm.addr(keys[1]);
        MintRequest memory request = _house(2);
        uint256 other = registry.mint(request);
        vm.prank(owner);
        registry.transferFrom(owner, verifier, other);
        book.open(9, other, verifier);
        vm.warp(LATER + 1 days);
        request = _house(2);
        request.owner = verifier;
        _signAll(request);

        vm.expectRevert(
            abi.encodeWithSelector(IAssetRegistry.VerifierConflicted.selector, verifier)
        );
        registry.reattest(request, 9, new bytes32[](0));
    }

    /// @dev Rule A1: after a rotation of the key both versions are claimed.
    /// @custom:invariant A1
    function test_new_anchors_are_claimed_for_the_token() public {
        MintRequest memory request = _house(1);
        request.anchors = new bytes32[](3);
        request.anchors[0] = bytes32(id);
        request.anchors[1] = keccak256("parcel under the new key");
        request.anchors[2] = keccak256("deed under the new key");
        _signAll(request);
        registry.reattest(request, 0, new bytes32[](0));

        vm.assertEq(registry.tokenByAnchor(request.anchors[1]), id);
        MintRequest memory again = _house(2);
        again.anchors[0] = request.anchors[2];
        _signAll(again);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AnchorTaken.selector, id));
        registry.mint(again);
    }

    function test_an_anchor_of_another_token_is_refused() public {
        uint256 other = registry.mint(_house(2));
        MintRequest memory request = _house(1);
        request.anchors[1] = keccak256(abi.encode("deed", uint256(2)));
        _signAll(request);
        _refuse(request, abi.encodeWithSelector(IAssetRegistry.AnchorTaken.selector, other));
        request.anchors[1] = bytes32(other);
        _signAll(request);
        _refuse(request, abi.encodeWithSelector(IAssetRegistry.AnchorTaken.selector, other));
    }

    function test_a_second_anchor_is_no_token() public {
        MintRequest memory request = _house(1);
        (request.anchors[0], request.anchors[1]) = (request.anchors[1], request.anchors[0]);
        _signAll(request);

        _refuse(
            request,
            abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, _idOf(request))
        );
    }

    function test_validity_is_extended_never_shortened() public {
        MintRequest memory request = _house(1);
        request.attestations[0].validUntil = uint64(NOW + 300 days - 1);
        _signAll(request);
        _refuse(
            request,
            abi.encodeWithSelector(
                IAssetRegistry.ValidityShortened.selector, NOW + 300 days, NOW + 300 days - 1
            )
        );
        request.attestations[0].validUntil = uint64(NOW + 300 days);
        _signAll(request);
        registry.reattest(request, 0, new bytes32[](0));
    }

    function test_the_class_stays() public {
        registry.setClass(3, TITLE | 6, VALIDITY, FACTOR);
        MintRequest memory request = _house(1);
        request.classId = 3;
        _signAll(request);

        _refuse(request, abi.encodeWithSelector(IAssetRegistry.ClassMismatch.selector, HOUSE, 3));
    }

    function test_a_frozen_asset_is_attested_anew_and_stays_frozen() public {
        registry.setStatus(id, AssetStatus.Frozen);

        registry.reattest(_house(1), 0, new bytes32[](0));

        vm.assertTrue(registry.assetOf(id).status == AssetStatus.Frozen);
    }

    function test_a_revoked_asset_is_not_attested_anew() public {
        registry.setStatus(id, AssetStatus.Revoked);

        _refuse(
            _house(1),
            abi.encodeWithSelector(IAssetRegistry.AssetNotActive.selector, id, AssetStatus.Revoked)
        );
    }

    function test_the_whole_quorum_is_needed_again() public {
        MintRequest memory request = _house(1);
        request.attestations[2].role = TITLE;
        _signAll(request);

        _refuse(request, abi.encodeWithSelector(IAssetRegistry.RoleMissing.selector, 4));
    }
}
