// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice One owner's requests of one kind in one tranche: assets to deposit, or shares to redeem.
/// @param active What closes from `next` on may fill.
/// @param queued What closes from `queuedFrom` on may fill.
/// @param next First close that has not been applied to `active`.
/// @param queuedFrom See `queued`; above `next`.
struct Order {
    uint128 active;
    uint128 queued;
    uint32 next;
    uint32 queuedFrom;
}

/// @notice All owners' requests together: what the running epoch's close may fill, and the rest.
struct Queue {
    uint128 ready;
    uint128 waiting;
}

/// @notice What one close did with the requests of one kind.
/// @param requested What it might have filled.
/// @param filled What it took of that.
/// @param given Shares or cash for it; 0 means that it gave everything back.
struct Fill {
    uint128 requested;
    uint128 filled;
    uint128 given;
}

/// @notice What an owner has coming from the closes since the last look.
struct Outcome {
    uint256 taken;
    uint256 given;
    uint256 refunded;
}

/// @title Requests that epoch closes fill, each owner's share worked out when it is claimed
library Orders {
    using SafeCast for uint256;

    /// @notice Most closes that one call applies to a partly filled order; a claim may be repeated.
    uint256 internal constant MAX_CLOSES = 256;

    error ClaimFirst(uint32 nextClose);

    /// @notice Adds a request that closes from `from` on may fill, to an order rolled to `epoch`.
    function add(
        Order storage order,
        Queue storage queue,
        uint128 amount,
        uint32 epoch,
        uint32 from
    ) internal {
        if (order.next != epoch) revert ClaimFirst(order.next);
        if (from == epoch) {
            order.active += amount;
            queue.ready += amount;
        } else {
            order.queued += amount;
            order.queuedFrom = from;
            queue.waiting += amount;
        }
    }

    /// @notice Applies the closes before `epoch` to an order.
    function roll(Order storage order, mapping(uint32 => Fill) storage fills, uint32 epoch)
        internal
        returns (Outcome memory outcome)
    {
        Order memory rolled;
        (rolled, outcome) = preview(order, fills, epoch);
        if (rolled.next == order.next) return outcome;
        (order.active, order.queued) = (rolled.active, rolled.queued);
        (order.next, order.queuedFrom) = (rolled.next, rolled.queuedFrom);
    }

    /// @notice The order and what came of it, as `roll` would leave them.
    function preview(Order memory order, mapping(uint32 => Fill) storage fills, uint32 epoch)
        internal
        view
        returns (Order memory, Outcome memory outcome)
    {
        for (uint256 i = 0; order.next < epoch && i < MAX_CLOSES; ++i) {
            _activate(order);
            if (order.active == 0) {
                order.next = order.queued == 0 ? epoch : _min(order.queuedFrom, epoch);
            } else {
                _apply(order, fills[order.next], outcome);
                ++order.next;
            }
        }
        _activate(order);
        return (order, outcome);
    }

    /// @notice Takes what a close filled out of the queue and lets the waiting requests in.
    function advance(Queue storage queue, uint256 filled) internal {
        queue.ready = (queue.ready - filled + queue.waiting).toUint128();
        queue.waiting = 0;
    }

    function _activate(Order memory order) private pure {
        if (order.queued == 0 || order.queuedFrom > order.next) return;
        order.active += order.queued;
        order.queued = 0;
    }

    /// @dev Takes are rounded up and gives down, so that the owners' parts never pass the whole.
    function _apply(Order memory order, Fill memory fill, Outcome memory outcome) private pure {
        if (fill.filled == 0) return;
        uint256 part = order.active;
        uint256 taken = Math.mulDiv(part, fill.filled, fill.requested, Math.Rounding.Ceil);
        order.active -= taken.toUint128();
        if (fill.given == 0) {
            outcome.refunded += taken;
            return;
        }
        outcome.taken += taken;
        outcome.given += Math.mulDiv(part, fill.given, fill.requested);
    }

    function _min(uint32 x, uint32 y) private pure returns (uint32) {
        return x < y ? x : y;
    }
}
