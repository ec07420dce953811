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

/// @notice What the borrower of a called loan signs, and a vote decides (EIP-712 type
/// `LoanWorkout`, same domain). The debt stays as it is, and so does the collateral (rule D8).
/// @param loanId The loan.
/// @param rateBps Yearly rate once it is cured, at most the present one.
/// @param schedule How principal is paid back.
/// @param instalments Due dates from now on, at least 1.
/// @param interval Seconds between them, at least a day; all of them within ten years (else
/// `tenor`) and within the assets' attestations.
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
/// @notice Part of `ILoanBook`, whose words and units hold. "Governor": only roles of the access
/// manager; others are refused with `AccessManagedUnauthorized` (rule G1).
interface IStewardship {
    // ---- Events: those with a `sequence` count among the lane's (I-33) --------------------------

    /// @notice Cash that no loan can be credited with went to the reserve (rule D6).
    event DonationSwept(uint32 indexed lane, uint32 sequence, uint64 amount);
    /// @notice The pool and the auction house of this market are named for good.
    event Wired(address pool, address auctionHouse);
    /// @notice A key may settle batches of the lane from now on, or may no more (rule S1).
    event RelayerSet(uint32 indexed lane, address indexed relayer, bool active);
    /// @notice The list of those to whom nothing is paid; zero: there is none.
    event SanctionsSet(address list);
    /// @notice Things that could not be handed over when their loan closed wait in the escrow (rule
    /// D9).
    /// @param owner Their recorded owner, for whom alone they wait.
    /// @param places One bit for each asset by its place in the loan's order, bit 255 for the
    /// restaking tokens.
    event ReturnWaits(
        uint64 indexed loanId, address indexed owner, uint32 sequence, uint256 places
    );
    /// @notice Whatever a party signed under that nonce in that lane counts no more.
    event ConsentWithdrawn(address indexed party, uint32 indexed lane, uint256 nonce);
    /// @notice A close hands out the caps of all classes: the draws reserved in each lane, ledger
    /// units in the order of lanes, have room first.
    event RoomsReserved(uint64[] reserved);
    /// @notice A close handed a class's cap to the lanes. With `RoomsReserved` it gives each room.
    /// @param cap Most that may be lent against the class now, ledger units.
    /// @param used What loans that have not ended may draw in all, ledger units.
    event RoomsHandedOut(uint16 indexed classId, uint64 cap, uint64 used);
    /// @notice A lane's cash goes to its other escrow from now on; what it had lies aside (L5).
    /// @param till That other escrow.
    /// @param aside Booked cash that the one before holds, ledger units.
    event TillTurned(uint32 indexed lane, uint32 sequence, address till, uint64 aside);
    /// @notice Cash that lay aside has come to the till.
    /// @param amount All that came, ledger units: what was not booked among it can then be swept.
    /// @param aside What still lies there of the booked cash, ledger units.
    event TillGathered(uint32 indexed lane, uint32 sequence, uint64 amount, uint64 aside);

    // ---- Errors --------------------------------------------------------------------------------

    /// @notice The party may not be paid: it is on the list, or the list fails (rule D9).
    error Sanctioned(address party);
    /// @notice Cash still lies in the escrow to which the lane would turn: `amount`, ledger units.
    error CashAside(uint32 lane, uint64 amount);
    /// @notice There are as many lanes as a close can serve in one transaction: `lanes`.
    error LanesFull(uint32 lanes);
    /// @notice Nothing of the loan waits in the escrow.
    error NothingWaits(uint64 loanId);
    /// @notice None of the things that wait could be moved this time either.
    error ReturnFailed(uint64 loanId);
    /// @notice Too little gas is left to tell a list or a token that fails from one that ran out.
    error ReturnGasTooLow();
    /// @notice The lane may lend only `left` more against the class until the next close, not the
    /// `needed` that the loan may ever draw; ledger units (rule L4).
    error ClassRoomShort(uint32 lane, uint16 classId, uint64 left, uint64 needed);
    /// @notice Only `left` may be drawn on restaking tokens in the lane now, not `needed`, ledger
    /// units; the bucket refills with time.
    error InflowTooFast(uint32 lane, uint64 left, uint64 needed);

    // ---- Functions -----------------------------------------------------------------------------

