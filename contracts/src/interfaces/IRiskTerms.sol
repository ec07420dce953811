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
interface IRiskTerms {
    event ClassTermsSet(uint16 indexed classId, ClassTerms terms);
    event LiquidationLtvFalls(uint16 indexed classId, uint16 fromBps, uint16 toBps, uint64 until);
    event CapSet(uint16 indexed classId, uint64 from, uint64 to, uint64 until);
    event UtilisationSet(uint16 reportedBps, uint16 curveBps);

    error ClassUnknown(uint16 classId);
    error OutOfBounds(bytes32 parameter, uint256 value);
    error StepTooLarge(bytes32 parameter, uint256 from, uint256 to);
    error TermsTooSoon(uint16 classId, uint64 earliest);

    /// @notice Terms in force now: a lowered liquidation LTV falls over thirty days, so that no loan
    /// becomes callable at once.
    function termsOf(uint16 classId) external view returns (ClassTerms memory);
    /// @notice The same, as the words that a market reads; what only new borrowing is asked is left out.
    function rowOf(uint16 classId) external view returns (TermsWord);
    /// @notice All that new borrowing is asked, the rate of the present epoch included.
    function offerOf(uint16 classId) external view returns (OfferWord);
    /// @notice Rate of a class in the present epoch, basis points a year (rule D4).
    function rateBps(uint16 classId) external view returns (uint16);
    /// @notice The curve's utilisation: highest of the last three closes, moved at most one step a
    /// close.
    function curveUtilisationBps() external view returns (uint16);
    /// @notice Most that may be lent against a class now, ledger units; it grows with time (rules
    /// G1, L4). Class 0 is the market: all that may be lent.
    function capOf(uint16 classId) external view returns (uint64);
    /// @notice Classes that have terms, in the order in which they got them.
    function classes() external view returns (uint16[] memory);
    /// @notice Sets the terms of a class: each at most one step from those in force, at most once in
    /// seven days. Governor.
    function setTerms(uint16 classId, ClassTerms calldata terms) external;
    /// @notice Sets what a class's cap grows to over ninety days, at most twice the present; a lower
    /// cap holds at once. Governor.
    function setCap(uint16 classId, uint64 cap) external;
    /// @notice Reports utilisation at a close. Only the pool.
    function setUtilisation(uint16 utilisationBps) external;
}
