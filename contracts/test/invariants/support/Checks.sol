// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "../../support/Test.sol";
import {Handler} from "./Handler.sol";

/// @title A handler, and a walk through its actions
abstract contract Checks is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler internal handler;

    /// @dev The same actions in the same order, every time.
    function _walk(uint256 steps) internal {
        bytes4[] memory actions = _actions();
        for (uint256 step = 0; step < steps; ++step) {
            uint256 seed = uint256(keccak256(abi.encode("walk", step)));
            bytes memory arguments = abi.encode(seed >> 8, uint64(seed >> 100));
            (bool done, bytes memory reason) =
                address(handler).call(abi.encodePacked(actions[seed % actions.length], arguments));
            vm.assertTrue(done, string(reason));
        }
    }

    /// @dev Opening, prefunding and publishing come twice, so that there is something to act on.
    function _actions() internal view returns (bytes4[] memory found) {
        found = new bytes4[](27);
        found[0] = handler.open.selector;
        found[1] = handler.prefund.selector;
        found[2] = handler.withdraw.selector;
        found[3] = handler.settle.selector;
        found[4] = handler.repay.selector;
        found[5] = handler.topUp.selector;
        found[6] = handler.close.selector;
        found[7] = handler.pass.selector;
        found[8] = handler.publish.selector;
        found[9] = handler.call.selector;
        found[10] = handler.callOverdue.selector;
        found[11] = handler.cure.selector;
        found[12] = handler.auction.selector;
        found[13] = handler.buy.selector;
        found[14] = handler.take.selector;
        found[15] = handler.claimSurplus.selector;
        found[16] = handler.payShortfall.selector;
        found[17] = handler.deposit.selector;
        found[18] = handler.redeem.selector;
        found[19] = handler.claimPool.selector;
        found[20] = handler.closeEpoch.selector;
        found[21] = handler.donate.selector;
        found[22] = handler.open.selector;
        found[23] = handler.prefund.selector;
        found[24] = handler.publish.selector;
        found[25] = handler.sweep.selector;
        found[26] = handler.turnTill.selector;
    }
}
