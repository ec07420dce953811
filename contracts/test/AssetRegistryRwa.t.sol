// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Attestations} from "../src/Attestations.sol";
import {Attestation, IAssetRegistry, MintRequest} from "../src/interfaces/IAssetRegistry.sol";
import {IVerifierRegistry} from "../src/interfaces/IVerifierRegistry.sol";
import {Market} from "./support/Market.sol";
import {RegistryBase} from "./support/RegistryBase.sol";
import {APPRAISAL, TITLE} from "./support/Roles.sol";
import {TalkativeWallet} from "./support/Wallets.sol";

/// @title What goes wrong where tokens stand for things
contract AssetRegistryRwaTest is RegistryBase {
    /// @dev A verifier that is dismissed in the middle of a loan takes nothing from its borrower.
    /// @custom:invariant I-31
    function test_rwa_a_verifier_dismissed_during_a_loan_vouches_for_nothing_more() public {
        Market book = new Market(registry);
        registry.setMarket(address(book), true);
        uint256 id = registry.mint(_house(1));
        book.open(1, id, owner);
        address verifier = vm.addr(keys[1]);
        uint256 committed = verifiers.committedOf(verifier);

        verifiers.setVerifier(verifier, HOUSE, 0);

        vm.assertEq(registry.assetOf(id).validUntil, NOW + 300 days);
        vm.assertEq(verifiers.committedOf(verifier), committed);
        vm.warp(NOW + 1 days);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVerifierRegistry.NotAuthorised.selector, verifier, HOUSE, APPRAISAL
            )
        );
        registry.reattest(_house(1), 1, new bytes32[](0));
        book.close(1);
        vm.assertEq(registry.ownerOf(id), owner);
    }

    /// @dev Exposure is never changed by the end of a loan (rule A4).
    /// @custom:invariant A4
    function test_rwa_the_end_of_a_loan_frees_no_bond() public {
        Market book = new Market(registry);
        registry.setMarket(address(book), true);
        uint256 id = registry.mint(_house(1));
        uint256 committed = verifiers.committedOf(vm.addr(keys[1]));

        book.open(1, id, owner);
        book.close(1);

        vm.assertEq(verifiers.committedOf(vm.addr(keys[1])), committed);
        vm.assertGt(committed, 0);
    }

    /// @dev One serial number makes one token, whatever class, owner and other identifiers it has.
    function test_rwa_a_thing_is_not_made_two_tokens_under_another_class() public {
        MintRequest memory first = _house(1);
        uint256 id = registry.mint(first);
        registry.setClass(3, TITLE, VALIDITY, FACTOR);
        verifiers.setVerifier(vm.addr(keys[0]), 3, TITLE);
        MintRequest memory second = _house(2);
        second.classId = 3;
        second.owner = named("other owner");
        second.anchors[1] = first.anchors[1];
        _signAll(second);

        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AnchorTaken.selector, id));
        registry.mint(second);
    }

    function test_rwa_requests_go_up_to_their_size() public {
        uint256[] memory many = keysFrom(9_000, 17);
        MintRequest memory request = _house(1);
        request.anchors = new bytes32[](16);
        for (uint256 i = 0; i < 16; ++i) {
            request.anchors[i] = keccak256(abi.encode("anchor", i));
        }
        registry.setClass(HOUSE, TITLE, VALIDITY, FACTOR);
        _byMany(request, many, 17);
        vm.expectRevert(abi.encodeWithSelector(Attestations.RequestTooLarge.selector));
        registry.mint(request);
        _byMany(request, many, 16);
        uint256 id = registry.mint(request);

        vm.assertEq(registry.tokenByAnchor(request.anchors[15]), id);
    }

    function _byMany(MintRequest memory request, uint256[] memory many, uint256 count) private {
        request.attestations = new Attestation[](count);
        for (uint256 i = 0; i < count; ++i) {
            _appoint(vm.addr(many[i]));
            request.attestations[i] = _statement(many[i], TITLE, 0);
        }
        for (uint256 i = 0; i < count; ++i) {
            _sign(request, i, many[i]);
        }
    }

    function test_rwa_a_wallets_signature_goes_up_to_its_size() public {
        address wallet = address(new TalkativeWallet());
        registry.setClass(HOUSE, TITLE, VALIDITY, FACTOR);
        _appoint(wallet);
        MintRequest memory request = _house(1);
        request.attestations = new Attestation[](1);
        request.attestations[0] = _statement(keys[0], TITLE, 0);
        request.attestations[0].attester = wallet;
        request.attestations[0].signature = new bytes(2_049);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.InvalidSigner.selector, wallet));
        registry.mint(request);
        request.attestations[0].signature = new bytes(2_048);

        registry.mint(request);
    }
}
