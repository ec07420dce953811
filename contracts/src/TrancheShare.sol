// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {IERC7575Share} from "./interfaces/IERC7540.sol";
import {ITrancheShare} from "./interfaces/ITrancheVault.sol";

/// @title The share of one tranche: a plain token that only closes create and destroy
/// @notice Freely transferable; the pool keeps no list of holders. Its price is in the pool's
/// books, not in balances, so that nobody moves it by sending shares or cash (rule P3).
contract TrancheShare is ERC20, ITrancheShare, IERC7575Share, IERC165 {
    /// @notice The pool, to which shares are minted and from which they are burned.
    address public immutable pool;
    /// @dev The vault that made it, which moves shares into redemptions.
    address private immutable VAULT;
    /// @dev The stablecoin, for ERC-7575.
    address private immutable ASSET;
    /// @dev See `TrancheVault`.
    uint8 private immutable DECIMALS;

    /// @dev Its maker is its vault.
    /// @param pool_ The pool.
    /// @param asset The stablecoin.
    /// @param name Name of the token.
    /// @param symbol Its symbol.
    /// @param decimals_ Its decimals.
    constructor(
        address pool_,
        address asset,
        string memory name,
        string memory symbol,
        uint8 decimals_
    ) ERC20(name, symbol) {
        (pool, VAULT, ASSET, DECIMALS) = (pool_, msg.sender, asset, decimals_);
        emit VaultUpdate(asset, msg.sender);
    }

    /// @inheritdoc ITrancheShare
    /// @dev Reverts with `NotPool`.
    function mint(uint256 shares) external {
        _requirePool();
        _mint(pool, shares);
    }

    /// @inheritdoc ITrancheShare
    /// @dev Reverts with `NotPool`.
    function burn(uint256 shares) external {
        _requirePool();
        _burn(pool, shares);
    }

    /// @inheritdoc ITrancheShare
    /// @dev Reverts with `NotVault`, or with OpenZeppelin's errors for a balance or an allowance
    /// that is short.
    function take(address owner, address spender, uint256 shares) external {
        if (msg.sender != VAULT) revert NotVault(msg.sender);
        if (spender != owner) _spendAllowance(owner, spender, shares);
        _transfer(owner, pool, shares);
    }

    /// @inheritdoc IERC7575Share
    function vault(address asset) external view returns (address) {
        return asset == ASSET ? VAULT : address(0);
    }

    /// @inheritdoc IERC165
    /// @dev The number that ERC-7575 names for a share.
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(IERC165).interfaceId || id == type(IERC7575Share).interfaceId;
    }

    /// @notice Decimals of the amounts.
    /// @return Fixed at deployment.
    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }

    /// @dev Reverts with `NotPool`.
    function _requirePool() private view {
        if (msg.sender != pool) revert NotPool(msg.sender);
    }
}
