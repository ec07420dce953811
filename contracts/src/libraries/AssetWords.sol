// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetStatus} from "../interfaces/IAssetRegistry.sol";

/// @notice What the registry keeps of one asset, as it lies in its slot, first field lowest:
/// `classId (16) | status (8) | attestedAt (32) | validUntil (32) | acceptedAt (32) |
/// appraisalCap (64) | quorum (72)`.
type AssetWord is uint256;

using AssetWords for AssetWord global;

/// @title What a market asks of an asset
/// @notice Fields of the word that `IAssetRegistry.standingOf` answers; all 0 for a token that does
/// not exist. The two that are left out say nothing to a market. `RegistrySlots` writes the same
/// layout.
library AssetWords {
    function classId(AssetWord asset) internal pure returns (uint16) {
        return uint16(AssetWord.unwrap(asset));
    }

    function status(AssetWord asset) internal pure returns (AssetStatus) {
        return AssetStatus(uint8(AssetWord.unwrap(asset) >> 16));
    }

    /// @notice Oldest observation among the quorum, unix seconds.
    function attestedAt(AssetWord asset) internal pure returns (uint256) {
        return uint32(AssetWord.unwrap(asset) >> 24);
    }

    /// @notice Earliest expiry among the quorum, unix seconds.
    function validUntil(AssetWord asset) internal pure returns (uint256) {
        return uint32(AssetWord.unwrap(asset) >> 56);
    }

    /// @notice Lowest value attested by the quorum, ledger units below 2^64 (rule V2).
    function appraisalCap(AssetWord asset) internal pure returns (uint256) {
        return uint64(AssetWord.unwrap(asset) >> 120);
    }
}
