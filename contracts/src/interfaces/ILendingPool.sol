// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Claim} from "../libraries/Claims.sol";
import {ILoanBook} from "./ILoanBook.sol";
import {ITrancheVault} from "./ITrancheVault.sol";

enum Tranche {
    Senior,
    Junior
}

/// @notice What a claim counts in: `Deposit` and `Withdraw` in assets, `Mint` and `Redeem` in
/// shares.
enum ClaimKind {
    Deposit,
    Mint,
    Withdraw,
    Redeem
}

/// @notice A controller's requests in one tranche.
/// @param pendingAssets Deposits that no close has filled.
/// @param pendingShares Redemptions that no close has filled.
/// @param deposit Deposits that closes have filled, and the shares for them.
/// @param redemption Redemptions that closes have filled, and the cash for them.
/// @param refund Deposits that closes gave back.
struct Requests {
    uint128 pendingAssets;
    uint128 pendingShares;
    Claim deposit;
    Claim redemption;
    uint64 refund;
}

/// @title The pool that lenders fund, in two tranches, closed by epoch
/// @notice Lenders come through the tranches' vaults (ERC-7540). Requests are irrevocable and
/// priced at the first close at least one whole epoch after them (rule P1). Amounts are ledger
/// units.
interface ILendingPool {
    event DepositRequested(
        Tranche indexed tranche, address indexed controller, uint32 epoch, uint64 assets
    );
    event RedeemRequested(
        Tranche indexed tranche, address indexed controller, uint32 epoch, uint128 shares
    );
    event DepositClaimed(
        Tranche indexed tranche,
        address indexed controller,
        address indexed receiver,
        uint64 assets,
        uint128 shares
    );
    event RedeemClaimed(
        Tranche indexed tranche,
        address indexed controller,
        address indexed receiver,
        uint128 shares,
        uint64 assets
    );
    /// @notice A deposit that found no fair price at its close came back.
    event DepositRefunded(
        Tranche indexed tranche, address indexed controller, address receiver, uint64 assets
    );
    /// @notice What a close filled of a tranche's requests, before `EpochClosed`.
    event DepositsFilled(
        Tranche indexed tranche, uint32 indexed epoch, uint64 assets, uint128 shares
    );
    event RedemptionsFilled(
        Tranche indexed tranche, uint32 indexed epoch, uint128 shares, uint64 assets
    );
    /// @notice State after a close. Values in ledger units. A loss is what the close took from a
    /// tranche below its last value.
    event EpochClosed(
        uint32 indexed epoch,
        uint64 nav,
        uint64 seniorValue,
        uint64 juniorValue,
        uint64 seniorLoss,
        uint64 juniorLoss,
        uint16 utilisationBps,
        uint64 cash
    );
    event ReserveFunded(address indexed from, uint64 amount);
    event ReservePaid(uint64 indexed loanId, uint32 indexed lane, uint64 amount);
    /// @notice A lane's token call failed in a close: its cash counts zero from the close of epoch
    /// `since` on (rule L5). With `since` zero it works again, and counts.
    event LaneStuck(uint32 indexed lane, uint32 since);
    event MarketSet(address indexed loanBook, address indexed auctionHouse);
    event VaultsSet(address indexed senior, address indexed junior);
    /// @notice A borrower asked for cash in a lane at the next close, against a deposit (rule L2).
    event DrawReserved(
        uint32 indexed lane, address indexed borrower, uint32 epoch, uint64 amount, uint64 deposit
    );
    /// @notice A reservation is over; the forfeited part of its deposit is the reserve's.
    event ReservationEnded(
        uint32 indexed lane, address indexed borrower, uint64 refunded, uint64 forfeited
    );

    error EpochRunning(uint64 endsAt);
    error NothingToClaim(address controller);
    error ReserveShort(uint64 available, uint64 needed);
    error ZeroAmount();
    error NotAuctionHouse(address caller);
    error NotVault(address caller);
    error EscrowUnknown(address escrow);
    error NotPoolItself(address caller);
    error MarketAlreadySet(address loanBook);
    error VaultsAlreadySet(address senior);
    error ParametersOutOfBounds();
    error CloseGasTooLow(uint32 lane);
    error LaneUnknown(uint32 lane);
    error ReservationOpen(uint32 lane, uint32 epoch);
    error ReservationMissing(uint32 lane, address borrower);
    /// @notice The close of that epoch must have passed before the caller may end it.
    error ReservationRunning(uint32 epoch);
    error ReservationTooLarge(uint64 most, uint64 needed);
    error DrawNotOfReservation(uint64 loanId);

