// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice More of Foundry's cheatcodes.
interface VmLogs {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
}

/// @title Events as they were emitted, for what is not known before
library Logs {
    VmLogs private constant VM = VmLogs(address(uint160(uint256(keccak256("hevm cheat code")))));

    function record() internal {
        VM.recordLogs();
    }

    /// @notice The data of each event of a kind since `record`.
    function dataOf(bytes32 kind) internal returns (bytes[] memory found) {
        VmLogs.Log[] memory logs = VM.getRecordedLogs();
        found = new bytes[](logs.length);
        uint256 count;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == kind) found[count++] = logs[i].data;
        }
        assembly ("memory-safe") {
            mstore(found, count)
        }
    }
}
