// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBidderGate} from "./IBidderGate.sol";
import {ValueProof} from "./IValuationOracle.sol";

/// @notice The lot of a loan that is for sale now.
/// @param tokenId Asset, or 0 for the restaking tokens.
/// @param startPrice Price at the start, ledger units; for restaking tokens of 10^18 base units.
/// @param floorPrice Price from the end of the fall on, in the same unit.
/// @param startedAt When its clock starts, unix seconds; in the future for an asset whose cure
/// window still runs.
/// @param stoppedAtStart The oracle's `stoppedSeconds` then.
/// @param duration Seconds of fall.
/// @param silent Opened without the oracle: its clock never stops (rule V4).
/// @param lotsLeft Lots after this one.
struct Lot {
    uint256 tokenId;
    uint64 startPrice;
    uint64 floorPrice;
    uint64 startedAt;
    uint64 stoppedAtStart;
    uint32 duration;
    bool silent;
    uint8 lotsLeft;
}

/// @title Dutch auctions of called loans, lot after lot
/// @notice `sequence` counts this contract's own events of the loan's lane. A `card` is the loan's
/// present one; any other is refused with `CardMismatch` of `ILoanBook`.
interface IAuctionHouse {
    /// @notice A lot is for sale, its terms frozen (rule C4).
    /// @param loanId The loan whose collateral it is.
    /// @param tokenId Asset, or 0 for the restaking tokens.
    /// @param sequence Number of the event in its lane.
    /// @param startPrice Price at the start, ledger units; for restaking tokens of 10^18 base
    /// units.
    /// @param floorPrice Price from the end of the fall on, in the same unit.
    /// @param startedAt When its clock starts, unix seconds.
    /// @param duration Seconds of fall.
    /// @param lrtAmount Restaking tokens of the loan, base units, of which as many are sold as the
    /// debt needs; 0 for an asset.
    event LotOffered(
        uint64 indexed loanId,
        uint256 indexed tokenId,
        uint32 sequence,
        uint64 startPrice,
        uint64 floorPrice,
        uint64 startedAt,
        uint32 duration,
        uint128 lrtAmount
    );
    /// @notice A lot has gone to a buyer, and its price to the lane's till.
    /// @param loanId The loan whose collateral it was.
    /// @param tokenId Asset, or 0 for the restaking tokens.
    /// @param sequence Number of the event in its lane.
    /// @param buyer Who received it; of the reserve, its holder.
    /// @param price What was paid, ledger units.
    /// @param lrtAmount Restaking tokens sold, base units; 0 for an asset.
    /// @param toReserve Whether the reserve took it at the floor.
    event LotSold(
        uint64 indexed loanId,
        uint256 indexed tokenId,
        uint32 sequence,
        address buyer,
        uint64 price,
        uint128 lrtAmount,
        bool toReserve
    );
    /// @notice A close allowed so much value at auction in each lane.
    /// @param perLane Worth of all open lots at their start, ledger units.
    event AuctionsAllowed(uint64 perLane);
    /// @notice No lot of the loan is for sale any more: it was repaid, cured, or written off.
    /// @param loanId The loan.
    /// @param sequence Number of the event in its lane.
    event AuctionEnded(uint64 indexed loanId, uint32 sequence);
    /// @notice Governance named who admits bidders to a class.
    /// @param classId Class of assets; that of restaking tokens too.
    /// @param gate The gate, or zero when everybody may buy.
    event GateSet(uint16 indexed classId, address gate);

    /// @notice Nothing of the loan is for sale: it is not in auction.
    /// @param loanId The loan.
    error NoAuction(uint64 loanId);
    /// @notice The clock's price is above what the buyer would pay at most.
    /// @param price Price now, ledger units.
    /// @param maxPrice The buyer's limit, ledger units.
    error PriceAboveMax(uint64 price, uint64 maxPrice);
    /// @notice The gate of the class does not admit the bidder, or failed.
    /// @param classId Class of the lot.
    /// @param bidder The caller.
    error BidderRefused(uint16 classId, address bidder);
    /// @notice The buyer's callback has closed an epoch. A close judges a lane by its cash, and
    /// here the price is booked before it has come.
    /// @param epoch Number of the epoch that runs now.
    error EpochClosed(uint32 epoch);
    /// @notice After the buyer's callback the till did not receive the price to the unit.
    /// @param expected Price, base units of the stablecoin.
    /// @param received What came, base units.
    error PriceNotPaid(uint256 expected, uint256 received);
    /// @notice The lane's auctions may be worth so much more now; it may always have one lot open
    /// (rule L4).
    /// @param lane The lane.
    /// @param room What is left of its allowance, ledger units.
    /// @param needed Worth of the lot at its start, ledger units.
    error AuctionsFull(uint32 lane, uint64 room, uint64 needed);
    /// @notice Only the loan book may do this.
    /// @param caller Who tried.
    error NotLoanBook(address caller);
    /// @notice The lot's clock has not started: its cure window still runs (rule V6).
    /// @param loanId The loan.
    /// @param from When it starts, unix seconds.
    error NotYetForSale(uint64 loanId, uint64 from);
    /// @notice The reserve takes a lot at its floor only, and the price still falls.
    /// @param loanId The loan.
    /// @param until When it is at the floor, unix seconds.
    error StillFalling(uint64 loanId, uint64 until);

