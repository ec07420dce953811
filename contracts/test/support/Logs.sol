// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Vm, VM} from "./Vm.sol";

/// @title Events as they were emitted, for what is not known before
library Logs {
    function record() internal {
        VM.recordLogs();
    }

    /// @notice The data of each event of a kind since `record`.
    function dataOf(bytes32 kind) internal returns (bytes[] memory found) {
        Vm.Log[] memory logs = VM.getRecordedLogs();
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
