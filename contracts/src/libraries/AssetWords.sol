// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetStatus} from "../interfaces/IAssetRegistry.sol";

/// @notice What the registry keeps of one asset, as it lies in its slot, first field lowest:
/// `classId (16) | status (8) | attestedAt (32) | validUntil (32) | acceptedAt (32) |
/// appraisalCap (64) | quorum (72)`.
type AssetWord is uint256;

using AssetWords for AssetWord global;

/// @title What a market asks of an asset
library AssetWords {
    function classId(AssetWord asset) internal pure returns (uint16) {
        return uint16(AssetWord.unwrap(asset));
    }

    function status(AssetWord asset) internal pure returns (AssetStatus) {
        return AssetStatus(uint8(AssetWord.unwrap(asset) >> 16));
    }

    function attestedAt(AssetWord asset) internal pure returns (uint256) {
        return uint32(AssetWord.unwrap(asset) >> 24);
    }

    function validUntil(AssetWord asset) internal pure returns (uint256) {
        return uint32(AssetWord.unwrap(asset) >> 56);
    }

    function appraisalCap(AssetWord asset) internal pure returns (uint256) {
        return uint64(AssetWord.unwrap(asset) >> 120);
    }
}
