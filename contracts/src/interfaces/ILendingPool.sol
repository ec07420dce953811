// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILoanBook} from "./ILoanBook.sol";

enum Tranche {
    Senior,
    Junior
}

/// @title The pool that lenders fund, in two tranches, closed by epoch
/// @notice Requests are irrevocable and priced at the first close at least one whole epoch after
/// them (rule P1).
interface ILendingPool {
    event DepositRequested(
        Tranche indexed tranche, address indexed owner, uint32 epoch, uint64 assets
    );
    event RedeemRequested(
        Tranche indexed tranche, address indexed owner, uint32 epoch, uint128 shares
    );
    event DepositClaimed(
        Tranche indexed tranche, address indexed owner, uint64 assets, uint128 shares
    );
    event RedeemClaimed(
        Tranche indexed tranche, address indexed owner, uint128 shares, uint64 assets
    );
    /// @notice A deposit that found no fair price at its close came back.
    event DepositRefunded(Tranche indexed tranche, address indexed owner, uint64 assets);
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
    /// @notice A lane's token call failed in a close, or works again (rule L5).
    event LaneStuck(uint32 indexed lane, bool stuck);
    event MarketSet(address indexed loanBook, address indexed auctionHouse);

    error EpochRunning(uint64 endsAt);
    error NothingToClaim(address owner);
    error ReserveShort(uint64 available, uint64 needed);
    error SharesShort(uint128 available, uint128 needed);
    error ZeroAmount();
    error NotAuctionHouse(address caller);
    error EscrowUnknown(address escrow);
    error NotPoolItself(address caller);
    error MarketAlreadySet(address loanBook);
    error ParametersOutOfBounds();
    error CloseGasTooLow(uint32 lane);

    /// @notice Names the loan book and the auction house that the pool serves, once.
    function setMarket(ILoanBook book, address house) external;
    function requestDeposit(Tranche tranche, uint64 assets) external;
    function requestRedeem(Tranche tranche, uint128 shares) external;
    /// @notice Hands over what closed epochs have filled: shares and cash. Anyone, for any owner.
    function claim(Tranche tranche, address owner) external;
    /// @notice Folds the lanes into NAV, runs the waterfall, fills requests, sets rates and moves
    /// cash. Anyone, once an epoch.
    function closeEpoch() external;
    function fundReserve(uint64 amount) external;
    /// @notice Pays the reserve's standing bid to a lane's escrow. Only the auction house.
    function payFromReserve(uint64 loanId, uint32 lane, address escrow, uint64 amount) external;
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
    function sharesOf(Tranche tranche, address owner) external view returns (uint128);
    /// @notice An owner's requests: assets and shares still waiting, and what `claim` would hand
    /// over.
    function requestsOf(Tranche tranche, address owner)
        external
        view
        returns (uint128 assets, uint128 shares, uint128 claimableShares, uint64 claimableAssets);
}
