// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Asset, AssetStatus, IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {LoanTerms, ILoanBook, ScheduleKind} from "./interfaces/ILoanBook.sol";
import {ClassTerms, IRiskTerms} from "./interfaces/IRiskTerms.sol";
import {IValuationOracle, ValueProof, ValueStatus} from "./interfaces/IValuationOracle.sol";
import {Valuation} from "./libraries/Valuation.sol";

/// @title Reads what collateral is worth: registry, risk terms and oracle; writes nothing
/// @notice Items of a basket are its assets in order, then its restaking tokens if any.
abstract contract Appraiser {
    using Valuation for uint256;

    /// @notice Class of restaking tokens; every other class is of physical assets.
    uint16 internal constant LRT_CLASS = 14;

    IAssetRegistry public immutable registry;
    IRiskTerms public immutable risk;
    IValuationOracle public immutable oracle;

    /// @dev What values a caller must or may bring; the last lets appraisal caps stand in for
    /// them while the oracle is silent (rule V4).
    enum Evidence {
        Newest,
        BothRounds,
        NewestOrCaps
    }

    /// @dev `lrtOpeningPrice` stands for the appraisal that restaking tokens do not have.
    struct Basket {
        uint256[] assets;
        address lrt;
        uint128 lrtAmount;
        uint64 lrtOpeningPrice;
    }

    /// @dev Proofs of the newest round, and of the one before when both count.
    struct Rounds {
        uint32 newest;
        uint32 previous;
        bool both;
        bool silent;
    }

    /// @dev One item, appraised; `price` is its calling value, for an LRT of 10^18 base units.
    struct Item {
        uint256 id;
        bool isLrt;
        uint16 classId;
        uint256 price;
        uint256 value;
        Asset asset;
        ClassTerms terms;
    }

    /// @dev Sums over a basket's calling values, each rounded down item by item.
    struct Weights {
        uint256 opening;
        uint256 liquidation;
        uint256 recovery;
        bool allActive;
    }

    /// @dev What the classes of a basket give a new loan.
    struct Draw {
        uint256 limit;
        uint16 rateBps;
        uint16 lateFeeBps;
        uint32 gracePeriod;
        uint32 cureWindow;
        uint64 lrtPrice;
    }

    constructor(IAssetRegistry registry_, IRiskTerms risk_, IValuationOracle oracle_) {
        (registry, risk, oracle) = (registry_, risk_, oracle_);
    }

    /// @dev Terms of a draw on newest-round values, or the reason why there is none (rule V1).
    function _appraiseDraw(LoanTerms calldata terms, ValueProof[] calldata proofs)
        internal
        view
        returns (Draw memory draw)
    {
        Basket memory basket = Basket(terms.assets, terms.lrt, terms.lrtAmount, 0);
        Rounds memory rounds = _rounds(basket, proofs, Evidence.Newest);
        (draw.gracePeriod, draw.cureWindow) = (type(uint32).max, type(uint32).max);
        for (uint256 i; i < proofs.length; ++i) {
            Item memory item = _appraise(basket, i, rounds, proofs, proofs);
            if (proofs[i].leaf.status != ValueStatus.Valid) {
                revert ILoanBook.AssetUnusable(item.id);
            }
            _addToDraw(draw, item, terms);
        }
    }

    /// @dev Sums of a basket's calling values. `previous` is read for `BothRounds` only.
    function _weigh(
        Basket memory basket,
        ValueProof[] calldata newest,
        ValueProof[] calldata previous,
        Evidence evidence
    ) internal view returns (Weights memory weights) {
        Rounds memory rounds = _rounds(basket, newest, evidence);
        uint256 count = _count(basket);
        weights.allActive = true;
        for (uint256 i; i < count; ++i) {
            Item memory item = _appraise(basket, i, rounds, newest, previous);
            weights.liquidation += item.value.share(item.terms.liquidationLtvBps);
            weights.recovery += item.value.share(item.terms.recoveryBps);
            if (item.isLrt || item.asset.status == AssetStatus.Active) {
                weights.opening += item.value.share(item.terms.maxLtvBps);
            } else {
                weights.allActive = false;
            }
        }
    }

    /// @dev Checks the number of proofs and the age of the newest round.
    function _rounds(Basket memory basket, ValueProof[] calldata newest, Evidence evidence)
        internal
        view
        returns (Rounds memory rounds)
    {
        uint64 newestAt;
        (rounds.newest, newestAt, rounds.previous,) = oracle.rounds();
        bool silent = oracle.isSilent();
        rounds.silent = silent && evidence == Evidence.NewestOrCaps && newest.length == 0;
        if (rounds.silent) return rounds;
        uint256 count = _count(basket);
        if (newest.length != count) revert ILoanBook.ProofMismatch(count, newest.length);
        if (silent) revert IValuationOracle.RoundStale(rounds.newest, newestAt);
        rounds.both = evidence == Evidence.BothRounds;
    }

    function _appraise(
        Basket memory basket,
        uint256 i,
        Rounds memory rounds,
        ValueProof[] calldata newest,
        ValueProof[] calldata previous
    ) internal view returns (Item memory item) {
        item.isLrt = i == basket.assets.length;
        item.id = item.isLrt ? uint160(basket.lrt) : basket.assets[i];
        if (!item.isLrt) item.asset = registry.assetOf(item.id);
        item.classId = item.isLrt ? LRT_CLASS : item.asset.classId;
        item.terms = risk.termsOf(item.classId);
        if (rounds.silent) {
            item.price = item.isLrt ? basket.lrtOpeningPrice : item.asset.appraisalCap;
        } else {
            item.price = _proven(item, rounds.newest, newest[i]);
            if (rounds.both) {
                item.price = _higher(item, _proven(item, rounds.previous, previous[i]));
            }
            if (!item.isLrt) item.price = Math.min(item.price, item.asset.appraisalCap);
        }
        item.value = item.isLrt ? item.price.lrtValue(basket.lrtAmount) : item.price;
    }

    function _count(Basket memory basket) internal pure returns (uint256) {
        return basket.assets.length + (basket.lrtAmount == 0 ? 0 : 1);
    }

    /// @dev Lower bound that the proof gives; the leaf must be of this item.
    function _proven(Item memory item, uint32 round, ValueProof calldata proof)
        private
        view
        returns (uint256)
    {
        if (proof.leaf.assetId != item.id) {
            revert ILoanBook.ProofMismatch(item.id, proof.leaf.assetId);
        }
        if (proof.leaf.classId != item.classId) {
            revert ILoanBook.ProofMismatch(item.classId, proof.leaf.classId);
        }
        oracle.check(round, proof);
        return proof.leaf.lower;
    }

    /// @dev The higher of both rounds; a physical asset's jump waits for the void window (V3).
    function _higher(Item memory item, uint256 previous) private view returns (uint256) {
        uint256 newest = item.price;
        bool moved = !item.isLrt
            && Valuation.movedTooFar(previous, newest, item.terms.moveLimitBps);
        if (moved && !oracle.voidWindowPassed()) {
            revert ILoanBook.MoveUnconfirmed(item.id, uint64(previous), uint64(newest));
        }
        return Math.max(newest, previous);
    }

    function _addToDraw(Draw memory draw, Item memory item, LoanTerms calldata terms) private view {
        ClassTerms memory class = item.terms;
        uint256 tenor = uint256(terms.instalments) * terms.interval;
        if (!class.enabled) revert ILoanBook.ClassDisabled(item.classId);
        if (class.mustAmortise && terms.schedule != ScheduleKind.Amortising) {
            revert ILoanBook.InvalidTerms("schedule");
        }
        if (tenor > class.maxTenor) revert ILoanBook.InvalidTerms("tenor");
        uint256 value = item.value;
        if (item.isLrt) {
            draw.lrtPrice = uint64(item.price);
        } else {
            value = value.share(_freshnessBps(item, block.timestamp + tenor));
        }
        draw.limit += value.share(class.maxLtvBps);
        draw.rateBps = uint16(Math.max(draw.rateBps, risk.rateBps(item.classId)));
        draw.lateFeeBps = uint16(Math.max(draw.lateFeeBps, class.lateFeeBps));
        draw.gracePeriod = uint32(Math.min(draw.gracePeriod, class.gracePeriod));
        draw.cureWindow = uint32(Math.min(draw.cureWindow, class.cureWindow));
    }

    /// @dev Freshness of an asset that may be pledged until `maturity`, or the reason against it.
    function _freshnessBps(Item memory item, uint256 maturity) private view returns (uint256) {
        Asset memory asset = item.asset;
        if (asset.status != AssetStatus.Active) revert ILoanBook.AssetUnusable(item.id);
        if (maturity > asset.validUntil) {
            revert ILoanBook.MaturityBeyondAttestation(item.id, asset.validUntil);
        }
        return Valuation.freshnessBps(
            asset.attestedAt, asset.validUntil, item.terms.freshFor, block.timestamp
        );
    }
}
