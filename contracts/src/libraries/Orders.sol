// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice One owner's requests of one kind in one tranche: assets to deposit (ledger units), or
/// shares to redeem (base units).
/// @param active What closes from `next` on may fill.
/// @param queued What closes from `queuedFrom` on may fill.
/// @param next First close that has not been applied to `active`; a close has its epoch's number.
/// @param queuedFrom See `queued`; above `next` while anything is queued.
struct Order {
    uint128 active;
    uint128 queued;
    uint32 next;
    uint32 queuedFrom;
}

/// @notice All owners' requests together, so that a close need not know any of them.
/// @param ready What the running epoch's close may fill.
/// @param waiting What was asked for in the running epoch, for the next one's close.
struct Queue {
    uint128 ready;
    uint128 waiting;
}

/// @notice What one close did with the requests of one kind; all zero where it filled none.
/// @param requested What it might have filled.
/// @param filled What it took of that.
/// @param given Shares or cash for it; 0 means that it gave everything back.
struct Fill {
    uint128 requested;
    uint128 filled;
    uint128 given;
}

/// @notice What an owner has coming from the closes since the last look.
/// @param taken Of its requests, what closes have exchanged.
/// @param given Shares or cash for it.
/// @param refunded Of its requests, what closes gave back.
struct Outcome {
    uint256 taken;
    uint256 given;
    uint256 refunded;
}

/// @title Requests that epoch closes fill, each owner's share worked out when it is claimed
/// @notice A close writes one `Fill` for all; an owner's order is brought up to date by replaying
/// those that it has missed, in order. So a close costs the same for one lender as for a million.
library Orders {
    using SafeCast for uint256;

    /// @notice Most closes that one call applies to a partly filled order; a claim may be repeated.
    uint256 internal constant MAX_CLOSES = 256;

    /// @notice The order has missed more closes than one call applies: `ILendingPool.applyCloses`
    /// first.
    /// @param nextClose First close that it has not seen.
    error ClaimFirst(uint32 nextClose);

    /// @notice Adds a request that closes from `from` on may fill, to an order rolled to `epoch`.
    /// @dev Reverts with `ClaimFirst`. What an order rolled so has queued is all for the same
    /// close, the next epoch's, so that one field for its number is enough.
    /// @param order The owner's.
    /// @param queue All owners'.
    /// @param amount Ledger units, or base units of the share.
    /// @param epoch Epoch that runs.
    /// @param from `epoch` itself, or the one after it.
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

    /// @notice Applies the closes before `epoch` to an order, at most `MAX_CLOSES` of them.
    /// @dev What it returns it returns once: the caller books it before anything else.
    /// @param order The owner's.
    /// @param fills What closes did, by epoch.
    /// @param epoch Epoch that runs.
    /// @return outcome What came of them.
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
    /// @dev A close at which nothing was active is skipped without reading its fill.
    /// @param order A copy, which it changes.
    /// @param fills What closes did, by epoch.
    /// @param epoch Epoch that runs.
    /// @return The copy, rolled.
    /// @return outcome What came of the closes.
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
    /// @param queue All owners'.
    /// @param filled At most what was ready.
    function advance(Queue storage queue, uint256 filled) internal {
        queue.ready = (queue.ready - filled + queue.waiting).toUint128();
        queue.waiting = 0;
    }

    /// @dev Lets what is queued in, once its first close is the next to be applied.
    function _activate(Order memory order) private pure {
        if (order.queued == 0 || order.queuedFrom > order.next) return;
        order.active += order.queued;
        order.queued = 0;
    }

    /// @dev One close for one owner, in proportion to what all had asked. Takes are rounded up and
    /// gives down, so that the owners' parts never pass the whole; what that leaves, less than one
    /// unit an owner and close, is nobody's and stays in the pool's hands.
    /// @param order The owner's, changed: what is left waits for the next close.
    /// @param fill What the close did. `filled` is at most `requested`, so a take is at most
    /// `active`.
    /// @param outcome Where it is added.
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
