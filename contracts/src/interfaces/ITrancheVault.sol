// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IERC7540Deposit, IERC7540Operator, IERC7540Redeem, IERC7575} from "./IERC7540.sol";

/// @title The share of one tranche
/// @notice Shares exist from a close's fill to a close's fill: the pool mints what a deposit
/// bought, hands it over when it is claimed, and burns what a redemption gave up.
interface ITrancheShare is IERC20 {
    /// @notice Only the pool mints and burns.
    /// @param caller Who tried.
    error NotPool(address caller);
    /// @notice Only the vault moves shares for a redemption.
    /// @param caller Who tried.
    error NotVault(address caller);

    /// @notice Mints to the pool, which hands over what is claimed. Only the pool.
    /// @param shares Base units of the share.
    function mint(uint256 shares) external;
    /// @notice Burns shares that the pool holds. Only the pool.
    /// @param shares Base units of the share.
    function burn(uint256 shares) external;
    /// @notice Moves shares to the pool for a redemption; a spender other than the owner uses up an
    /// allowance. Only the vault.
    /// @param owner Whose shares.
    /// @param spender Who asks; the owner itself for one of its operators.
    /// @param shares Base units of the share.
    function take(address owner, address spender, uint256 shares) external;
}

/// @title The door of one tranche: ERC-7540 in base units of the stablecoin
/// @notice Requests are irrevocable, their id is always 0: what a controller asked for is one
/// amount, filled by epochs and claimed at the mean price of its fills (rule P1). Amounts of assets
/// are whole ledger units, others are refused.
interface ITrancheVault is IERC7575, IERC7540Operator, IERC7540Deposit, IERC7540Redeem {
    /// @notice A deposit that no close could price fairly was handed back.
    /// @param controller Whose request it was.
    /// @param receiver Who got the cash.
    /// @param assets Base units of the stablecoin.
    event DepositRefund(address indexed controller, address indexed receiver, uint256 assets);

    /// @notice A request in the name of the zero address, which nobody could claim.
    error ControllerMissing();
    /// @notice The caller is neither the party for whom it acts nor its operator.
    /// @param controller That party: the controller of a claim, the owner of a deposit.
    /// @param caller Who tried.
    error NotOperator(address controller, address caller);
    /// @notice The amount is not a whole number of ledger units.
    /// @param assets What was given, base units of the stablecoin.
    /// @param unit Base units in one ledger unit.
    error NotWholeUnits(uint256 assets, uint256 unit);
    /// @notice The price of a request is known only after its close.
    error PriceNotKnownYet();

    /// @notice Hands back what closes refused. Controller or operator.
    /// @dev Reverts with `NotOperator`, with `NothingToClaim` of the pool, and with `Sanctioned`
    /// for a party that is not cleared.
    /// @param receiver Who gets the cash.
    /// @param controller Whose requests.
    /// @return assets All that was refused, base units of the stablecoin.
    function claimRefund(address receiver, address controller) external returns (uint256 assets);
    /// @notice What closes refused and `claimRefund` would hand back to cleared parties.
    /// @param controller Whose requests.
    /// @return assets Base units of the stablecoin; also while the controller is not cleared.
    function refundable(address controller) external view returns (uint256 assets);
}
