// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Governed} from "./Governed.sol";
import {CLASS_LIMIT, ClassTerms, IRiskTerms} from "./interfaces/IRiskTerms.sol";
import {OfferWord, OfferWords} from "./libraries/OfferWords.sol";
import {TermBounds} from "./libraries/TermBounds.sol";
import {TermsWord, TermsWords} from "./libraries/TermsWords.sol";

/// @notice One class for the constructor; class 0 is the whole market, which has a cap only.
/// @param classId The class, or 0.
/// @param terms Its terms; of class 0 not looked at.
/// @param startCap Exposure cap at deployment, ledger units, at most half of `cap`.
/// @param cap What it grows to, ledger units.
struct ClassRow {
    uint16 classId;
    ClassTerms terms;
    uint64 startCap;
    uint64 cap;
}

/// @title Risk terms by asset class, inside hard bounds and speeds
/// @notice What a market reads of a class lies in two words: `TermsWord` for running loans,
/// `OfferWord` for new borrowing. A close writes the rates into the latter, so that all that a draw
/// reads is written at a close or by a vote only (rule L1).
contract RiskTerms is IRiskTerms, Governed {
    /// @dev Basis points in the whole.
    uint256 internal constant BPS = 10_000;
    /// @notice Most by which the rate curve's utilisation moves at one close.
    uint16 public constant MAX_STEP_BPS = 500;
    /// @notice Least seconds between two changes of one class.
    uint256 public constant CHANGE_INTERVAL = 7 days;
    /// @notice Seconds in which a lower liquidation LTV takes effect, in a straight line.
    uint256 public constant RAMP = 30 days;
    /// @notice Seconds in which a higher exposure cap takes effect, in a straight line.
    uint256 public constant CAP_GROWTH = 90 days;
    /// @notice Up to this any cap may be set, however small the present one is; ledger units.
    uint64 public constant FIRST_CAP = 1_000_000e6;

    /// @dev Stands for the whole market among the caps.
    uint16 internal constant MARKET = 0;

    /// @dev Grows from `from` to `to` (ledger units, `from` not above `to`) over `CAP_GROWTH`
    /// seconds after `setAt` (unix seconds), in a straight line; one slot.
    struct Cap {
        uint64 from;
        uint64 to;
        uint64 setAt;
    }

    /// @dev The last two reports, newest first, and what the curve uses; basis points, one slot.
    struct Utilisation {
        uint16 last;
        uint16 beforeLast;
        uint16 curve;
    }

    /// @dev A class's terms: what is asked of running loans, its ramp included, and what new
    /// borrowing is asked, the rate of the epoch included.
    struct Row {
        TermsWord terms;
        OfferWord offer;
    }

    /// @notice The pool that reports utilisation; set once.
    address public pool;
    /// @dev A row without a maximal LTV is of a class without terms.
    mapping(uint16 classId => Row) private _rows;
    /// @dev Caps by class; that of the market under 0.
    mapping(uint16 classId => Cap) private _caps;
    /// @dev Classes with terms; none is ever taken out, so that loans on it stay served.
    uint16[] private _classes;
    /// @dev See `Utilisation`.
    Utilisation private _utilisation;

    /// @notice The pool reports utilisation from now on, for good.
    /// @param pool The pool.
    event PoolSet(address indexed pool);

    /// @notice Only the pool reports utilisation.
    /// @param caller Who tried.
    error NotPool(address caller);
    /// @notice There is a pool, which never changes.
    /// @param pool That pool.
    error PoolAlreadySet(address pool);

    /// @dev Reverts with `ClassUnknown` or `OutOfBounds`.
    /// @param authority_ The access manager.
    /// @param rows Classes of the first day, and the market.
    constructor(address authority_, ClassRow[] memory rows) Governed(IAccessManager(authority_)) {
        for (uint256 i = 0; i < rows.length; ++i) {
            ClassRow memory row = rows[i];
            if (row.classId != MARKET) {
                _setTerms(row.classId, row.terms, row.terms.liquidationLtvBps);
            }
            // Whatever starts, starts small (rule G1).
            if (row.startCap > row.cap / 2) revert OutOfBounds("startCap", row.startCap);
            _setCap(row.classId, row.startCap, row.cap);
        }
    }

    /// @notice Names the pool that may report utilisation, once. Governor.
    /// @dev Reverts with `PoolAlreadySet`.
    /// @param newPool The pool.
    function setPool(address newPool) external restricted {
        if (pool != address(0)) revert PoolAlreadySet(pool);
        pool = newPool;
        emit PoolSet(newPool);
    }

    /// @inheritdoc IRiskTerms
    /// @dev The steps are counted from the terms in force, of a falling liquidation LTV from where
    /// it is; a new fall begins there.
    function setTerms(uint16 classId, ClassTerms calldata terms) external restricted {
        uint16 from = terms.liquidationLtvBps;
        if (_rows[classId].terms.maxLtvBps() != 0) {
            ClassTerms memory present = termsOf(classId);
            uint256 earliest = _rows[classId].terms.changedAt() + CHANGE_INTERVAL;
            if (block.timestamp < earliest) revert TermsTooSoon(classId, uint64(earliest));
            TermBounds.checkSteps(present, terms);
            from = present.liquidationLtvBps;
        }
        _setTerms(classId, terms, from);
    }

    /// @inheritdoc IRiskTerms
    /// @dev The growth begins at the present cap, or at the new one where that is lower.
    function setCap(uint16 classId, uint64 cap) external restricted {
        uint64 present = capOf(classId);
        uint256 highest = Math.max(2 * uint256(present), FIRST_CAP);
        if (cap > highest) revert OutOfBounds("cap", cap);
        _setCap(classId, uint64(Math.min(present, cap)), cap);
    }

    /// @inheritdoc IRiskTerms
    /// @dev Rates are written only when the curve has moved: then once for each class.
    function setUtilisation(uint16 utilisationBps) external {
        if (msg.sender != pool) revert NotPool(msg.sender);
        if (utilisationBps > BPS) revert OutOfBounds("utilisationBps", utilisationBps);
        Utilisation memory past = _utilisation;
        uint256 highest = Math.max(utilisationBps, Math.max(past.last, past.beforeLast));
        uint16 curve = _step(past.curve, uint16(highest));
        _utilisation = Utilisation(utilisationBps, past.last, curve);
        if (curve != past.curve) _setRates(curve);
        emit UtilisationSet(utilisationBps, curve);
    }

    /// @inheritdoc IRiskTerms
    function termsOf(uint16 classId) public view returns (ClassTerms memory terms) {
        return TermsWords.unpack(rowOf(classId), _rows[classId].offer);
    }

    /// @inheritdoc IRiskTerms
    /// @dev A falling liquidation LTV is rounded up, for the borrower.
    function rowOf(uint16 classId) public view returns (TermsWord terms) {
        terms = _known(classId);
        (uint256 from, uint256 to) = (terms.rampFromBps(), terms.liquidationLtvBps());
        if (from <= to) return terms;
        uint256 elapsed = block.timestamp - terms.changedAt();
        if (elapsed >= RAMP) return terms;
        return terms.withLiquidationLtv(to + Math.ceilDiv((from - to) * (RAMP - elapsed), RAMP));
    }

    /// @inheritdoc IRiskTerms
    function offerOf(uint16 classId) public view returns (OfferWord offer) {
        offer = _rows[classId].offer;
        if (offer.maxLtvBps() == 0) revert ClassUnknown(classId);
    }

    /// @inheritdoc IRiskTerms
    /// @dev A class for which no cap was ever set has one of zero.
    function capOf(uint16 classId) public view returns (uint64) {
        if (classId != MARKET) _known(classId);
        Cap memory cap = _caps[classId];
        uint256 elapsed = Math.min(block.timestamp - cap.setAt, CAP_GROWTH);
        return cap.from + uint64(uint256(cap.to - cap.from) * elapsed / CAP_GROWTH);
    }

    /// @inheritdoc IRiskTerms
    function rateBps(uint16 classId) external view returns (uint16) {
        return uint16(offerOf(classId).rateBps());
    }

    /// @inheritdoc IRiskTerms
    function classes() external view returns (uint16[] memory) {
        return _classes;
    }

    /// @inheritdoc IRiskTerms
    function curveUtilisationBps() external view returns (uint16) {
        return _utilisation.curve;
    }

    /// @dev Packs terms into both words, after `TermBounds.check`; the first terms of a class make
    /// it known. Reverts with `ClassUnknown` or `OutOfBounds`.
    /// @param classId The class.
    /// @param terms Its terms.
    /// @param from Liquidation LTV from which it falls, basis points; not above the new one: no
    /// fall.
    function _setTerms(uint16 classId, ClassTerms memory terms, uint16 from) private {
        if (classId == MARKET || classId >= CLASS_LIMIT) revert ClassUnknown(classId);
        TermBounds.check(terms);
        if (_rows[classId].terms.maxLtvBps() == 0) _classes.push(classId);
        TermsWord word = TermsWords.pack(terms, from, block.timestamp);
        OfferWord offer = OfferWords.pack(terms, _rateOf(word, _utilisation.curve));
        _rows[classId] = Row(word, offer);
        emit ClassTermsSet(classId, terms);
        if (from > terms.liquidationLtvBps) {
            emit LiquidationLtvFalls(
                classId, from, terms.liquidationLtvBps, uint64(block.timestamp + RAMP)
            );
        }
    }

    /// @dev Checks neither class nor amounts: its callers have.
    /// @param classId The class, or 0.
    /// @param from Cap from now on, ledger units, at most `to`.
    /// @param to What it grows to.
    function _setCap(uint16 classId, uint64 from, uint64 to) private {
        _caps[classId] = Cap(from, to, uint64(block.timestamp));
        emit CapSet(classId, from, to, uint64(block.timestamp + CAP_GROWTH));
    }

    /// @dev A close evaluates the curve once for each class, so that no draw has to.
    /// @param curve Utilisation that the curve uses, basis points.
    function _setRates(uint256 curve) private {
        for (uint256 i; i < _classes.length; ++i) {
            Row storage row = _rows[_classes[i]];
            row.offer = row.offer.withRate(_rateOf(row.terms, curve));
        }
    }

    /// @dev `base + slope · utilisation` (rule D4), rounded up: a fraction of a basis point is the
    /// pool's.
    /// @param terms Of the class.
    /// @param curve Utilisation that the curve uses, basis points.
    /// @return Basis points a year, at most 5,000: `TermBounds` holds base and slope together to
    /// that.
    function _rateOf(TermsWord terms, uint256 curve) private pure returns (uint256) {
        return terms.baseRateBps() + Math.ceilDiv(terms.rateSlopeBps() * curve, BPS);
    }

    /// @dev The curve follows the highest of the last three closes, one step at a time (rule D4).
    /// @param from Where it is, basis points.
    /// @param to Where it would be.
    /// @return Where it goes: at most `MAX_STEP_BPS` away.
    function _step(uint16 from, uint16 to) private pure returns (uint16) {
        if (to > from) return from + uint16(Math.min(to - from, MAX_STEP_BPS));
        return from - uint16(Math.min(from - to, MAX_STEP_BPS));
    }

    /// @dev Every class that was ever set has a maximal LTV above zero. Reverts with
    /// `ClassUnknown`.
    /// @param classId The class.
    /// @return terms As they were set: without the ramp.
    function _known(uint16 classId) private view returns (TermsWord terms) {
        terms = _rows[classId].terms;
        if (terms.maxLtvBps() == 0) revert ClassUnknown(classId);
    }
}