    /// @notice Adds a lane with an escrow of its own, up to 64 of them (else `LanesFull`).
    /// Governor.
    /// @return lane Its number: they are counted from 0.
    function addLane() external returns (uint32 lane);
    /// @notice Names the pool and the auction house, once (else `AlreadyWired`). Governor.
    function wire(address pool, address auctionHouse) external;
    /// @notice Lets a key settle batches of one lane, or stops it. Governor.
    /// @param active Whether it may from now on. `LaneUnknown` for a lane that does not exist.
    function setRelayer(uint32 lane, address relayer, bool active) external;
    /// @notice Books cash that the pool has sent to a lane's till just before, in the same
    /// transaction; no balance is read (rule L3). Only the pool.
    /// @param amount Ledger units.
    function fundLane(uint32 lane, uint64 amount) external;
    /// @notice Sends cash that is the pool's own (`cash - owed`) and not aside back to the pool.
    /// Only the pool.
    /// @param amount Ledger units; `LaneShortOfCash` beyond what is at hand.
    function defundLane(uint32 lane, uint64 amount) external;
    /// @notice Hands the classes' caps to the lanes, and allows so much value at auction in each
    /// (rule L4). Only the pool, at a close.
    /// @param reserved Draws reserved in each lane, ledger units: their room comes first (rule L2).
    /// One for each lane, or `LaneUnknown`.
    /// @param auctionValue Value that may be at auction in one lane, ledger units.
    /// @dev A class's free cap goes first to lanes with reserved draws, in their order; what is
    /// left is split evenly, rounded down. So all rooms and all that is used are at most the cap.
    function handOut(uint64[] calldata reserved, uint64 auctionValue) external;
    /// @notice What a lane may still lend against a class, and what it has lent.
    /// @param classId Class 14 is that of restaking tokens.
    function roomOf(uint32 lane, uint16 classId) external view returns (Room memory);
    /// @notice What may be drawn on restaking tokens in a lane now, ledger units. The bucket holds
    /// a quarter of what the lane may lend against them in all, and refills within a day.
    function inflowLeftOf(uint32 lane) external view returns (uint64);
    /// @notice Gives a called loan, or one in auction, a new schedule that its borrower signed
    /// (rule D8). It stays called, with a cure window from now on, and is cured by the rules of any
    /// cure. An auction ends. Governor.
    /// @param signature The borrower's, over `workout`.
    /// @dev Reverts with `WrongStatus`, `TermsExpired`, `InvalidSignature`, `NonceUsed`,
    /// `Sanctioned`; for a field out of its bounds with `InvalidTerms` or `RateTooHigh`; and, where
    /// an asset is not active or the schedule outlives its attestations, with `AssetUnusable` or
    /// `MaturityBeyondAttestation`.
    function workOut(
        LoanWorkout calldata workout,
        bytes calldata signature,
        bytes32[] calldata card
    ) external;
    /// @notice Spends a nonce of the caller's: terms, changes and workouts that it signed under it,
    /// and that nobody has used, are refused from now on (rule S4). Anyone, for itself.
    /// @param lane Lane of what was signed; it need not exist yet.
    /// @param nonce Reverts with `NonceUsed` when it was used or withdrawn before.
    function withdrawConsent(uint32 lane, uint256 nonce) external;
    /// @notice Where a lane's cash goes, repayments and prices of lots among it: one of its two
    /// escrows. The address follows from the lane's number, also of a lane that does not exist.
    function tillOf(uint32 lane) external view returns (address);
    /// @notice Has a lane's cash go to its other escrow, the collateral's or a second one, when a
    /// token call on the present one fails (rule L5). What that one holds lies aside, and counts
    /// zero, until it is gathered. Governor.
    /// @dev Reverts with `CashAside` while cash lies aside: two turns' amounts in one escrow could
    /// not be told apart.
    function turnTill(uint32 lane) external;
    /// @notice Brings to the till all cash that the lane's other escrow holds, as soon as the token
    /// lets it go. Anyone.
    /// @return amount Whole ledger units that came; `AmountTooSmall` when there are none.
    function gatherTill(uint32 lane) external returns (uint64 amount);
    /// @notice Gives the reserve what lies in a lane's till beyond its books: nobody called for it,
    /// and it changes no price of a share (rules D6, P3). Anyone.
    /// @return amount Whole ledger units; `AmountTooSmall` when there are none.
    function sweepLane(uint32 lane) external returns (uint64 amount);
    /// @notice Gives the reserve what came to the income address of a loan that has ended: closed
    /// or written off, else `WrongStatus`. Anyone.
    /// @return amount Whole ledger units; `AmountTooSmall` when there are none.
    function sweepEnded(uint64 loanId) external returns (uint64 amount);
    /// @notice Hands over what waits of a closed loan, as far as it now can (rule D9). Anyone.
    /// @dev Reverts with `NothingWaits`, `Sanctioned`, or `ReturnFailed` when no thing moved.
    function deliver(uint64 loanId, bytes32[] calldata card) external;
    /// @notice Things of a closed loan that wait in the escrow.
    /// @return places Bits as in `ReturnWaits`, 0 when nothing waits.
    function waitingOf(uint64 loanId) external view returns (uint256 places);
    /// @notice Names the list of those to whom nothing is paid; zero for none. Governor.
    function setSanctions(ISanctions list) external;
    /// @notice The list in force, zero when there is none.
    function sanctions() external view returns (ISanctions);
    /// @notice Whether a party may be paid. The list is asked with at most 50,000 gas; one that
    /// fails clears nobody, until governance names another.
    /// @dev Reverts with `ReturnGasTooLow` when the caller brought too little gas to ask.
    function isCleared(address party) external view returns (bool);
}
