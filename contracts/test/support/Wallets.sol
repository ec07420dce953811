// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice An ERC-1271 wallet of one key.
contract Wallet {
    address internal immutable signer;

    constructor(address signer_) {
        signer = signer_;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature)
        external
        view
        returns (bytes4)
    {
        return
            ECDSA.recover(digest, signature) == signer ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @notice A wallet that says yes, after spending all the gas it gets.
contract HungryWallet {
    function isValidSignature(bytes32 digest, bytes calldata) external pure returns (bytes4) {
        while (true) digest = keccak256(abi.encode(digest));
        return 0x1626ba7e;
    }
}

/// @notice A wallet that answers every question with a long yes.
contract TalkativeWallet {
    fallback() external {
        assembly {
            mstore(0, 0x1626ba7e00000000000000000000000000000000000000000000000000000000)
            return(0, 50000)
        }
    }
}
