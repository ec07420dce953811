// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ClassTerms, IRiskTerms} from "./interfaces/IRiskTerms.sol";

/// @notice One row for the constructor.
struct ClassRow {
    uint16 classId;
    ClassTerms terms;
}

/// @title Risk terms by asset class, inside hard bounds
contract RiskTerms is IRiskTerms, AccessManaged {
    uint256 internal constant BPS = 10_000;
    /// @notice Most by which the rate curve's utilisation moves at one close.
    uint16 public constant MAX_STEP_BPS = 500;
    uint256 internal constant MAX_RATE_BPS = 5_000;
    uint256 internal constant MAX_LATE_FEE_BPS = 1_000;
    uint256 internal constant MAX_MOVE_BPS = 5_000;
    uint256 internal constant MAX_START_BPS = 20_000;
    uint256 internal constant MIN_WINDOW = 1 days;
    uint256 internal constant MAX_WINDOW = 60 days;
    uint256 internal constant MIN_AUCTION = 1 hours;
    uint256 internal constant MAX_AUCTION = 30 days;
    uint256 internal constant MAX_FRESH = 730 days;
    uint256 internal constant MIN_TENOR = 1 days;
    uint256 internal constant MAX_TENOR = 3650 days;

    /// @dev The last two reports, newest first, and what the curve uses; one slot.
    struct Utilisation {
        uint16 last;
        uint16 beforeLast;
        uint16 curve;
    }

    /// @notice The pool that reports utilisation; set once.
    address public pool;
    mapping(uint16 classId => ClassTerms) private _terms;
    Utilisation private _utilisation;

    event PoolSet(address indexed pool);

    error NotPool(address caller);
    error PoolAlreadySet(address pool);

    constructor(address authority, ClassRow[] memory rows) AccessManaged(authority) {
        for (uint256 i = 0; i < rows.length; ++i) {
            _setTerms(rows[i].classId, rows[i].terms);
        }
    }

    /// @notice Names the pool that may report utilisation, once.
    function setPool(address newPool) external restricted {
        if (pool != address(0)) revert PoolAlreadySet(pool);
        pool = newPool;
        emit PoolSet(newPool);
    }

    /// @inheritdoc IRiskTerms
    function setTerms(uint16 classId, ClassTerms calldata terms) external restricted {
        _setTerms(classId, terms);
    }

    /// @inheritdoc IRiskTerms
    function setUtilisation(uint16 utilisationBps) external {
        if (msg.sender != pool) revert NotPool(msg.sender);
        _check(utilisationBps <= BPS, "utilisationBps", utilisationBps);
        Utilisation memory past = _utilisation;
        uint256 highest = Math.max(utilisationBps, Math.max(past.last, past.beforeLast));
        uint16 curve = _step(past.curve, uint16(highest));
        _utilisation = Utilisation(utilisationBps, past.last, curve);
        emit UtilisationSet(utilisationBps, curve);
    }

    /// @inheritdoc IRiskTerms
    function termsOf(uint16 classId) external view returns (ClassTerms memory) {
        return _known(classId);
    }

    /// @inheritdoc IRiskTerms
    /// @dev Rounded up: a fraction of a basis point is the pool's.
    function rateBps(uint16 classId) external view returns (uint16) {
        ClassTerms storage terms = _known(classId);
        uint256 slope = uint256(terms.rateSlopeBps) * _utilisation.curve;
        return uint16(terms.baseRateBps + Math.ceilDiv(slope, BPS));
    }

    /// @inheritdoc IRiskTerms
    function curveUtilisationBps() external view returns (uint16) {
        return _utilisation.curve;
    }

    function _setTerms(uint16 classId, ClassTerms memory terms) private {
        if (classId == 0) revert ClassUnknown(classId);
        _checkShares(terms);
        _checkTimes(terms);
        _terms[classId] = terms;
        emit ClassTermsSet(classId, terms);
    }

    /// @dev The curve follows the highest of the last three closes, one step at a time.
    function _step(uint16 from, uint16 to) private pure returns (uint16) {
        if (to > from) return from + uint16(Math.min(to - from, MAX_STEP_BPS));
        return from - uint16(Math.min(from - to, MAX_STEP_BPS));
    }

    /// @dev Every class that was ever set has a maximal LTV above zero.
    function _known(uint16 classId) private view returns (ClassTerms storage terms) {
        terms = _terms[classId];
        if (terms.maxLtvBps == 0) revert ClassUnknown(classId);
    }

    function _checkShares(ClassTerms memory t) private pure {
        _check(t.maxLtvBps > 0 && t.maxLtvBps < BPS, "maxLtvBps", t.maxLtvBps);
        _check(
            t.liquidationLtvBps > t.maxLtvBps && t.liquidationLtvBps < BPS,
            "liquidationLtvBps",
            t.liquidationLtvBps
        );
        _check(t.baseRateBps <= MAX_RATE_BPS, "baseRateBps", t.baseRateBps);
        uint256 steepest = uint256(t.baseRateBps) + t.rateSlopeBps;
        _check(steepest <= MAX_RATE_BPS, "rateSlopeBps", t.rateSlopeBps);
        _check(t.moveLimitBps > 0 && t.moveLimitBps <= MAX_MOVE_BPS, "moveLimitBps", t.moveLimitBps);
        _check(t.lateFeeBps <= MAX_LATE_FEE_BPS, "lateFeeBps", t.lateFeeBps);
        bool startFits = t.auctionStartBps >= BPS && t.auctionStartBps <= MAX_START_BPS;
        _check(startFits, "auctionStartBps", t.auctionStartBps);
        _check(t.recoveryBps > 0 && t.recoveryBps < BPS, "recoveryBps", t.recoveryBps);
    }

    function _checkTimes(ClassTerms memory t) private pure {
        _checkRange("gracePeriod", t.gracePeriod, MIN_WINDOW, MAX_WINDOW);
        _checkRange("cureWindow", t.cureWindow, MIN_WINDOW, MAX_WINDOW);
        _checkRange("auctionDuration", t.auctionDuration, MIN_AUCTION, MAX_AUCTION);
        _checkRange("freshFor", t.freshFor, 0, MAX_FRESH);
        _checkRange("maxTenor", t.maxTenor, MIN_TENOR, MAX_TENOR);
    }

    function _checkRange(bytes32 parameter, uint256 value, uint256 low, uint256 high) private pure {
        _check(value >= low && value <= high, parameter, value);
    }

    function _check(bool holds, bytes32 parameter, uint256 value) private pure {
        if (!holds) revert OutOfBounds(parameter, value);
    }
}
