// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title ERC-7575: the functions of ERC-4626 for a vault whose share is a token of its own
/// @notice Amounts of assets are base units of the asset, amounts of shares base units of the
/// share. Where ERC-7540 changes what a function of ERC-4626 means, its meaning is given here:
/// deposits and withdrawals claim what a request has been filled with.
interface IERC7575 {
    /// @notice Shares of a filled deposit request were claimed.
    /// @param sender Controller of the request (ERC-7540), who need not have called.
    /// @param owner Who received the shares.
    /// @param assets Assets for which they stand, base units.
    /// @param shares Shares handed over.
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    /// @notice Assets of a filled redemption request were claimed.
    /// @param sender Who called.
    /// @param receiver Who received the assets.
    /// @param owner Controller of the request.
    /// @param assets Assets handed over, base units.
    /// @param shares Shares for which they stand.
    event Withdraw(
        address indexed sender,
        address indexed receiver,
        address indexed owner,
        uint256 assets,
        uint256 shares
    );

    /// @notice The token that is deposited and paid out.
    /// @return Its address.
    function asset() external view returns (address);
    /// @notice The token of the vault's shares.
    /// @return Its address.
    function share() external view returns (address);
    /// @notice Shares that assets would be at the present price, rounded down; no promise of a
    /// fill.
    /// @param assets Base units of the asset.
    /// @return shares Base units of the share.
    function convertToShares(uint256 assets) external view returns (uint256 shares);
    /// @notice Assets that shares would be at the present price, rounded down; no promise of a
    /// fill.
    /// @param shares Base units of the share.
    /// @return assets Base units of the asset.
    function convertToAssets(uint256 shares) external view returns (uint256 assets);
    /// @notice What all shares are worth together.
    /// @return Base units of the asset.
    function totalAssets() external view returns (uint256);
    /// @notice Assets of filled deposit requests for which shares can be claimed now.
    /// @param controller Whose requests.
    /// @return assets Base units of the asset; 0 when nothing can be claimed.
    function maxDeposit(address controller) external view returns (uint256 assets);
    /// @notice Always reverts: the price of a request is not known before it is filled (ERC-7540).
    /// @param assets Not looked at.
    /// @return shares Never.
    function previewDeposit(uint256 assets) external view returns (uint256 shares);
    /// @notice Claims the shares for a part of the caller's filled deposit requests.
    /// @param assets Assets of those requests, base units.
    /// @param receiver Who gets the shares.
    /// @return shares Shares handed over.
    function deposit(uint256 assets, address receiver) external returns (uint256 shares);
    /// @notice Shares of filled deposit requests that can be claimed now.
    /// @param controller Whose requests.
    /// @return shares Base units of the share.
    function maxMint(address controller) external view returns (uint256 shares);
    /// @notice Always reverts, as `previewDeposit` does.
    /// @param shares Not looked at.
    /// @return assets Never.
    function previewMint(uint256 shares) external view returns (uint256 assets);
    /// @notice Claims so many shares of the caller's filled deposit requests.
    /// @param shares Base units of the share.
    /// @param receiver Who gets them.
    /// @return assets Assets of the requests for which they stand, base units.
    function mint(uint256 shares, address receiver) external returns (uint256 assets);
    /// @notice Assets of filled redemption requests that can be claimed now.
    /// @param controller Whose requests.
    /// @return assets Base units of the asset.
    function maxWithdraw(address controller) external view returns (uint256 assets);
    /// @notice Always reverts, as `previewDeposit` does.
    /// @param assets Not looked at.
    /// @return shares Never.
    function previewWithdraw(uint256 assets) external view returns (uint256 shares);
    /// @notice Claims so many assets of filled redemption requests. Controller or operator.
    /// @param assets Base units of the asset.
    /// @param receiver Who gets them.
    /// @param controller Whose requests.
    /// @return shares Shares of the requests for which they stand.
    function withdraw(uint256 assets, address receiver, address controller)
        external
        returns (uint256 shares);
    /// @notice Shares of filled redemption requests for which assets can be claimed now.
    /// @param controller Whose requests.
    /// @return shares Base units of the share.
    function maxRedeem(address controller) external view returns (uint256 shares);
    /// @notice Always reverts, as `previewDeposit` does.
    /// @param shares Not looked at.
    /// @return assets Never.
    function previewRedeem(uint256 shares) external view returns (uint256 assets);
    /// @notice Claims the assets for a part of filled redemption requests. Controller or operator.
    /// @param shares Shares of those requests.
    /// @param receiver Who gets the assets.
    /// @param controller Whose requests.
    /// @return assets Base units of the asset handed over.
    function redeem(uint256 shares, address receiver, address controller)
        external
        returns (uint256 assets);
}

