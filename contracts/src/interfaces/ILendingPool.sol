// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Claim} from "../libraries/Claims.sol";
import {ILoanBook} from "./ILoanBook.sol";
import {ITrancheVault} from "./ITrancheVault.sol";

/// @notice The two kinds of shares: senior earns a fixed rate and is paid first, junior bears
/// losses first and has what is left (rule P2).
enum Tranche {
    Senior,
    Junior
}

/// @notice What a claim counts in: `Deposit` and `Withdraw` in assets, `Mint` and `Redeem` in
/// shares. The first two claim shares, the last two cash.
enum ClaimKind {
    Deposit,
    Mint,
    Withdraw,
    Redeem
}

/// @notice A controller's requests in one tranche. Assets are ledger units, shares base units of
/// the share.
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
/// priced at the first close at least one whole epoch after them (rule P1). Amounts of cash are
/// ledger units, amounts of shares base units of the share.
interface ILendingPool {
    /// @notice Cash came in for shares.
    /// @param tranche Whose shares.
    /// @param controller Who may claim them.
    /// @param epoch Epoch that runs; the close of the next fills the request, or of this one while
    /// nobody holds a share.
    /// @param assets Ledger units.
    event DepositRequested(
        Tranche indexed tranche, address indexed controller, uint32 epoch, uint64 assets
    );
    /// @notice Shares came in for cash.
    /// @param tranche Whose shares.
    /// @param controller Who may claim the cash.
    /// @param epoch Epoch that runs; the close of the next is the first that may fill the request.
    /// @param shares Base units of the share.
    event RedeemRequested(
        Tranche indexed tranche, address indexed controller, uint32 epoch, uint128 shares
    );
    /// @notice Shares of filled deposits were handed over.
    /// @param tranche Whose shares.
    /// @param controller Whose requests.
    /// @param receiver Who got the shares.
    /// @param assets Assets of the requests for which they stand, ledger units.
    /// @param shares Base units of the share.
    event DepositClaimed(
        Tranche indexed tranche,
        address indexed controller,
        address indexed receiver,
        uint64 assets,
        uint128 shares
    );
    /// @notice Cash of filled redemptions was handed over.
    /// @param tranche Whose shares were redeemed.
    /// @param controller Whose requests.
    /// @param receiver Who got the cash.
    /// @param shares Shares for which it stands.
    /// @param assets Ledger units.
    event RedeemClaimed(
        Tranche indexed tranche,
        address indexed controller,
        address indexed receiver,
        uint128 shares,
        uint64 assets
    );
    /// @notice A deposit that found no fair price at its close came back.
    /// @param tranche Whose shares were asked for.
    /// @param controller Whose request.
    /// @param receiver Who got the cash.
    /// @param assets Ledger units.
    event DepositRefunded(
        Tranche indexed tranche, address indexed controller, address receiver, uint64 assets
    );
    /// @notice What a close took of a tranche's deposits, before `EpochClosed`.
    /// @param tranche Whose shares.
    /// @param epoch Epoch that closes.
    /// @param assets Cash that became the pool's, ledger units.
    /// @param shares Shares minted for it.
    event DepositsFilled(
        Tranche indexed tranche, uint32 indexed epoch, uint64 assets, uint128 shares
    );
    /// @notice What a close paid for a tranche's redemptions, before `EpochClosed`.
    /// @param tranche Whose shares.
    /// @param epoch Epoch that closes.
    /// @param shares Shares burned.
    /// @param assets Cash set aside for their controllers, ledger units.
    event RedemptionsFilled(
        Tranche indexed tranche, uint32 indexed epoch, uint128 shares, uint64 assets
    );
    /// @notice State after a close, in ledger units. A loss is what the close took from a tranche
    /// below its last value.
    /// @param epoch Epoch that has closed.
    /// @param nav Worth of both tranches, after what was filled.
    /// @param seniorValue Worth of senior.
    /// @param juniorValue Worth of junior.
    /// @param seniorLoss Senior's loss, before what was filled.
    /// @param juniorLoss Junior's loss, before what was filled.
    /// @param utilisationBps Share of NAV that is lent, basis points, as `RiskTerms` is told.
    /// @param cash The pool's own cash that stays here.
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
    /// @notice The reserve has more cash. What reservations forfeit is told by `ReservationEnded`.
    /// @param from Who paid; the pool itself for cash that was sent uncalled for.
    /// @param amount Ledger units.
    event ReserveFunded(address indexed from, uint64 amount);
    /// @notice The reserve has bought a lot.
    /// @param loanId Whose lot.
    /// @param lane Lane of the loan, to whose till the cash went.
    /// @param amount Price, ledger units.
    event ReservePaid(uint64 indexed loanId, uint32 indexed lane, uint64 amount);
    /// @notice A lane's token call failed in a close: its cash counts zero from the close of epoch
    /// `since` on (rule L5). With `since` zero it works again, and counts.
    /// @param lane The lane.
    /// @param since First epoch whose close counts its cash zero, or 0.
    event LaneStuck(uint32 indexed lane, uint32 since);
    /// @notice The pool serves a market from now on, for good.
    /// @param loanBook Its loan book.
    /// @param auctionHouse Its auction house.
    event MarketSet(address indexed loanBook, address indexed auctionHouse);
    /// @notice Lenders come through these vaults from now on, for good.
    /// @param senior Vault of senior.
    /// @param junior Vault of junior.
    event VaultsSet(address indexed senior, address indexed junior);
    /// @notice A borrower asked for cash in a lane at the next close, against a deposit (rule L2).
    /// @param lane Where the cash shall come.
    /// @param borrower Who will draw it.
    /// @param epoch Epoch that runs; its close brings the cash.
    /// @param amount Cash asked for, ledger units.
    /// @param deposit Deposit paid, ledger units.
    event DrawReserved(
        uint32 indexed lane, address indexed borrower, uint32 epoch, uint64 amount, uint64 deposit
    );
    /// @notice A reservation is over; the forfeited part of its deposit is the reserve's.
    /// @param lane Its lane.
    /// @param borrower Who had reserved.
    /// @param refunded Part of the deposit paid back, ledger units.
    /// @param forfeited The other part, ledger units.
    event ReservationEnded(
        uint32 indexed lane, address indexed borrower, uint64 refunded, uint64 forfeited
    );

