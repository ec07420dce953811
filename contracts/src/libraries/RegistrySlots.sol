// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetStatus} from "../interfaces/IAssetRegistry.sol";
import {AssetWord} from "./AssetWords.sol";

/// @dev What is kept of one asset; one slot, times in unix seconds. `quorum` is the start of a
/// hash over attesters and uids of the quorum that was accepted at `acceptedAt`.
struct Standing {
    uint16 classId;
    AssetStatus status;
    uint32 attestedAt;
    uint32 validUntil;
    uint32 acceptedAt;
    uint64 appraisalCap;
    uint72 quorum;
}

/// @dev All that an attestation reads and changes of its verifier; one slot.
/// `roles` has four bits for each class, `lockedWeek` is the last week of any attestation.
struct Account {
    uint64 roles;
    uint56 bond;
    uint56 committed;
    uint32 admittedAt;
    uint16 lockedWeek;
    uint16 challenges;
    bool hasLrt;
}

/// @title One write a slot
/// @notice Stores whole structs, packed here as the compiler lays them out: first member lowest.
library RegistrySlots {
    function store(Standing storage to, Standing memory from) internal {
        uint256 word = uint256(from.classId) | uint256(from.status) << 16 | uint256(from.attestedAt)
            << 24 | uint256(from.validUntil) << 56 | uint256(from.acceptedAt) << 88
            | uint256(from.appraisalCap) << 120 | uint256(from.quorum) << 184;
        assembly ("memory-safe") {
            sstore(to.slot, word)
        }
    }

    function store(Account storage to, Account memory from) internal {
        uint256 word = uint256(from.roles) | uint256(from.bond) << 64 | uint256(from.committed)
            << 120 | uint256(from.admittedAt) << 176 | uint256(from.lockedWeek) << 208
            | uint256(from.challenges) << 224 | (from.hasLrt ? 1 << 240 : 0);
        assembly ("memory-safe") {
            sstore(to.slot, word)
        }
    }

    /// @notice The slot as it is.
    function word(Standing storage asset) internal view returns (AssetWord found) {
        assembly ("memory-safe") {
            found := sload(asset.slot)
        }
    }
}
