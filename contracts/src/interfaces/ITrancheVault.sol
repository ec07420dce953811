// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IERC7540Deposit, IERC7540Operator, IERC7540Redeem, IERC7575} from "./IERC7540.sol";

/// @title The share of one tranche
interface ITrancheShare is IERC20 {
    error NotPool(address caller);
    error NotVault(address caller);

    /// @notice Mints to the pool, which hands over what is claimed. Only the pool.
    function mint(uint256 shares) external;
    /// @notice Burns shares that the pool holds. Only the pool.
    function burn(uint256 shares) external;
    /// @notice Moves shares to the pool for a redemption; a spender other than the owner uses up
    /// an allowance. Only the vault.
    function take(address owner, address spender, uint256 shares) external;
}

/// @title The door of one tranche: ERC-7540 in base units of the stablecoin
/// @notice Requests are irrevocable, their id is always 0: what a controller asked for is one
/// amount, filled by epochs and claimed at the mean price of its fills. Amounts of assets are whole
/// ledger units, others are refused.
interface ITrancheVault is IERC7575, IERC7540Operator, IERC7540Deposit, IERC7540Redeem {
    /// @notice A deposit that no close could price fairly was handed back.
    event DepositRefund(address indexed controller, address indexed receiver, uint256 assets);

    error ControllerMissing();
    error NotOperator(address controller, address caller);
    error NotWholeUnits(uint256 assets, uint256 unit);
    /// @notice The price of a request is known only after its close.
    error PriceNotKnownYet();

    /// @notice Hands back what closes refused. Controller or operator.
    function claimRefund(address receiver, address controller) external returns (uint256 assets);
    /// @notice What `claimRefund` would hand back.
    function refundable(address controller) external view returns (uint256 assets);
}
