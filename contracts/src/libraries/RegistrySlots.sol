// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetStatus} from "../interfaces/IAssetRegistry.sol";
import {AssetWord} from "./AssetWords.sol";

/// @dev What is kept of one asset; one slot, times in unix seconds.
/// @param classId Asset class.
/// @param status Whether it may be pledged.
/// @param attestedAt Oldest observation among the quorum.
/// @param validUntil Earliest expiry among the quorum.
/// @param acceptedAt When the quorum was accepted.
/// @param appraisalCap Lowest value attested by the quorum, ledger units; 0 when nobody gave one.
/// @param quorum Last 72 bits of a hash over attesters and uids of the quorum accepted last.
struct Standing {
    uint16 classId;
    AssetStatus status;
    uint32 attestedAt;
    uint32 validUntil;
    uint32 acceptedAt;
    uint64 appraisalCap;
    uint72 quorum;
}

/// @dev All that an attestation reads and changes of its verifier; one slot. Amounts are ledger
/// units, of which 2^56 are 72 billion of the stablecoin.
/// @param roles Four bits for each class, those of class 0 lowest and never set.
/// @param bond Stablecoin bonded, without what is on its way out.
/// @param committed Part of the bond that stands behind attestations.
/// @param admittedAt When its cap began to grow, unix seconds; 0 before it is admitted.
/// @param lockedWeek Last week of any attestation, in weeks since 1970.
/// @param challenges Number of open challenges.
/// @param hasLrt Whether restaking tokens are bonded too; without them no more is read.
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
/// Assigning the struct could read the slot again for each member.
library RegistrySlots {
    /// @notice Writes an asset's slot.
    /// @param to Where.
    /// @param from All members; those of before are gone.
    function store(Standing storage to, Standing memory from) internal {
        uint256 word = uint256(from.classId) | uint256(from.status) << 16 | uint256(from.attestedAt)
            << 24 | uint256(from.validUntil) << 56 | uint256(from.acceptedAt) << 88
            | uint256(from.appraisalCap) << 120 | uint256(from.quorum) << 184;
        assembly ("memory-safe") {
            sstore(to.slot, word)
        }
    }

    /// @notice Writes a verifier's slot.
    /// @param to Where.
    /// @param from All members; whoever changed the slot since they were read loses that change.
    function store(Account storage to, Account memory from) internal {
        uint256 word = uint256(from.roles) | uint256(from.bond) << 64 | uint256(from.committed)
            << 120 | uint256(from.admittedAt) << 176 | uint256(from.lockedWeek) << 208
            | uint256(from.challenges) << 224 | (from.hasLrt ? 1 << 240 : 0);
        assembly ("memory-safe") {
            sstore(to.slot, word)
        }
    }

    /// @notice The slot as it is.
    /// @param asset Where.
    /// @return found In the layout of `AssetWord`.
    function word(Standing storage asset) internal view returns (AssetWord found) {
        assembly ("memory-safe") {
            found := sload(asset.slot)
        }
    }
}