    /// @notice An epoch cannot be closed before its least length has passed.
    /// @param endsAt When it may be, unix seconds.
    error EpochRunning(uint64 endsAt);
    /// @notice No close has refused a deposit of the controller's.
    /// @param controller Whose requests.
    error NothingToClaim(address controller);
    /// @notice The reserve cannot pay that much.
    /// @param available What it has, ledger units.
    /// @param needed What was asked for, ledger units.
    error ReserveShort(uint64 available, uint64 needed);
    /// @notice An amount of nothing, or nothing there that could be swept.
    error ZeroAmount();
    /// @notice Only the auction house spends the reserve.
    /// @param caller Who tried.
    error NotAuctionHouse(address caller);
    /// @notice Only the vault of the tranche asks and claims for lenders.
    /// @param caller Who tried.
    error NotVault(address caller);
    /// @notice The reserve pays to the till of the loan's lane only.
    /// @param escrow Where it should have paid.
    error EscrowUnknown(address escrow);
    /// @notice The pool calls this itself, so that a failing transfer undoes one lane's supply
    /// only.
    /// @param caller Who tried.
    error NotPoolItself(address caller);
    /// @notice The pool has a market, which never changes.
    /// @param loanBook Its loan book.
    error MarketAlreadySet(address loanBook);
    /// @notice The tranches have vaults, which never change.
    /// @param senior Vault of senior.
    error VaultsAlreadySet(address senior);
    /// @notice A number that the pool would be deployed with is outside its hard bounds.
    error ParametersOutOfBounds();
    /// @notice The rest of the gas could make a lane's token call fail that would work with more.
    /// @param lane The lane that was next.
    error CloseGasTooLow(uint32 lane);
    /// @notice There is no such lane.
    /// @param lane Its number.
    error LaneUnknown(uint32 lane);
    /// @notice The caller has a reservation in the lane, which must be ended first.
    /// @param lane The lane.
    /// @param epoch Epoch in which it was made.
    error ReservationOpen(uint32 lane, uint32 epoch);
    /// @notice The borrower has no reservation in the lane.
    /// @param lane The lane.
    /// @param borrower The borrower.
    error ReservationMissing(uint32 lane, address borrower);
    /// @notice The close of that epoch must have passed before the caller may end it.
    /// @param epoch That epoch.
    error ReservationRunning(uint32 epoch);
    /// @notice All reservations of an epoch together are bounded by the cash that the last close
    /// could spare.
    /// @param most What may still be reserved, ledger units.
    /// @param needed What was asked for, ledger units.
    error ReservationTooLarge(uint64 most, uint64 needed);
    /// @notice The loan does not show that the reserved cash was drawn: another lane or borrower,
    /// less principal, or from outside of the epoch in which the cash was there.
    /// @param loanId The loan.
    error DrawNotOfReservation(uint64 loanId);

