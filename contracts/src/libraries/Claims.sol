// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice What closes have filled of a controller's requests and has not been handed over.
/// @param asked Assets paid in (ledger units), or shares given up (base units).
/// @param given Shares or assets for them.
struct Claim {
    uint128 asked;
    uint128 given;
}

/// @title Parts of a claim, at the mean price of its fills
/// @notice Rounded against the one who claims, and the last part takes all: parts together give
/// what the whole does.
library Claims {
    using SafeCast for uint256;

    /// @notice More is claimed than closes have filled.
    /// @param most What can be claimed, in the unit of the claim.
    /// @param needed What was claimed.
    error MoreThanClaimable(uint256 most, uint256 needed);

    /// @notice Adds what closes have filled.
    /// @param claim The controller's.
    /// @param asked Of its requests, what was exchanged; with 0 nothing was given either.
    /// @param given Shares or assets for it.
    function add(Claim storage claim, uint256 asked, uint256 given) internal {
        if (asked == 0) return;
        claim.asked += asked.toUint128();
        claim.given += given.toUint128();
    }

    /// @notice Takes a part by what was asked; returns what it gives, rounded down.
    /// @param claim The controller's.
    /// @param asked Above zero, or the quotient has no divisor; callers refuse zero.
    /// @return given `asked · claim.given / claim.asked`: all that is left for all that is left.
    function takeAsked(Claim storage claim, uint256 asked) internal returns (uint256 given) {
        (uint128 all, uint128 whole) = (claim.asked, claim.given);
        if (asked > all) revert MoreThanClaimable(all, asked);
        given = Math.mulDiv(asked, whole, all);
        (claim.asked, claim.given) = (all - asked.toUint128(), whole - given.toUint128());
    }

    /// @notice Takes a part by what it gives; returns what was asked for it, rounded up.
    /// @dev Where shares are finer than assets, rounding up may use up `asked` before `given`: the
    /// rest of `given` is then taken for nothing by a further call, and is not lost.
    /// @param claim The controller's.
    /// @param given Above zero; callers refuse zero.
    /// @return asked `given · claim.asked / claim.given`.
    function takeGiven(Claim storage claim, uint256 given) internal returns (uint256 asked) {
        (uint128 all, uint128 whole) = (claim.asked, claim.given);
        if (given > whole) revert MoreThanClaimable(whole, given);
        asked = Math.mulDiv(given, all, whole, Math.Rounding.Ceil);
        (claim.asked, claim.given) = (all - asked.toUint128(), whole - given.toUint128());
    }
}
