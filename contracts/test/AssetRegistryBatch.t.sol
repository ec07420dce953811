// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetRegistry} from "../src/AssetRegistry.sol";
import {Attestation, IAssetRegistry, MintRequest} from "../src/interfaces/IAssetRegistry.sol";
import {CappedSignature} from "../src/libraries/CappedSignature.sol";
import {RegistryBase} from "./support/RegistryBase.sol";
import {TITLE} from "./support/Roles.sol";
import {HungryWallet, TalkativeWallet, Wallet} from "./support/Wallets.sol";

contract AssetRegistryWalletTest is RegistryBase {
    /// @dev The first attester counts as the others do.
    function test_the_guard_asks_for_the_gas_of_every_wallet() public {
        MintRequest[] memory requests = new MintRequest[](1);
        requests[0] = _byWallet(address(new Wallet(vm.addr(42))));
        uint256 needed = (200_000 + 2 * 30_000 + 130_000 + 2 * CappedSignature.WALLET_GAS) * 64 / 63;
        bytes memory batch = abi.encodeCall(registry.mintBatch, (requests));

        (bool done, bytes memory reason) = address(registry).call{gas: needed}(batch);
        vm.assertFalse(done);
        vm.assertEq(reason, abi.encodeWithSelector(AssetRegistry.BatchGasTooLow.selector, 0));
        (done,) = address(registry).call{gas: needed + 20_000}(batch);

        vm.assertTrue(done);
        vm.assertEq(registry.balanceOf(owner), 1);
    }

    /// @dev The title attestation alone, by a wallet; the class then asks for the title only.
    function _byWallet(address wallet) internal returns (MintRequest memory request) {
        registry.setClass(HOUSE, TITLE, VALIDITY, 50);
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
        vm.assertEq(verifiers.committedOf(vm.addr(keys[1])), 2 * 6_000e6);
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

    /// @dev Of eight anchors too; 20,000 more are for what comes before the guard.
    function test_the_guard_asks_for_the_gas_of_every_anchor_and_attestation() public {
        MintRequest[] memory requests = new MintRequest[](1);
        requests[0] = _house(1);
        requests[0].anchors = new bytes32[](8);
        uint256 needed = (200_000 + 8 * 30_000 + 3 * 130_000) * 64 / uint256(63);
        bytes memory batch = abi.encodeCall(registry.mintBatch, (requests));
        bytes memory refusal = abi.encodeWithSelector(AssetRegistry.BatchGasTooLow.selector, 0);

        (bool done, bytes memory reason) = address(registry).call{gas: needed}(batch);
        vm.assertFalse(done);
        vm.assertEq(reason, refusal);
        (done,) = address(registry).call{gas: needed + 20_000}(batch);

        vm.assertTrue(done);
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
