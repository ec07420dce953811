// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ScheduleKind} from "./LoanTypes.sol";

/// @notice The cold terms and what is pledged. The book keeps their hash; whoever acts on the loan
/// brings them as words, packed as `Cards` says and rebuilt from events: `LoanOpened` carries them.
/// @param borrower Recorded owner of the collateral.
/// @param basePrincipal What the schedule counts from, ledger units: the principal at opening or
/// extension; a later draw spreads what is then owed over the due dates left.
/// @param schedule How principal is paid back.
/// @param instalments Number of due dates.
/// @param interval Seconds between due dates.
/// @param openedAt Opening, last extension or workout, unix seconds; due dates count from it.
/// @param gracePeriod Seconds: the shortest of the classes (rule C3), or what a workout set. So are
/// the next two, of which the fee is the highest.
/// @param cureWindow Seconds between a call and an auction.
/// @param lateFeeBps Fee of a missed due date, basis points of one instalment's principal.
/// @param limit Most principal after a later draw; 0 when there is none to come.
/// @param classes Classes of all that was ever pledged, one bit each: the loan counts in them (rule
/// L4).
/// @param assets Token ids of what is pledged and unsold: sorted as signed, later ones at the end.
/// In this order they are sold.
/// @param lrt Restaking token pledged beside it, zero when there never was one.
/// @param lrtAmount Its amount, base units.
/// @param lrtOpeningPrice Price of 10^18 base units at opening, ledger units.
struct Card {
    address borrower;
    uint56 basePrincipal;
    ScheduleKind schedule;
    uint16 instalments;
    uint32 interval;
    uint32 openedAt;
    uint24 gracePeriod;
    uint24 cureWindow;
    uint16 lateFeeBps;
    uint56 limit;
    uint64 classes;
    uint256[] assets;
    address lrt;
    uint96 lrtAmount;
    uint64 lrtOpeningPrice;
}

/// @notice A loan's second slot: the card's hash and the little that changes beside it.
/// @param cardHash First 200 bits of the hash of the card's words.
/// @param firstCureAt When the first of these cures was, unix seconds; 0 when there was none.
/// @param cures Cures within the 365 days from `firstCureAt`; a call while they are as many as the
/// market allows has no cure window (rule C2).
/// @param chargedThrough Number of the last due date that bore a late fee, 0 when none did.
struct Marks {
    bytes25 cardHash;
    uint32 firstCureAt;
    uint8 cures;
    uint16 chargedThrough;
}
