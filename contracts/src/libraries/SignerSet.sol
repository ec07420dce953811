// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CompactSignature} from "../interfaces/IReporters.sol";

/// @title Sorted addresses kept as the code of a small contract
/// @notice One cold access reads them all. A contract that creates nothing else finds the n-th set
/// at the address of its n-th creation, so that two bytes name a set.
library SignerSet {
    /// @dev Deploys what follows it as code: eleven bytes that copy from byte 11 of the creation
    /// code to its end.
    bytes11 private constant DEPLOYER = hex"600b5981380380925939f3";

    /// @notice The creation failed: for want of gas, or for more code than a contract may have.
    error SetNotStored();

    /// @notice Stores addresses, one a word. A word begins with zero, which stops whoever calls it.
    /// @dev The caller's next creation: it must create nothing else, or numbers and sets part.
    /// @param sorted Ascending; the caller has checked it.
    function store(address[] memory sorted) internal {
        bytes memory code = abi.encodePacked(DEPLOYER, sorted);
        address stored;
        assembly ("memory-safe") {
            stored := create(0, add(code, 0x20), mload(code))
        }
        if (stored == address(0)) revert SetNotStored();
    }

    /// @notice Reads the set that `creator` stored as its n-th.
    /// @dev The word after it is free, for `countSigned`. An address without code gives an empty
    /// set.
    /// @param creator Contract that stored it.
    /// @param n Its number, from 1.
    /// @return set The addresses, one a word.
    function read(address creator, uint256 n) internal view returns (bytes memory set) {
        address stored = addressOf(creator, n);
        assembly ("memory-safe") {
            let size := extcodesize(stored)
            set := mload(0x40)
            mstore(0x40, add(add(set, 0x40), size))
            mstore(set, size)
            extcodecopy(stored, add(set, 0x20), 0, size)
        }
    }

    /// @notice Number of addresses in a set.
    function count(bytes memory set) internal pure returns (uint256) {
        return set.length / 32;
    }

    /// @notice The i-th address of a set.
    function get(bytes memory set, uint256 i) internal pure returns (address account) {
        assembly ("memory-safe") {
            account := mload(add(add(set, 0x20), shl(5, i)))
        }
    }

    /// @notice Whether an address is in a set.
    function has(bytes memory set, address account) internal pure returns (bool) {
        for (uint256 i; i < count(set); ++i) {
            if (get(set, i) == account) return true;
        }
        return false;
    }

    /// @notice How many signatures from the first on are of members, each later in the set than the
    /// one before, so that nobody counts twice. `set` is as read.
    /// @dev Written out because it is most of what a publication costs beside its signatures. The
    /// recovered signer goes behind the last member, where the search for it ends at the latest; a
    /// failed recovery leaves the signer before, whose place is passed. The compact form has no
    /// room for the second form of a signature, that with the higher s. Both lists are walked once:
    /// the search goes on from the member after the last one found.
    /// @param set As `read` gave it: the word behind it is overwritten.
    /// @param digest EIP-712 digest of what was signed.
    /// @param signatures In the order of their signers.
    /// @return signed Their number, or the place of the first one that does not count.
    function countSigned(bytes memory set, bytes32 digest, CompactSignature[] calldata signatures)
        internal
        view
        returns (uint256 signed)
    {
        assembly ("memory-safe") {
            let input := mload(0x40)
            let member := add(set, 0x20)
            let end := add(member, mload(set))
            let signature := signatures.offset
            let last := add(signature, shl(6, signatures.length))
            mstore(input, digest)
            mstore(end, 0)
            for {} lt(signature, last) { signature := add(signature, 0x40) } {
                let s := calldataload(add(signature, 0x20))
                mstore(add(input, 0x20), add(shr(255, s), 27))
                mstore(add(input, 0x40), calldataload(signature))
                mstore(add(input, 0x60), shr(1, shl(1, s)))
                pop(staticcall(gas(), 1, input, 0x80, end, 0x20))
                let signer := mload(end)
                for {} xor(mload(member), signer) {} { member := add(member, 0x20) }
                if eq(member, end) { break }
                member := add(member, 0x20)
            }
            signed := shr(6, sub(signature, signatures.offset))
        }
    }

    /// @notice Address of a contract's n-th creation: the hash of the list (creator, n) in RLP.
    /// @dev A contract's own count starts at 1 (EIP-161). RLP gives a number below 128 one byte,
    /// below 256 two, and below 65,536, which is the most that `n` may be, three.
    /// @param creator Contract that creates.
    /// @param n Which of its creations, 1 to 65,535.
    /// @return stored Where that creation lies.
    function addressOf(address creator, uint256 n) internal pure returns (address stored) {
        uint256 head = uint256(uint160(creator)) << 80;
        (uint256 list, uint256 size) = (0xd694 << 240 | head | n << 72, 23);
        if (n > 0x7f) (list, size) = (0xd794 << 240 | head | 0x81 << 72 | n << 64, 24);
        if (n > 0xff) (list, size) = (0xd894 << 240 | head | 0x82 << 72 | n << 56, 25);
        assembly ("memory-safe") {
            mstore(0x00, list)
            stored := and(keccak256(0x00, size), sub(shl(160, 1), 1))
        }
    }
}