    /// @notice Names the loan book and the auction house that the pool serves, once.
    function setMarket(ILoanBook book, address house) external;
    /// @notice Names the tranches' vaults, once.
    function setVaults(ITrancheVault senior, ITrancheVault junior) external;
    /// @notice Takes cash from the vault; it becomes shares at a close. Only the tranche's vault.
    /// @param controller Whose the request is.
    /// @param owner Who paid; both must be cleared, as `isCleared` says.
    function requestDeposit(Tranche tranche, address controller, address owner, uint64 assets)
        external;
    /// @notice Books shares that the vault has moved here. Only the tranche's vault.
    function requestRedeem(Tranche tranche, address controller, uint128 shares) external;
    /// @notice Hands over a part of what closes have filled. Only the tranche's vault. What is due to
    /// a party that is not cleared waits, and so does what it would receive for another.
    /// @return other Shares for `Deposit` and `Withdraw`, assets for `Mint` and `Redeem`.
    function claim(
        Tranche tranche,
        ClaimKind kind,
        address controller,
        address receiver,
        uint256 amount
    ) external returns (uint256 other);
    /// @notice Hands back deposits that closes refused, to cleared parties. Only the tranche's vault.
    function claimRefund(Tranche tranche, address controller, address receiver)
        external
        returns (uint64 assets);
    /// @notice Applies up to 256 closes to a controller's requests. Anyone; needed only for those
    /// that waited for longer without a call.
    function applyCloses(Tranche tranche, address controller) external;
    /// @notice Folds the lanes into NAV, runs the waterfall, fills requests, sets rates and moves
    /// cash. Anyone, once an epoch.
    function closeEpoch() external;
    function fundReserve(uint64 amount) external;
    /// @notice Books cash that was sent here uncalled for as the reserve's. Anyone.
    function sweepDonations() external returns (uint64 amount);
    /// @notice Pays the reserve's standing bid to a lane's escrow. Only the auction house.
    function payFromReserve(uint64 loanId, uint32 lane, address escrow, uint64 amount) external;
    /// @notice Asks for cash in a lane at the next close, for a draw in the epoch after it. The
    /// deposit comes back when the caller draws, and when the cash did not come or others drew it;
    /// of the part whose cash lay idle for the epoch, half is forfeited, rounded down.
    function reserveDraw(uint32 lane, uint64 amount) external;
    /// @notice Ends a reservation and pays its deposit back. Anyone; where that forfeits, only the
    /// borrower for one epoch; once the borrower is cleared.
    /// @param loanId The loan that used it, or 0 when none did.
    /// @param card That loan's card, or empty.
    function endReservation(
        uint32 lane,
        address borrower,
        uint64 loanId,
        bytes32[] calldata card
    ) external;
    /// @notice Receives lots that the reserve took.
    function reserveHolder() external view returns (address);
    function epoch() external view returns (uint32 number, uint64 startedAt);
    /// @notice NAV now, ledger units, rounded down (rule P3); lane debt is exact between closes.
    function nav() external view returns (uint64);
    function cash() external view returns (uint64);
    function reserve() external view returns (uint64);
    /// @notice A tranche as the last close left it.
    function trancheOf(Tranche tranche) external view returns (uint64 value, uint128 shares);
    /// @notice What senior would be worth without losses, as of the last close.
    function seniorDue() external view returns (uint64);
    /// @notice Whether the loan book's sanctions list lets a party pay in and be paid (rule D9).
    function isCleared(address party) external view returns (bool);
    function requestsOf(Tranche tranche, address controller)
        external
        view
        returns (Requests memory);
    /// @notice Open reservation of a borrower in a lane.
    function reservationOf(uint32 lane, address borrower)
        external
        view
        returns (uint64 amount, uint64 deposit, uint32 epoch);
}