/// @title ERC-7575: where to exchange a share for an asset
interface IERC7575Share {
    /// @notice The share can be exchanged for an asset in a vault from now on.
    /// @param asset The asset.
    /// @param vault The vault.
    event VaultUpdate(address indexed asset, address vault);

    /// @notice Vault of an asset, or zero.
    /// @param asset A token.
    /// @return The vault in which the share is exchanged for it.
    function vault(address asset) external view returns (address);
}

/// @title ERC-7540: accounts that act for a controller
interface IERC7540Operator {
    /// @notice A controller allowed an account to act for it, or forbade it.
    /// @param controller The caller.
    /// @param operator The account.
    /// @param approved Whether it may.
    event OperatorSet(address indexed controller, address indexed operator, bool approved);

    /// @notice Allows or forbids an account to request and to claim for the caller, without limit.
    /// @param operator The account.
    /// @param approved Whether it may.
    /// @return Always true.
    function setOperator(address operator, bool approved) external returns (bool);
    /// @notice Whether an account may act for a controller.
    /// @param controller Who would have allowed it.
    /// @param operator The account.
    /// @return Whether it may.
    function isOperator(address controller, address operator) external view returns (bool);
}

/// @title ERC-7540: deposits that are asked for first and claimed later
interface IERC7540Deposit {
    /// @notice Assets were handed in to become shares.
    /// @param controller Who may claim the shares.
    /// @param owner Who paid.
    /// @param requestId Number of the request; 0 where requests of a controller are one.
    /// @param sender Who called.
    /// @param assets Base units of the asset.
    event DepositRequest(
        address indexed controller,
        address indexed owner,
        uint256 indexed requestId,
        address sender,
        uint256 assets
    );

    /// @notice Hands in assets of `owner`, which become claimable shares later. Owner or its
    /// operator.
    /// @param assets Base units of the asset.
    /// @param controller Who may claim the shares.
    /// @param owner Who pays, having approved the vault.
    /// @return requestId Number of the request; 0 where requests of a controller are one.
    function requestDeposit(uint256 assets, address controller, address owner)
        external
        returns (uint256 requestId);
    /// @notice Assets handed in that wait to be filled.
    /// @param requestId Number of the request.
    /// @param controller Whose request.
    /// @return assets Base units of the asset.
    function pendingDepositRequest(uint256 requestId, address controller)
        external
        view
        returns (uint256 assets);
    /// @notice Assets handed in that have been filled and whose shares are not claimed.
    /// @param requestId Number of the request.
    /// @param controller Whose request.
    /// @return assets Base units of the asset.
    function claimableDepositRequest(uint256 requestId, address controller)
        external
        view
        returns (uint256 assets);
    /// @notice Claims the shares for a part of filled deposit requests. Controller or operator.
    /// @param assets Assets of those requests, base units.
    /// @param receiver Who gets the shares.
    /// @param controller Whose requests.
    /// @return shares Shares handed over.
    function deposit(uint256 assets, address receiver, address controller)
        external
        returns (uint256 shares);
    /// @notice Claims so many shares of filled deposit requests. Controller or operator.
    /// @param shares Base units of the share.
    /// @param receiver Who gets them.
    /// @param controller Whose requests.
    /// @return assets Assets of the requests for which they stand, base units.
    function mint(uint256 shares, address receiver, address controller)
        external
        returns (uint256 assets);
}

/// @title ERC-7540: redemptions that are asked for first and claimed later
interface IERC7540Redeem {
    /// @notice Shares were handed in to become assets.
    /// @param controller Who may claim the assets.
    /// @param owner Whose shares they were.
    /// @param requestId Number of the request; 0 where requests of a controller are one.
    /// @param sender Who called.
    /// @param shares Base units of the share.
    event RedeemRequest(
        address indexed controller,
        address indexed owner,
        uint256 indexed requestId,
        address sender,
        uint256 shares
    );

    /// @notice Hands in shares of `owner`, which become claimable assets later. Owner, its
    /// operator, or who has an allowance of its shares.
    /// @param shares Base units of the share.
    /// @param controller Who may claim the assets.
    /// @param owner Whose shares.
    /// @return requestId Number of the request; 0 where requests of a controller are one.
    function requestRedeem(uint256 shares, address controller, address owner)
        external
        returns (uint256 requestId);
    /// @notice Shares handed in that wait to be filled.
    /// @param requestId Number of the request.
    /// @param controller Whose request.
    /// @return shares Base units of the share.
    function pendingRedeemRequest(uint256 requestId, address controller)
        external
        view
        returns (uint256 shares);
    /// @notice Shares handed in that have been filled and whose assets are not claimed.
    /// @param requestId Number of the request.
    /// @param controller Whose request.
    /// @return shares Base units of the share.
    function claimableRedeemRequest(uint256 requestId, address controller)
        external
        view
        returns (uint256 shares);
}
