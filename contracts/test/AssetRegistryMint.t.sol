// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetRegistry} from "../src/AssetRegistry.sol";
import {
    Asset,
    AssetStatus,
    Attestation,
    IAssetRegistry,
    MintRequest
} from "../src/interfaces/IAssetRegistry.sol";
import {IVerifierRegistry} from "../src/interfaces/IVerifierRegistry.sol";
import {RegistryBase} from "./support/RegistryBase.sol";
import {APPRAISAL, DEVICE, INSPECTION, TITLE} from "./support/Roles.sol";
import {HungryWallet, TalkativeWallet, Wallet} from "./support/Wallets.sol";

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

        for (uint256 i = 0; i < 3; ++i) {
            vm.assertTrue(registry.isSpent(_uid(request, i)));
        }
        vm.assertEq(verifiers.exposureOf(vm.addr(keys[0])), 0);
        vm.assertEq(verifiers.exposureOf(vm.addr(keys[1])), 300_000e6);
        vm.assertEq(verifiers.exposureOf(vm.addr(keys[2])), 280_000e6);
    }

    function test_all_anchors_are_claimed_for_the_token() public {
        MintRequest memory request = _house(1);

        registry.mint(request);

        vm.assertEq(registry.tokenByAnchor(request.anchors[0]), _idOf(request));
        vm.assertEq(registry.tokenByAnchor(request.anchors[1]), _idOf(request));
    }

    function test_any_taken_anchor_refuses_the_thing() public {
        MintRequest memory first = _house(1);
        registry.mint(first);
        MintRequest memory second = _house(2);
        second.anchors[1] = first.anchors[0];
        _signAll(second);

        _refuse(
            second, abi.encodeWithSelector(IAssetRegistry.AnchorTaken.selector, _idOf(first))
        );
        _refuse(first, abi.encodeWithSelector(IAssetRegistry.AnchorTaken.selector, _idOf(first)));
    }

    function test_an_anchor_given_twice_is_taken() public {
        MintRequest memory request = _house(1);
        request.anchors[1] = request.anchors[0];
        _signAll(request);

        _refuse(
            request, abi.encodeWithSelector(IAssetRegistry.AnchorTaken.selector, _idOf(request))
        );
    }

    function test_anchors_must_be_there() public {
        MintRequest memory request = _house(1);
        request.anchors[1] = bytes32(0);
        _refuse(request, abi.encodeWithSelector(IAssetRegistry.AnchorsMissing.selector));
        request.anchors = new bytes32[](0);
        _refuse(request, abi.encodeWithSelector(IAssetRegistry.AnchorsMissing.selector));
    }

    function test_requests_have_a_size() public {
        MintRequest memory request = _house(1);
        request.anchors = new bytes32[](17);
        _refuse(request, abi.encodeWithSelector(AssetRegistry.RequestTooLarge.selector));
        request = _house(1);
        request.attestations = new Attestation[](17);
        _refuse(request, abi.encodeWithSelector(AssetRegistry.RequestTooLarge.selector));
    }

    function test_unknown_classes_and_those_without_roles_are_not_minted() public {
        MintRequest memory request = _house(1);
        request.classId = 9;
        _refuse(request, abi.encodeWithSelector(IAssetRegistry.ClassUnknown.selector, 9));
        request.classId = LRT;
        _refuse(request, abi.encodeWithSelector(IAssetRegistry.ClassUnknown.selector, LRT));
    }

    function test_a_missing_role_is_named() public {
        MintRequest memory request = _house(1);
        request.attestations[2].role = TITLE;
        _signAll(request);

        _refuse(
            request, abi.encodeWithSelector(IAssetRegistry.RoleMissing.selector, INSPECTION)
        );
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
                    AssetRegistry.RoleInvalid.selector, vm.addr(keys[0]), wrong[i]
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
        _refuse(request, conflict);
        request = _house(1);
        request.owner = verifier;
        _signAll(request);
        _refuse(request, conflict);
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
            abi.encodeWithSelector(
                IAssetRegistry.InvalidValidity.selector, observedAt, validUntil
            )
        );
    }

    function test_what_was_signed_cannot_be_changed() public {
        bytes memory reason =
            abi.encodeWithSelector(IAssetRegistry.InvalidSigner.selector, vm.addr(keys[0]));
        for (uint256 choice = 0; choice < 9; ++choice) {
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
        else request.attestations[0].salt = keccak256("other");
    }

    function test_signatures_are_bound_to_the_chain_and_have_a_size() public {
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

    function test_a_uid_is_spent_once() public {
        MintRequest memory request = _house(1);
        request.attestations[1] = _statement(keys[1], TITLE, 0);
        request.attestations[1].salt = request.attestations[0].salt;
        _signAll(request);

        _refuse(
            request, abi.encodeWithSelector(IAssetRegistry.UidSpent.selector, _uid(request, 0))
        );
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
        verifiers.slash(verifier, 999_999e6, address(this));
        _refuse(
            request,
            abi.encodeWithSelector(
                IVerifierRegistry.BondTooSmall.selector, verifier, 300_000e6, 50e6
            )
        );
    }
}

contract AssetRegistryWalletTest is RegistryBase {
    /// @dev The title attestation alone, by a wallet; the class then asks for the title only.
    function _byWallet(address wallet) internal returns (MintRequest memory request) {
        registry.setClass(HOUSE, TITLE, VALIDITY);
        _appoint(wallet);
        request = _house(1);
        Attestation[] memory one = new Attestation[](1);
        one[0] = request.attestations[0];
        one[0].attester = wallet;
        request.attestations = one;
        _sign(request, 0, 42);
    }

    function test_a_contract_wallet_may_attest() public {
        MintRequest memory request = _byWallet(address(new Wallet(vm.addr(42))));

        uint256 id = registry.mint(request);

        vm.assertEq(registry.ownerOf(id), owner);
    }

    function test_a_contract_wallet_may_refuse() public {
        address wallet = address(new Wallet(vm.addr(43)));
        MintRequest memory request = _byWallet(wallet);

        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.InvalidSigner.selector, wallet));
        registry.mint(request);
    }

    function test_a_wallet_cannot_eat_all_the_gas() public {
        MintRequest memory request = _byWallet(address(new HungryWallet()));

        uint256 before = gasleft();
        vm.expectPartialRevert(IAssetRegistry.InvalidSigner.selector);
        registry.mint(request);

        vm.assertLt(before - gasleft(), 400_000);
    }

    function test_a_long_answer_is_read_to_its_first_word_only() public {
        MintRequest memory request = _byWallet(address(new TalkativeWallet()));

        registry.mint(request);

        vm.assertEq(registry.balanceOf(owner), 1);
    }

    function test_an_account_with_a_key_and_code_signs_with_its_key() public {
        MintRequest memory request = _house(1);
        vm.etch(vm.addr(keys[0]), hex"00");

        registry.mint(request);

        vm.assertEq(registry.balanceOf(owner), 1);
    }
}

