// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IBidderGate} from "./IBidderGate.sol";
import {ValueProof} from "./IValuationOracle.sol";

/// @notice The lot of a loan that is for sale now.
/// @param tokenId Asset, or 0 for the restaking tokens.
/// @param startPrice Price at the start, ledger units; for restaking tokens of 10^18 base units.
/// @param floorPrice Price at the end.
/// @param startedAt Unix seconds.
/// @param stoppedAtStart The oracle's `stoppedSeconds` then.
/// @param duration Seconds of fall.
/// @param silent Opened without the oracle: its clock never stops.
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
/// @notice `sequence` counts this contract's own events of the loan's lane.
interface IAuctionHouse {
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
    event LotSold(
        uint64 indexed loanId,
        uint256 indexed tokenId,
        uint32 sequence,
        address buyer,
        uint64 price,
        uint128 lrtAmount,
        bool toReserve
    );
    /// @notice A close allowed so much value at auction in each lane, ledger units.
    event AuctionsAllowed(uint64 perLane);
    event AuctionEnded(uint64 indexed loanId, uint32 sequence);
    event GateSet(uint16 indexed classId, address gate);

    error NoAuction(uint64 loanId);
    error PriceAboveMax(uint64 price, uint64 maxPrice);
    error BidderRefused(uint16 classId, address bidder);
    error EpochClosed(uint32 epoch);
    error PriceNotPaid(uint256 expected, uint256 received);
    /// @notice The lane's auctions may be worth so much more now; it may always have one lot open (L4).
    error AuctionsFull(uint32 lane, uint64 room, uint64 needed);
    error NotLoanBook(address caller);
    error NotYetForSale(uint64 loanId, uint64 from);
    error StillFalling(uint64 loanId, uint64 until);

    /// @notice Opens the auction of a called loan after its cure window. Anyone.
    /// @param newest Newest-round proofs in the loan's order, or none while the oracle is silent. An empty proof lets the
    /// appraisal cap stand in for a revoked or frozen asset, and two days after the cure window for anything (rule V4).
    function open(uint64 loanId, ValueProof[] calldata newest, bytes32[] calldata card) external;
    /// @notice Buys the present lot at the clock's price. Returns what was paid.
    function buy(uint64 loanId, uint64 maxPrice, bytes32[] calldata card)
        external
        returns (uint64 paid);
    /// @notice As `buy`, by a contract that pays out of the lot: it gets the lot, is called with
    /// `onLotBought`, and only then is the price taken from it. Unless all of the price arrives,
    /// nothing has happened. No epoch can be closed inside the call.
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
    function takeForReserve(uint64 loanId, bytes32[] calldata card) external;
    /// @notice Names who says which bidders may buy lots of a class from now on; zero admits
    /// everybody. The reserve's standing bid is never asked. Governor.
    function setGate(uint16 classId, IBidderGate gate) external;
    /// @notice The gate of a class, zero when everybody may buy.
    function gateOf(uint16 classId) external view returns (IBidderGate);
    /// @notice Sets what each lane may have at auction, ledger units. Only the loan book, at a close.
    function allow(uint64 perLane) external;
    /// @notice Takes a loan's lot off the market that nobody needs to buy any more: its loan was
    /// cured or repaid. Only the loan book.
    function withdraw(uint64 loanId) external;
    /// @notice Lots open in a lane, what they were worth at their start, and what they may be worth
    /// (rule L4); ledger units.
    function atAuctionOf(uint32 lane)
        external
        view
        returns (uint32 lots, uint64 value, uint64 allowance);
    /// @notice Price of the present lot now, ledger units; for restaking tokens of what would be sold.
    function priceOf(uint64 loanId, bytes32[] calldata card) external view returns (uint64);
    function lotOf(uint64 loanId, bytes32[] calldata card) external view returns (Lot memory);
}