    /// @notice Names the loan book and the auction house that the pool serves, once. Governor.
    /// @dev Reverts with `MarketAlreadySet`.
    /// @param book The loan book; its sanctions list is the pool's (rule D9).
    /// @param house The auction house, which may spend the reserve on lots.
    function setMarket(ILoanBook book, address house) external;
    /// @notice Names the tranches' vaults, once, and so their shares. Governor.
    /// @dev Reverts with `VaultsAlreadySet`.
    /// @param senior Vault of senior.
    /// @param junior Vault of junior.
    function setVaults(ITrancheVault senior, ITrancheVault junior) external;
    /// @notice Takes cash from the vault; it becomes shares at a close. Only the tranche's vault.
    /// @dev Reverts with `NotVault`, `ZeroAmount`, `Sanctioned`, `TransferShort`, or with
    /// `ClaimFirst` when the controller's older requests wait for more closes than one call
    /// applies.
    /// @param tranche Whose shares.
    /// @param controller Whose the request is.
    /// @param owner Who paid; both must be cleared, as `isCleared` says.
    /// @param assets Ledger units, above zero.
    function requestDeposit(Tranche tranche, address controller, address owner, uint64 assets)
        external;
    /// @notice Books shares that the vault has moved here. Only the tranche's vault. A party on the
    /// sanctions list may ask too; its cash then waits (rule D9).
    /// @dev Reverts with `NotVault`, `ZeroAmount` or `ClaimFirst`.
    /// @param tranche Whose shares.
    /// @param controller Whose the request is.
    /// @param shares Base units of the share, above zero.
    function requestRedeem(Tranche tranche, address controller, uint128 shares) external;
    /// @notice Hands over a part of what closes have filled. Only the tranche's vault. What is due
    /// to a party that is not cleared waits, and so does what it would receive for another.
    /// @dev Reverts with `NotVault`, `ZeroAmount`, `Sanctioned` or `MoreThanClaimable`.
    /// @param tranche Whose shares.
    /// @param kind What is claimed, and in what `amount` counts.
    /// @param controller Whose requests.
    /// @param receiver Who gets the shares or the cash.
    /// @param amount Ledger units for `Deposit` and `Withdraw`, base units of the share for `Mint`
    /// and `Redeem`; above zero.
    /// @return other Shares for `Deposit` and `Withdraw`, assets for `Mint` and `Redeem`; rounded
    /// against the one who claims.
    function claim(
        Tranche tranche,
        ClaimKind kind,
        address controller,
        address receiver,
        uint256 amount
    ) external returns (uint256 other);
    /// @notice Hands back deposits that closes refused, to cleared parties. Only the tranche's
    /// vault.
    /// @dev Reverts with `NotVault`, `NothingToClaim` or `Sanctioned`.
    /// @param tranche Whose shares were asked for.
    /// @param controller Whose requests.
    /// @param receiver Who gets the cash.
    /// @return assets All that was refused, ledger units.
    function claimRefund(Tranche tranche, address controller, address receiver)
        external
        returns (uint64 assets);
    /// @notice Applies up to 256 closes to a controller's requests. Anyone; needed only for those
    /// that waited for longer without a call.
    /// @param tranche Whose shares.
    /// @param controller Whose requests.
    function applyCloses(Tranche tranche, address controller) external;
    /// @notice Folds the lanes into NAV, runs the waterfall, fills requests, sets rates and moves
    /// cash. Anyone, once an epoch, never paused (rules P1 to P3, L4, L5).
    /// @dev Reverts with `EpochRunning`, or with `CloseGasTooLow` rather than taking lack of gas
    /// for a failing lane.
    function closeEpoch() external;
    /// @notice Gives cash to the reserve, for nothing in return. Anyone.
    /// @dev Reverts with `ZeroAmount` or `TransferShort`.
    /// @param amount Ledger units; taken from the caller, who has approved them.
    function fundReserve(uint64 amount) external;
    /// @notice Books cash that was sent here uncalled for as the reserve's (rule P3). Anyone.
    /// @dev Reverts with `ZeroAmount` when there is less than one ledger unit of it.
    /// @return amount Ledger units.
    function sweepDonations() external returns (uint64 amount);
    /// @notice Pays the reserve's standing bid to a lane's escrow (rule C4). Only the auction
    /// house.
    /// @dev Reverts with `NotAuctionHouse`, `EscrowUnknown` or `ReserveShort`.
    /// @param loanId Whose lot it buys.
    /// @param lane Lane of that loan.
    /// @param escrow Till of that lane.
    /// @param amount Price, ledger units.
    function payFromReserve(uint64 loanId, uint32 lane, address escrow, uint64 amount) external;
    /// @notice Asks for cash in a lane at the next close, for a loan opened in the epoch after it
    /// (rule L2). The deposit comes back when the caller opens it, and when the cash did not come
    /// or others drew it; of the part whose cash lay idle for the epoch, half is forfeited, rounded
    /// down. Anyone who is cleared.
    /// @dev Reverts with `ZeroAmount`, `LaneUnknown`, `ReservationTooLarge`, `ReservationOpen`,
    /// `Sanctioned` or `TransferShort`.
    /// @param lane Where the cash shall come.
    /// @param amount Ledger units, above zero. The deposit is a share of it, rounded up, and is
    /// taken from the caller, who has approved it.
    function reserveDraw(uint32 lane, uint64 amount) external;
    /// @notice Ends a reservation and pays its deposit back. Anyone; where that forfeits, only the
    /// borrower for one epoch; once the borrower is cleared.
    /// @dev Reverts with `ReservationMissing`, `Sanctioned`, `ReservationRunning`,
    /// `DrawNotOfReservation`, or with `CardMismatch` of the loan book.
    /// @param lane Its lane.
    /// @param borrower Who reserved, and is paid.
    /// @param loanId The loan that used it, or 0 when none did. A further draw on an older loan
    /// proves nothing.
    /// @param card That loan's card, or empty.
    function endReservation(
        uint32 lane,
        address borrower,
        uint64 loanId,
        bytes32[] calldata card
    ) external;
    /// @notice Receives lots that the reserve took.
    /// @return Its address, fixed at deployment.
    function reserveHolder() external view returns (address);
    /// @notice The epoch that runs.
    /// @return number Its number; the first is 1.
    /// @return startedAt When the last close was, unix seconds.
    function epoch() external view returns (uint32 number, uint64 startedAt);
    /// @notice NAV now (rule P3); lane debt is exact between closes.
    /// @return Ledger units, rounded down. The cash of stuck lanes counts zero.
    function nav() external view returns (uint64);
    /// @notice The pool's own booked cash here, without the reserve and what it holds for others.
    /// @return Ledger units.
    function cash() external view returns (uint64);
    /// @notice Cash of donations and forfeits, which pays the standing bid; no part of NAV.
    /// @return Ledger units.
    function reserve() external view returns (uint64);
    /// @notice A tranche as the last close left it.
    /// @param tranche Which.
    /// @return value Worth of its shares, ledger units.
    /// @return shares Shares that closes have minted and not burned.
    function trancheOf(Tranche tranche) external view returns (uint64 value, uint128 shares);
    /// @notice What senior would be worth without losses, as of the last close.
    /// @return Ledger units; at least senior's value.
    function seniorDue() external view returns (uint64);
    /// @notice Whether the loan book's sanctions list lets a party pay in and be paid (rule D9).
    /// @param party Whom to ask about.
    /// @return Also true while the pool has no market; false when the list fails.
    function isCleared(address party) external view returns (bool);
    /// @notice A controller's requests in a tranche, all closes applied that one call applies.
    /// @param tranche Which.
    /// @param controller Whose.
    /// @return See `Requests`.
    function requestsOf(Tranche tranche, address controller)
        external
        view
        returns (Requests memory);
    /// @notice Open reservation of a borrower in a lane.
    /// @param lane The lane.
    /// @param borrower Who reserved.
    /// @return amount Cash asked for, ledger units; 0 when there is none.
    /// @return deposit Deposit paid, ledger units.
    /// @return epoch Epoch in which it was made.
    function reservationOf(uint32 lane, address borrower)
        external
        view
        returns (uint64 amount, uint64 deposit, uint32 epoch);
}
