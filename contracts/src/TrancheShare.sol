// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {IERC7575Share} from "./interfaces/IERC7540.sol";
import {ITrancheShare} from "./interfaces/ITrancheVault.sol";

/// @title The share of one tranche: a plain token that only closes create and destroy
contract TrancheShare is ERC20, ITrancheShare, IERC7575Share, IERC165 {
    address public immutable pool;
    address private immutable VAULT;
    address private immutable ASSET;
    uint8 private immutable DECIMALS;

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
    function mint(uint256 shares) external {
        _requirePool();
        _mint(pool, shares);
    }

    /// @inheritdoc ITrancheShare
    function burn(uint256 shares) external {
        _requirePool();
        _burn(pool, shares);
    }

    /// @inheritdoc ITrancheShare
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
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(IERC165).interfaceId || id == type(IERC7575Share).interfaceId;
    }

    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }

    function _requirePool() private view {
        if (msg.sender != pool) revert NotPool(msg.sender);
    }
}
