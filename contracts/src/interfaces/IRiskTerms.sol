// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {OfferWord} from "../libraries/OfferWords.sol";
import {TermsWord} from "../libraries/TermsWords.sol";

/// @dev Classes have the numbers from 1 to below this: a close hands each of them out to every lane
/// in one transaction, which has 16,777,216 gas (EIP-7825).
uint16 constant CLASS_LIMIT = 21;

/// @notice The governed terms of one asset class, inside hard bounds.
/// @param enabled Whether new loans may take it.
/// @param mustAmortise Whether its loans must repay principal with every instalment.
/// @param maxLtvBps Most that may be drawn against borrowing value.
/// @param liquidationLtvBps Debt above this share of calling value makes a loan callable; above
/// `maxLtvBps`.
/// @param baseRateBps Yearly rate at zero utilisation.
/// @param rateSlopeBps Added at full utilisation, in proportion below.
/// @param moveLimitBps Two consecutive values that differ by more wait for the void window (rule
/// V3).
/// @param lateFeeBps Late fee, share of one instalment's principal.
/// @param auctionStartBps Opening price of a lot, share of its calling value.
/// @param recoveryBps Floor price of a lot and carrying value of a called loan, share of calling
/// value.
/// @param gracePeriod Seconds after a due date, pauses left out, before an instalment is overdue.
/// @param cureWindow Seconds between call and auction.
/// @param auctionDuration Seconds in which the price falls from start to floor.
/// @param freshFor Seconds for which an attestation gives full borrowing value.
/// @param maxTenor Longest life of a loan, seconds.
struct ClassTerms {
    bool enabled;
    bool mustAmortise;
    uint16 maxLtvBps;
    uint16 liquidationLtvBps;
    uint16 baseRateBps;
    uint16 rateSlopeBps;
    uint16 moveLimitBps;
    uint16 lateFeeBps;
    uint16 auctionStartBps;
    uint16 recoveryBps;
    uint32 gracePeriod;
    uint32 cureWindow;
    uint32 auctionDuration;
    uint32 freshFor;
    uint32 maxTenor;
}

/// @title Risk terms by asset class
/// @notice Every number is governed inside hard bounds and changes by bounded steps (rule G1); what
/// is frozen in a loan's card no vote changes. Shares and yearly rates are basis points.
interface IRiskTerms {
    /// @notice A class has new terms.
    /// @param classId The class.
    /// @param terms What was voted; a lower liquidation LTV takes thirty days to hold.
    event ClassTermsSet(uint16 indexed classId, ClassTerms terms);
    /// @notice The liquidation LTV of a class begins to fall, in a straight line.
    /// @param classId The class.
    /// @param fromBps Where it is now, basis points.
    /// @param toBps Where it ends.
    /// @param until When it gets there, unix seconds.
    event LiquidationLtvFalls(uint16 indexed classId, uint16 fromBps, uint16 toBps, uint64 until);
    /// @notice A cap begins to grow, in a straight line, or holds lower at once.
    /// @param classId The class, or 0 for the market.
    /// @param from Cap from now on, ledger units.
    /// @param to What it grows to, ledger units.
    /// @param until When it gets there, unix seconds.
    event CapSet(uint16 indexed classId, uint64 from, uint64 to, uint64 until);
    /// @notice A close reported what is lent, and the rates of the next epoch stand.
    /// @param reportedBps Share of NAV that is lent, basis points.
    /// @param curveBps What the rate curve uses, basis points.
    event UtilisationSet(uint16 reportedBps, uint16 curveBps);

    /// @notice The class has no terms, or its number is none that a class may have.
    /// @param classId The number.
    error ClassUnknown(uint16 classId);
    /// @notice A number is outside its hard bounds.
    /// @param parameter Its name.
    /// @param value What was given.
    error OutOfBounds(bytes32 parameter, uint256 value);
    /// @notice A term moves by more than one step.
    /// @param parameter Its name.
    /// @param from The term in force.
    /// @param to What was given.
    error StepTooLarge(bytes32 parameter, uint256 from, uint256 to);
    /// @notice The class's terms were changed less than seven days ago.
    /// @param classId The class.
    /// @param earliest When they may change, unix seconds.
    error TermsTooSoon(uint16 classId, uint64 earliest);

    /// @notice Terms in force now: a lowered liquidation LTV falls over thirty days, so that no
    /// loan becomes callable at once. Reverts with `ClassUnknown`.
    /// @param classId A class with terms.
    /// @return See `ClassTerms`.
    function termsOf(uint16 classId) external view returns (ClassTerms memory);
    /// @notice The same, as the word that a market reads; what only new borrowing is asked is left
    /// out.
    /// @dev Reverts with `ClassUnknown`.
    /// @param classId A class with terms.
    /// @return See `TermsWord`.
    function rowOf(uint16 classId) external view returns (TermsWord);
    /// @notice All that new borrowing is asked, the rate of the present epoch included. Reverts
    /// with `ClassUnknown`.
    /// @param classId A class with terms.
    /// @return See `OfferWord`.
    function offerOf(uint16 classId) external view returns (OfferWord);
    /// @notice Rate of a class in the present epoch (rule D4). Reverts with `ClassUnknown`.
    /// @param classId A class with terms.
    /// @return Basis points a year.
    function rateBps(uint16 classId) external view returns (uint16);
    /// @notice The curve's utilisation: highest of the last three closes, moved at most one step a
    /// close.
    /// @return Basis points, at most 10,000.
    function curveUtilisationBps() external view returns (uint16);
    /// @notice Most that may be lent against a class now; it grows with time (rules G1, L4). Class
    /// 0 is the market: all that may be lent. Reverts with `ClassUnknown`.
    /// @param classId A class with terms, or 0.
    /// @return Ledger units, rounded down.
    function capOf(uint16 classId) external view returns (uint64);
    /// @notice Classes that have terms.
    /// @return In the order in which they got them; at most 20.
    function classes() external view returns (uint16[] memory);
    /// @notice Sets the terms of a class: each at most one step from those in force, at most once
    /// in seven days. The first terms of a class have no step to keep. Governor.
    /// @dev Reverts with `ClassUnknown`, `OutOfBounds`, `StepTooLarge` or `TermsTooSoon`.
    /// @param classId From 1 to `CLASS_LIMIT` - 1.
    /// @param terms All of them, also those that stay.
    function setTerms(uint16 classId, ClassTerms calldata terms) external;
    /// @notice Sets what a class's cap grows to over ninety days, at most twice the present or
    /// `FIRST_CAP`, if that is more; a lower cap holds at once. Governor.
    /// @dev Reverts with `ClassUnknown` or `OutOfBounds`.
    /// @param classId A class with terms, or 0 for the market.
    /// @param cap Ledger units.
    function setCap(uint16 classId, uint64 cap) external;
    /// @notice Reports utilisation at a close, and sets the rates of the next epoch (rule D4). Only
    /// the pool.
    /// @dev Reverts with `NotPool` or `OutOfBounds`.
    /// @param utilisationBps Share of NAV that is lent, at most 10,000 basis points.
    function setUtilisation(uint16 utilisationBps) external;
}
