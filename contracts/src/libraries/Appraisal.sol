// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {ScheduleKind} from "../interfaces/ILoanBook.sol";
import {IRiskTerms} from "../interfaces/IRiskTerms.sol";
import {IValuationOracle} from "../interfaces/IValuationOracle.sol";
import {Present} from "./Presents.sol";

/// @notice Where the underwriter reads what collateral is and what it is worth.
/// @param registry What an asset is: class, status, dates, appraisal cap.
/// @param risk What its class asks.
/// @param oracle What it is worth.
struct Sources {
    IAssetRegistry registry;
    IRiskTerms risk;
    IValuationOracle oracle;
}

/// @notice The same with what counts now.
/// @param from Where the rest is read.
/// @param present The oracle's clocks and roots at the time of the call, read once for all items.
struct Outlook {
    Sources from;
    Present present;
}

/// @notice Which values a caller brings.
/// @dev `Newest`: a proof of the newest round for each item, to borrow on. `BothRounds`: one of the
/// round before, too, to call for health (rule V1). `NewestOrCaps` lets appraisal caps stand in
/// while the oracle is silent, and for an asset that is frozen or revoked; `CapsForMissing` also
/// for whatever has no proof (rule V4). The order counts: caps may stand in from `NewestOrCaps` on.
enum Evidence {
    Newest,
    BothRounds,
    NewestOrCaps,
    CapsForMissing
}

/// @notice What secures a loan: assets in order, then restaking tokens if any.
/// @param assets Token ids.
/// @param lrt Restaking token, zero when none.
/// @param lrtAmount Its amount, base units.
/// @param lrtOpeningPrice Price of 10^18 base units at opening, ledger units; it stands for the
/// appraisal that restaking tokens do not have.
/// @param evidence Which values are brought for it.
struct Basket {
    uint256[] assets;
    address lrt;
    uint128 lrtAmount;
    uint64 lrtOpeningPrice;
    Evidence evidence;
}

/// @notice Sums over a basket's calling values, each rounded down item by item; ledger units.
/// @param opening At `maxLtvBps`, assets that are not active left out; not for `BothRounds`.
/// @param liquidation At `liquidationLtvBps`; assets that are not active count for `BothRounds`
/// only.
/// @param recovery At `recoveryBps`.
/// @param allActive Whether no asset is frozen or revoked.
/// @param bandBroken Whether the newest price of the restaking tokens broke the band for calling:
/// they then count for nothing but recovery (rule V6).
struct Weights {
    uint256 opening;
    uint256 liquidation;
    uint256 recovery;
    bool allActive;
    bool bandBroken;
}

/// @notice What the classes of a basket give a new loan.
/// @param rateBps Highest of the classes.
/// @param lateFeeBps Highest of the classes.
/// @param gracePeriod Shortest of the classes, seconds.
/// @param cureWindow Shortest of the classes, seconds.
/// @param lrtPrice Price of 10^18 restaking tokens now, ledger units.
struct Draw {
    uint256 rateBps;
    uint256 lateFeeBps;
    uint256 gracePeriod;
    uint256 cureWindow;
    uint256 lrtPrice;
}

/// @notice What a loan is to run on.
/// @param schedule How principal is paid back; a class may ask that it be `Amortising`.
/// @param tenor Seconds to its last due date.
/// @param standard Whether the classes' rules for new borrowing hold for it.
struct Plan {
    ScheduleKind schedule;
    uint256 tenor;
    bool standard;
}

/// @notice Price path of one lot: a straight fall from `start` to `floor`.
/// @param start Price at the start, ledger units; for restaking tokens of 10^18 base units.
/// @param floor Price from the end on, in the same unit; the class's recovery share (rule C4).
/// @param duration Seconds of fall.
struct LotPrices {
    uint64 start;
    uint64 floor;
    uint32 duration;
}