    /// @notice Opens the auction of a called loan after its cure window (rule C3). Anyone, unless
    /// paused.
    /// @dev Reverts with `ProtocolIsPaused`, `CureWindowOpen`, `WrongStatus` when the loan is not
    /// called, `AuctionsFull`, `ProofMismatch`, `RoundStale` for proofs while the oracle is silent,
    /// and with what the check of a proof gives.
    /// @param loanId A called loan.
    /// @param newest Newest-round proofs in the loan's order, or none while the oracle is silent.
    /// An empty proof lets the appraisal cap stand in for a revoked or frozen asset, and two days
    /// after the cure window for anything (rule V4).
    /// @param card The loan's card.
    function open(uint64 loanId, ValueProof[] calldata newest, bytes32[] calldata card) external;
    /// @notice Buys the present lot at the clock's price. Anyone whom the class's gate admits and
    /// who is not on the sanctions list; never paused.
    /// @dev Takes the price from the caller, who has approved it to this contract. Reverts with
    /// `NoAuction`, `NotYetForSale`, `PriceAboveMax`, `BidderRefused` or `Sanctioned`.
    /// @param loanId A loan in auction.
    /// @param maxPrice Most that the caller pays, ledger units: it guards against a sale that has
    /// just brought the next lot.
    /// @param card The loan's card.
    /// @return paid Price paid, ledger units.
    function buy(uint64 loanId, uint64 maxPrice, bytes32[] calldata card)
        external
        returns (uint64 paid);
    /// @notice As `buy`, by a contract that pays out of the lot: it gets the lot, is called with
    /// `onLotBought`, and only then is the price taken from it. Unless all of the price arrives,
    /// nothing has happened. No epoch can be closed inside the call.
    /// @dev Reverts as `buy` does, and with `EpochClosed` or `PriceNotPaid`.
    /// @param loanId A loan in auction.
    /// @param maxPrice Most that the caller pays, ledger units.
    /// @param data Passed on to the caller's `onLotBought`.
    /// @param card The loan's card.
    /// @return paid Price paid, ledger units.
    function buyWithCallback(
        uint64 loanId,
        uint64 maxPrice,
        bytes calldata data,
        bytes32[] calldata card
    ) external returns (uint64 paid);
    /// @notice Lets the reserve take a lot whose price has reached the floor (rule C4). Anyone.
    /// Until then, and while the reserve is short, the lot stays for sale to any bidder, at the
    /// floor without end. One more duration later the reserve takes it for what it has, even for
    /// nothing: so every lot leaves its auction, and the rest of the debt is written off. Restaking
    /// tokens then leave all together, because less than the debt is paid for them.
    /// @dev Reverts with `NoAuction`, `StillFalling`, or `ReserveShort` of the pool in the first of
    /// the two durations.
    /// @param loanId A loan in auction.
    /// @param card The loan's card.
    function takeForReserve(uint64 loanId, bytes32[] calldata card) external;
    /// @notice Names who says which bidders may buy lots of a class from now on; zero admits
    /// everybody. The reserve's standing bid is never asked. Governor.
    /// @param classId Class of assets; that of restaking tokens too.
    /// @param gate The gate, asked by `mayBid`; zero for none.
    function setGate(uint16 classId, IBidderGate gate) external;
    /// @notice The gate of a class, zero when everybody may buy.
    /// @param classId Class of assets.
    /// @return Its gate.
    function gateOf(uint16 classId) external view returns (IBidderGate);
    /// @notice Sets what each lane may have at auction. Only the loan book, at a close (rule L4).
    /// @param perLane Worth of all open lots of a lane at their start, ledger units.
    function allow(uint64 perLane) external;
    /// @notice Takes a loan's lot off the market that nobody needs to buy any more: its loan was
    /// cured or repaid. Only the loan book.
    /// @param loanId The loan.
    function withdraw(uint64 loanId) external;
    /// @notice What a lane has at auction, and may have (rule L4).
    /// @param lane The lane.
    /// @return lots Lots open.
    /// @return value What they were worth at their start, ledger units.
    /// @return allowance What they may be worth, ledger units; one lot may be open whatever it is
    /// worth.
    function atAuctionOf(uint32 lane)
        external
        view
        returns (uint32 lots, uint64 value, uint64 allowance);
    /// @notice Price of the present lot now; for restaking tokens of what would be sold.
    /// @dev Reverts with `NoAuction`. Before the lot's clock starts it is the price at the start.
    /// @param loanId A loan in auction.
    /// @param card The loan's card.
    /// @return Ledger units.
    function priceOf(uint64 loanId, bytes32[] calldata card) external view returns (uint64);
    /// @notice The present lot. Reverts with `NoAuction` when there is none.
    /// @param loanId A loan in auction.
    /// @param card The loan's card.
    /// @return The lot, as it was frozen when it was offered.
    function lotOf(uint64 loanId, bytes32[] calldata card) external view returns (Lot memory);
}
