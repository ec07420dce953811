// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ScheduleKind} from "./LoanTypes.sol";
import {ISanctions} from "./ISanctions.sol";

/// @notice What a lane may still lend against a class, and what it has lent (rule L4).
/// @param left Room for new loans until the next close hands out anew, ledger units.
/// @param used What loans that have not ended may draw in all, ledger units.
/// @param spent For restaking tokens: what was spent of the bucket at `spentAt`, ledger units.
/// @param spentAt Unix seconds.
struct Room {
    uint64 left;
    uint64 used;
    uint64 spent;
    uint32 spentAt;
}

/// @notice What the borrower of a called loan signs, and a vote decides (EIP-712 type `LoanWorkout`, same domain).
/// The debt stays as it is, and so does the collateral (rule D8).
/// @param loanId The loan.
/// @param rateBps Yearly rate once it is cured, at most the present one.
/// @param schedule How principal is paid back.
/// @param instalments Due dates from now on.
/// @param interval Seconds between them.
/// @param gracePeriod Seconds, from one day to sixty.
/// @param cureWindow Seconds, from one day to sixty; one begins now.
/// @param lateFeeBps At most the present one.
/// @param nonce As in `LoanTerms`.
/// @param deadline Last moment at which the signature may be used, unix seconds.
struct LoanWorkout {
    uint64 loanId;
    uint16 rateBps;
    ScheduleKind schedule;
    uint16 instalments;
    uint32 interval;
    uint24 gracePeriod;
    uint24 cureWindow;
    uint16 lateFeeBps;
    uint256 nonce;
    uint64 deadline;
}

/// @title What the loan book allows its lanes, and what it keeps for those who cannot have it yet
/// @notice Part of `ILoanBook`, whose words and units hold.
interface IStewardship {
    /// @notice Cash that no loan can be credited with went to the reserve (rule D6).
    event DonationSwept(uint32 indexed lane, uint32 sequence, uint64 amount);
    event Wired(address pool, address auctionHouse);
    event RelayerSet(uint32 indexed lane, address indexed relayer, bool active);
    event SanctionsSet(address list);
    /// @notice Things that could not be handed over when their loan closed wait in the escrow (rule D9).
    /// @param places One bit for each asset by its place in the loan's order, bit 255 for the restaking tokens.
    event ReturnWaits(uint64 indexed loanId, address indexed owner, uint32 sequence, uint256 places);
    /// @notice Whatever a party signed under that nonce in that lane counts no more.
    event ConsentWithdrawn(address indexed party, uint32 indexed lane, uint256 nonce);
    /// @notice A close hands out the caps of all classes: the draws reserved in each lane have room first.
    event RoomsReserved(uint64[] reserved);
    /// @notice A close handed a class's cap to the lanes; `used` counts loans that have not ended.
    event RoomsHandedOut(uint16 indexed classId, uint64 cap, uint64 used);

    /// @notice A lane's cash goes to its other escrow from now on; what it had lies aside (rule L5).
    event TillTurned(uint32 indexed lane, uint32 sequence, address till, uint64 aside);
    /// @notice Cash that lay aside has come to the till; `aside` is what still does.
    event TillGathered(uint32 indexed lane, uint32 sequence, uint64 amount, uint64 aside);

    error Sanctioned(address party);
    /// @notice Cash still lies in the escrow to which the lane would turn.
    error CashAside(uint32 lane, uint64 amount);
    /// @notice There are as many lanes as a close can serve in one transaction.
    error LanesFull(uint32 lanes);
    error NothingWaits(uint64 loanId);
    error ReturnFailed(uint64 loanId);
    error ReturnGasTooLow();
    /// @notice The lane may lend so much more against the class until the next close (rule L4).
    error ClassRoomShort(uint32 lane, uint16 classId, uint64 left, uint64 needed);
    /// @notice So much may be drawn on restaking tokens in the lane now; the bucket refills with time.
    error InflowTooFast(uint32 lane, uint64 left, uint64 needed);

    /// @notice Adds a lane with an escrow of its own, up to 64 of them. Governor.
    function addLane() external returns (uint32 lane);
    /// @notice Names the pool and the auction house, once. Governor.
    function wire(address pool, address auctionHouse) external;
    function setRelayer(uint32 lane, address relayer, bool active) external;
    /// @notice Books cash that the pool has sent to a lane, or sends cash back. Only the pool.
    function fundLane(uint32 lane, uint64 amount) external;
    /// @notice Sends cash that is the pool's own (`cash - owed`) back to the pool. Only the pool.
    function defundLane(uint32 lane, uint64 amount) external;
    /// @notice Hands the classes' caps to the lanes, and allows so much value at auction in each. Only the pool, at a close.
    /// @param reserved Draws reserved in each lane, ledger units: their room comes first (rule L2).
    /// @param auctionValue Value that may be at auction in one lane, ledger units.
    function handOut(uint64[] calldata reserved, uint64 auctionValue) external;
    /// @notice What a lane may still lend against a class.
    function roomOf(uint32 lane, uint16 classId) external view returns (Room memory);
    /// @notice What may be drawn on restaking tokens in a lane now, ledger units: the bucket refills with time.
    function inflowLeftOf(uint32 lane) external view returns (uint64);
    /// @notice Gives a called loan, or one in auction, a new schedule that its borrower signed (rule D8). It stays
    /// called, with a cure window from now on, and is cured by the rules of any cure. Governor.
    function workOut(LoanWorkout calldata workout, bytes calldata signature, bytes32[] calldata card)
        external;
    /// @notice Spends a nonce of the caller's: terms, changes and workouts that it signed under it, and that nobody has
    /// used, are refused from now on. Anyone, for itself.
    function withdrawConsent(uint32 lane, uint256 nonce) external;
    /// @notice Where a lane's cash goes, repayments and prices of lots among it.
    function tillOf(uint32 lane) external view returns (address);
    /// @notice Has a lane's cash go to its other escrow, the collateral's or a second one, when a
    /// token call on the present one fails. What that one holds lies aside, and counts zero, until it is gathered. Governor.
    function turnTill(uint32 lane) external;
    /// @notice Brings to the till all cash that the lane's other escrow holds, as soon as the token lets it go. Anyone.
    function gatherTill(uint32 lane) external returns (uint64 amount);
    /// @notice Gives the reserve what lies in a lane's escrow beyond its books: nobody called for it. Anyone.
    function sweepLane(uint32 lane) external returns (uint64 amount);
    /// @notice Gives the reserve what came to the income address of a loan that has ended. Anyone.
    function sweepEnded(uint64 loanId) external returns (uint64 amount);
    /// @notice Hands over what waits of a closed loan, as far as it now can. Anyone.
    function deliver(uint64 loanId, bytes32[] calldata card) external;
    /// @notice Things of a closed loan that wait in the escrow; see `ReturnWaits`.
    function waitingOf(uint64 loanId) external view returns (uint256 places);
    /// @notice Names the list of those to whom nothing is paid; zero when there is none. Governor.
    function setSanctions(ISanctions list) external;
    function sanctions() external view returns (ISanctions);
    /// @notice Whether a party may be paid. The list is asked with at most 50,000 gas; one that fails clears nobody.
    function isCleared(address party) external view returns (bool);
}
