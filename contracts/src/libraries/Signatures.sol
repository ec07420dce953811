// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title Signatures of people and of contract wallets
/// @dev OpenZeppelin's SignatureChecker with a cap on the wallet's gas (rule S3).
library Signatures {
    uint256 private constant WALLET_GAS = 200_000;

    function isValid(address signer, bytes32 digest, bytes calldata signature)
        internal
        view
        returns (bool)
    {
        if (signer.code.length == 0) {
            (address recovered,,) = ECDSA.tryRecoverCalldata(digest, signature);
            return recovered == signer && signer != address(0);
        }
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        (bool answered, bytes memory answer) = signer.staticcall{gas: WALLET_GAS}(question);
        return answered && answer.length >= 32
            && abi.decode(answer, (bytes32)) == bytes32(IERC1271.isValidSignature.selector);
    }
}
