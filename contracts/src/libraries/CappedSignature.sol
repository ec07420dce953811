// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title Signatures of accounts and of ERC-1271 wallets, the latter with a cap on gas
library CappedSignature {
    /// @notice Most gas that a wallet may spend to check one signature (rule S3). A wallet is code
    /// of a stranger, and whoever relays its signature pays for it.
    uint256 internal constant WALLET_GAS = 150_000;

    /// @notice Whether `signer` signed `digest`. A key's own signature counts whatever code the
    /// account has, so that one that delegates by EIP-7702 does not lose its key's word.
    /// @param signer Account whose consent is asked.
    /// @param digest EIP-712 digest of what is signed.
    /// @param signature 65 bytes with the lower s, or what the wallet takes.
    /// @return True for its key's signature, or when its code answers ERC-1271's magic value.
    function isValid(address signer, bytes32 digest, bytes calldata signature)
        internal
        view
        returns (bool)
    {
        (address recovered, ECDSA.RecoverError failure,) =
            ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return signer.code.length != 0 && _isValidForWallet(signer, digest, signature);
    }

    /// @dev Copies one word of the answer only, however much the wallet returns. A wallet that
    /// fails, answers less than a word, or runs out of its gas has not signed. With too little gas
    /// left for the cap the call gets less: who batches must see to it
    /// (`AssetRegistry.GAS_PER_WALLET`).
    /// @param wallet Account with code; it is called statically.
    /// @param digest EIP-712 digest of what is signed.
    /// @param signature Handed on as it is.
    /// @return valid Whether the answer's first word is the selector of `isValidSignature`, padded.
    function _isValidForWallet(address wallet, bytes32 digest, bytes calldata signature)
        private
        view
        returns (bool valid)
    {
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        bytes32 expected = IERC1271.isValidSignature.selector;
        uint256 cap = WALLET_GAS;
        assembly ("memory-safe") {
            let ok := staticcall(cap, wallet, add(question, 0x20), mload(question), 0x00, 0x20)
            valid := and(ok, and(gt(returndatasize(), 0x1f), eq(mload(0x00), expected)))
        }
    }
}