contract AssetRegistryMintBatchTest is RegistryBase {
    function test_a_failing_request_leaves_the_others_alone() public {
        MintRequest[] memory requests = new MintRequest[](3);
        requests[0] = _house(1);
        requests[1] = _house(2);
        requests[1].attestations[1].signature = "";
        requests[2] = _house(3);
        bytes memory reason =
            abi.encodeWithSelector(IAssetRegistry.InvalidSigner.selector, vm.addr(keys[1]));

        vm.expectEmit(address(registry));
        emit IAssetRegistry.MintFailed(_idOf(requests[1]), reason);
        registry.mintBatch(requests);

        vm.assertEq(registry.balanceOf(owner), 2);
        vm.assertEq(registry.tokenByAnchor(requests[1].anchors[0]), 0);
        vm.assertFalse(registry.isSpent(_uid(requests[1], 0)));
        vm.assertEq(verifiers.exposureOf(vm.addr(keys[1])), 600_000e6);
    }

    function test_a_request_without_anchors_fails_alone() public {
        MintRequest[] memory requests = new MintRequest[](2);
        requests[0] = _house(1);
        requests[0].anchors = new bytes32[](0);
        requests[1] = _house(2);

        registry.mintBatch(requests);

        vm.assertEq(registry.balanceOf(owner), 1);
    }

    /// forge-config: default.fuzz.runs = 64
    function test_lack_of_gas_stops_the_batch_and_fails_no_request(uint256 gasLimit) public {
        MintRequest[] memory requests = new MintRequest[](3);
        for (uint256 i = 0; i < 3; ++i) {
            requests[i] = _house(i);
        }
        gasLimit = bound(gasLimit, 100_000, 2_500_000);

        (bool done,) =
            address(registry).call{gas: gasLimit}(abi.encodeCall(registry.mintBatch, (requests)));

        vm.assertEq(registry.balanceOf(owner), done ? 3 : 0);
    }

    function test_a_hungry_wallet_fails_its_own_request_only() public {
        address wallet = address(new HungryWallet());
        _appoint(wallet);
        MintRequest[] memory requests = new MintRequest[](2);
        requests[0] = _house(1);
        requests[0].attestations[2].attester = wallet;
        if (wallet < vm.addr(keys[1])) requests[0].attestations = _onlyThird(requests[0]);
        requests[1] = _house(2);

        registry.mintBatch(requests);

        vm.assertEq(registry.balanceOf(owner), 1);
        vm.assertEq(registry.ownerOf(_idOf(requests[1])), owner);
    }

    function _onlyThird(MintRequest memory request)
        private
        pure
        returns (Attestation[] memory one)
    {
        one = new Attestation[](1);
        one[0] = request.attestations[2];
    }

    function test_the_guard_covers_what_a_mint_costs() public {
        MintRequest memory request = _house(1);
        vm.cool(address(registry));
        vm.cool(address(verifiers));

        uint256 before = gasleft();
        registry.mint(request);

        vm.assertLe(before - gasleft(), 200_000 + 2 * 30_000 + 3 * 130_000);
    }
}
