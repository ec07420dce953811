// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {TestStablecoin} from "../../src/tokens/TestStablecoin.sol";

/// @title A payment token with the habits that some have
contract OddCoin is ERC20 {
    uint8 public immutable digits;
    bool public isSilent;
    bool public refusesZero;
    bool public isPaused;
    uint256 public feeBps;
    mapping(address account => bool) public isBlocked;

    constructor(uint8 digits_) ERC20("Odd", "ODD") {
        digits = digits_;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setSilent(bool on) external {
        isSilent = on;
    }

    function setRefusesZero(bool on) external {
        refusesZero = on;
    }

    function setPaused(bool on) external {
        isPaused = on;
    }

    function setFee(uint256 bps) external {
        feeBps = bps;
    }

    function setBlocked(address account, bool on) external {
        isBlocked[account] = on;
    }

    function decimals() public view override returns (uint8) {
        return digits;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        return _answer();
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        return _answer();
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!isPaused, "paused");
        require(!isBlocked[from] && !isBlocked[to], "blocked");
        require(amount != 0 || !refusesZero, "zero");
        uint256 fee = from == address(0) ? 0 : amount * feeBps / 10_000;
        if (fee != 0) super._update(from, address(0xFEE), fee);
        super._update(from, to, amount - fee);
    }

    function _answer() private view returns (bool) {
        if (isSilent) {
            assembly {
                return(0, 0)
            }
        }
        return true;
    }
}

/// @title A payment token that burns all gas it gets when cash of some accounts moves
contract BurningCoin is TestStablecoin {
    mapping(address account => bool) public burns;

    constructor() TestStablecoin("Burning", "BRN") {}

    function setBurning(address account, bool on) external {
        burns[account] = on;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (burns[from] || burns[to]) {
            assembly {
                invalid()
            }
        }
        super._update(from, to, amount);
    }
}
