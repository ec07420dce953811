// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice A token that misbehaves as it is told: real tokens do each of these.
contract OddToken {
    uint8 public immutable decimals;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(address => bool) public blocked;
    bool public paused;
    bool public silent;
    bool public refusesZero;
    uint256 public feeBps;
    address public hookTarget;
    bytes public hookCall;
    bytes public hookError;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function setBlocked(address account, bool isBlocked) external {
        blocked[account] = isBlocked;
    }

    function setPaused(bool isPaused) external {
        paused = isPaused;
    }

    /// @notice Gives no return value, as the oldest stablecoin.
    function setSilent(bool isSilent) external {
        silent = isSilent;
    }

    function setRefusesZero(bool refuses) external {
        refusesZero = refuses;
    }

    function setFee(uint256 bps) external {
        feeBps = bps;
    }

    /// @notice Calls somebody during each transfer; what came of it is in `hookError`.
    function setHook(address target, bytes calldata call) external {
        (hookTarget, hookCall) = (target, call);
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        require(!paused, "paused");
        require(!blocked[from] && !blocked[to], "blocked");
        require(!refusesZero || amount != 0, "zero");
        balanceOf[from] -= amount;
        balanceOf[to] += amount - amount * feeBps / 10_000;
        if (hookTarget != address(0)) (, hookError) = hookTarget.call(hookCall);
        if (silent) return;
        assembly ("memory-safe") {
            mstore(0x00, 1)
            return(0x00, 0x20)
        }
    }
}

/// @notice A wallet contract that would take its chance when a token reaches it.
contract GreedyWallet {
    uint256 public hooks;

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        ++hooks;
        revert("no");
    }

    /// @notice Signs everything (ERC-1271).
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return this.isValidSignature.selector;
    }

    function act(address target, bytes calldata call) external {
        (bool done,) = target.call(call);
        require(done, "refused");
    }
}
