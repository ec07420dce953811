// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AssetStatus} from "../interfaces/IAssetRegistry.sol";
import {ILoanBook, LoanTerms, ScheduleKind} from "../interfaces/ILoanBook.sol";
import {IPause} from "../interfaces/IPause.sol";
import {
    IValuationOracle,
    Present,
    ValueProof,
    ValueStatus
} from "../interfaces/IValuationOracle.sol";
import {
    Basket,
    Draw,
    Evidence,
    LotPrices,
    Outlook,
    Plan,
    Sources,
    Weights
} from "./Appraisal.sol";
import {AssetWord} from "./AssetWords.sol";
import {Cards} from "./Cards.sol";
import {Consent} from "./Consent.sol";
import {TermsWord} from "./TermsWords.sol";
import {Valuation} from "./Valuation.sol";
import {ValueProofs} from "./ValueProofs.sol";

/// @title Checks terms and signature, and reads what collateral is worth
/// @notice What the loan book and the auction house ask, as far as it needs no state of theirs.
library Underwriter {
    using SafeCast for uint256;
    using Valuation for uint256;

    /// @notice Class of restaking tokens; every other class is of physical assets.
    uint16 internal constant LRT_CLASS = 14;

    uint256 internal constant MAX_ASSETS = 32;
    /// @notice Seconds for which anyone may bring proofs for what has to be sold; then what has none
    /// counts as withheld, and its appraisal cap stands in (rule V4).
    uint256 internal constant WITHHELD_AFTER = 2 days;
    uint256 private constant MIN_INTERVAL = 1 days;
    /// @dev Interest of so many seconds must fit the hot slot, so that no payment can overflow.
    uint256 private constant LONGEST_LIFE = 50 * 365 days;

    /// @dev One item, appraised; `price` is its calling value, for an LRT of 10^18 base units.
    struct Item {
        uint256 id;
        bool isLrt;
        bool bandBroken;
        uint16 classId;
        uint256 price;
        uint256 value;
        AssetWord asset;
        TermsWord terms;
    }

    /// @notice What a new loan gets on newest-round values, or the reason why there is none
    /// (rule V1). The borrower signs for the contract that asks.
    function underwrite(
        Outlook memory outlook,
        LoanTerms calldata terms,
        bytes calldata signature,
        ValueProof[] calldata proofs
    ) internal view returns (Draw memory drawn) {
        _checkTerms(terms);
        Consent.requireSigned(terms.borrower, Consent.hash(terms), signature);
        Basket memory basket = Basket(terms.assets, terms.lrt, terms.lrtAmount, 0, Evidence.Newest);
        uint256 tenor = uint256(terms.instalments) * terms.interval;
        uint256 limit;
        (drawn, limit) = quote(outlook, basket, proofs, Plan(terms.schedule, tenor, true));
        checkRate(drawn.rateBps, terms.maxRateBps);
        if (terms.principal > limit) revert ILoanBook.AboveLtv(terms.principal, uint64(limit));
        checkSize(terms.principal, drawn.rateBps);
    }

    /// @notice What the present table gives a basket on newest-round values, and what may be owed
    /// on it: borrowing value at the opening LTVs (rules V1, V2).
    function quote(
        Outlook memory outlook,
        Basket memory basket,
        ValueProof[] calldata proofs,
        Plan memory plan
    ) internal view returns (Draw memory drawn, uint256 limit) {
        _checkRounds(outlook.present, basket, proofs);
        (drawn.gracePeriod, drawn.cureWindow) = (type(uint24).max, type(uint24).max);
        for (uint256 i; i < proofs.length; ++i) {
            Item memory item = _identify(outlook.from, basket, i);
            uint256 share = _offer(outlook.from, drawn, item, plan);
            _appraise(outlook, basket, item, proofs[i], proofs[i]);
            if (proofs[i].leaf.status != ValueStatus.Valid) {
                revert ILoanBook.AssetUnusable(item.id);
            }
            limit += item.value.share(share).share(item.terms.maxLtvBps());
            if (item.isLrt) drawn.lrtPrice = uint64(item.price);
        }
    }

    /// @notice What a card says that a loan is secured by.
    function basketOf(bytes32[] calldata card, Evidence evidence)
        internal
        pure
        returns (Basket memory basket)
    {
        basket.assets = Cards.assetsOf(card);
        (basket.lrt, basket.lrtAmount) = Cards.lrtOf(card);
        basket.lrtOpeningPrice = Cards.lrtPriceOf(card);
        basket.evidence = evidence;
    }

    /// @notice Reads what counts now; `both` for the proofs of two rounds.
    function look(Sources memory from, bool both) internal view returns (Outlook memory) {
        return Outlook(from, from.oracle.present(both));
    }

    /// @notice Refuses what a pause of new borrowing and of auction starts stops.
    function requireRunning(Present memory present) internal view {
        if (block.timestamp < present.pausedUntil) {
            revert IPause.ProtocolIsPaused(present.pausedUntil);
        }
    }

    function checkRate(uint16 rateBps, uint16 maxRateBps) internal pure {
        if (rateBps > maxRateBps) revert ILoanBook.RateTooHigh(rateBps, maxRateBps);
    }

    function checkDates(uint16 instalments, uint32 interval) internal pure {
        if (instalments == 0) revert ILoanBook.InvalidTerms("instalments");
        if (interval < MIN_INTERVAL) revert ILoanBook.InvalidTerms("interval");
    }

    /// @notice Refuses a principal that, alone or with its interest, could outgrow the hot slot.
    function checkSize(uint256 principal, uint256 rateBps) internal pure {
        bool fits = principal <= type(uint56).max / 2
            && principal * rateBps * LONGEST_LIFE <= type(uint88).max;
        if (!fits) revert ILoanBook.InvalidTerms("principal");
    }

    /// @notice Refuses an asset that may not be pledged for `tenor`, or that the newest round does
    /// not value: it could keep its loan from being called.
    function checkPledge(Sources memory from, ValueProof calldata proof, uint256 tenor)
        internal
        view
    {
        Item memory item;
        item.id = proof.leaf.assetId;
        item.asset = from.registry.standingOf(item.id);
        item.classId = item.asset.classId();
        // A class without terms has no say: the call reverts.
        if (!from.risk.rowOf(item.classId).enabled()) revert ILoanBook.ClassDisabled(item.classId);
        Outlook memory outlook = look(from, false);
        _requireSpeaking(outlook.present);
        _proven(outlook, item, true, proof);
        if (proof.leaf.status != ValueStatus.Valid) revert ILoanBook.AssetUnusable(item.id);
        _requireLasting(item, tenor);
    }

    /// @notice Sums of a basket's calling values. `previous` is read for `BothRounds` only.
    function weigh(
        Outlook memory outlook,
        Basket memory basket,
        ValueProof[] calldata newest,
        ValueProof[] calldata previous
    ) internal view returns (Weights memory weights) {
        _checkRounds(outlook.present, basket, newest);
        if (basket.evidence == Evidence.BothRounds && previous.length != newest.length) {
            revert ILoanBook.ProofMismatch(newest.length, previous.length);
        }
        weights.allActive = true;
        uint256 count = _count(basket);
        for (uint256 i; i < count; ++i) {
            Item memory item = _weighed(outlook, basket, i, newest, previous);
            weights.recovery += item.value.share(item.terms.recoveryBps());
            if (item.bandBroken) {
                weights.bandBroken = true;
                continue;
            }
            weights.liquidation += item.value.share(item.terms.liquidationLtvBps());
            if (item.isLrt || item.asset.status() == AssetStatus.Active) {
                weights.opening += item.value.share(item.terms.maxLtvBps());
            } else {
                weights.allActive = false;
            }
        }
    }

    /// @notice Price paths of a basket's lots in the order of sale: restaking tokens first (C3).
    /// Without proofs, while the oracle is silent, from appraisal caps.
    function lots(Outlook memory outlook, Basket memory basket, ValueProof[] calldata newest)
        internal
        view
        returns (LotPrices[] memory prices)
    {
        _checkRounds(outlook.present, basket, newest);
        uint256 count = _count(basket);
        uint256 lrts = count - basket.assets.length;
        prices = new LotPrices[](count);
        for (uint256 i; i < count; ++i) {
            Item memory item = _weighed(outlook, basket, i, newest, newest);
            prices[item.isLrt ? 0 : i + lrts] = LotPrices({
                start: item.price.startPrice(item.terms.auctionStartBps()).toUint64(),
                floor: uint64(item.price.share(item.terms.recoveryBps())),
                duration: uint32(item.terms.auctionDuration())
            });
        }
    }

    /// @dev Checks the number of proofs and the age of the newest round. A silent oracle passes
    /// only where appraisal caps stand in.
    function _checkRounds(
        Present memory present,
        Basket memory basket,
        ValueProof[] calldata newest
    ) private pure {
        bool capsMay = basket.evidence >= Evidence.NewestOrCaps && newest.length == 0;
        if (present.silent && capsMay) return;
        uint256 count = _count(basket);
        if (newest.length != count) revert ILoanBook.ProofMismatch(count, newest.length);
        _requireSpeaking(present);
    }

    function _requireSpeaking(Present memory present) private pure {
        if (present.silent) revert IValuationOracle.RoundStale(present.newest, present.newestAt);
    }

    /// @dev What item number `i` is.
    function _identify(Sources memory from, Basket memory basket, uint256 i)
        private
        view
        returns (Item memory item)
    {
        if (i == basket.assets.length) {
            (item.isLrt, item.id, item.classId) = (true, uint160(basket.lrt), LRT_CLASS);
        } else {
            item.id = basket.assets[i];
            item.asset = from.registry.standingOf(item.id);
            item.classId = item.asset.classId();
        }
    }

    /// @dev Item number `i`, appraised under the terms of running loans. While the oracle is silent
    /// nothing is read of the proofs, of which there need be none.
    function _weighed(
        Outlook memory outlook,
        Basket memory basket,
        uint256 i,
        ValueProof[] calldata newest,
        ValueProof[] calldata previous
    ) private view returns (Item memory item) {
        item = _identify(outlook.from, basket, i);
        item.terms = outlook.from.risk.rowOf(item.classId);
        if (outlook.present.silent || _isMissing(basket, item, newest[i])) {
            item.price = item.isLrt ? basket.lrtOpeningPrice : item.asset.appraisalCap();
            item.value = item.isLrt ? item.price.lrtValue(basket.lrtAmount) : item.price;
        } else {
            _appraise(outlook, basket, item, newest[i], previous[i]);
        }
    }

    /// @dev At what the proofs give, an asset at most at its appraisal.
    function _appraise(
        Outlook memory outlook,
        Basket memory basket,
        Item memory item,
        ValueProof calldata newest,
        ValueProof calldata previous
    ) private view {
        item.price = _proven(outlook, item, true, newest);
        item.bandBroken = item.isLrt && newest.leaf.status == ValueStatus.Frozen;
        if (basket.evidence == Evidence.BothRounds && !item.bandBroken) {
            item.price = _higher(outlook.present, item, _proven(outlook, item, false, previous));
        }
        if (item.isLrt) {
            item.value = item.price.lrtValue(basket.lrtAmount);
        } else {
            item.price = Math.min(item.price, item.asset.appraisalCap());
            item.value = item.price;
        }
    }

    /// @dev Whether an item comes without a proof, and may.
    function _isMissing(Basket memory basket, Item memory item, ValueProof calldata proof)
        private
        pure
        returns (bool)
    {
        if (proof.leaf.assetId != 0) return false;
        if (basket.evidence == Evidence.CapsForMissing) return true;
        bool inactive = !item.isLrt && item.asset.status() != AssetStatus.Active;
        return inactive && basket.evidence == Evidence.NewestOrCaps;
    }

    function _count(Basket memory basket) private pure returns (uint256) {
        return basket.assets.length + (basket.lrtAmount == 0 ? 0 : 1);
    }

    /// @dev Lower bound that the proof gives; the leaf must be of this item.
    function _proven(
        Outlook memory outlook,
        Item memory item,
        bool newest,
        ValueProof calldata proof
    ) private view returns (uint256) {
        Present memory present = outlook.present;
        if (proof.leaf.assetId != item.id) {
            revert ILoanBook.ProofMismatch(item.id, proof.leaf.assetId);
        }
        if (proof.leaf.classId != item.classId) {
            revert ILoanBook.ProofMismatch(item.classId, proof.leaf.classId);
        }
        uint32 round = newest ? present.newest : present.previous;
        bytes32 root = newest ? present.newestRoot : present.previousRoot;
        ValueProofs.check(outlook.from.oracle, round, root, proof);
        return proof.leaf.lower;
    }

    /// @dev The higher of both rounds; a physical asset's jump waits for the void window (V3).
    function _higher(Present memory present, Item memory item, uint256 previous)
        private
        pure
        returns (uint256)
    {
        uint256 newest = item.price;
        bool moved = !item.isLrt && Valuation.movedTooFar(previous, newest, item.terms.moveLimitBps());
        if (moved && !present.voidWindowPassed) {
            revert ILoanBook.MoveUnconfirmed(item.id, uint64(previous), uint64(newest));
        }
        return Math.max(newest, previous);
    }

    function _checkTerms(LoanTerms calldata terms) private view {
        if (block.timestamp > terms.deadline) revert ILoanBook.TermsExpired(terms.deadline);
        checkDates(terms.instalments, terms.interval);
        if (terms.limit < terms.principal || terms.limit > type(uint56).max) {
            revert ILoanBook.InvalidTerms("limit");
        }
        bool hasLrt = terms.lrtAmount != 0;
        if (hasLrt != (terms.lrt != address(0))) revert ILoanBook.InvalidTerms("lrt");
        if (terms.lrtAmount > type(uint96).max) revert ILoanBook.InvalidTerms("lrtAmount");
        uint256 count = terms.assets.length;
        if (count > MAX_ASSETS || (count == 0 && !hasLrt)) {
            revert ILoanBook.InvalidTerms("assets");
        }
        uint256 last;
        for (uint256 i; i < count; ++i) {
            if (terms.assets[i] <= last) revert ILoanBook.InvalidTerms("assets");
            last = terms.assets[i];
        }
    }

    /// @dev Reads what the item's class offers: into the draw the dearest rate and fee and the
    /// shortest patience. Returns the item's freshness, or the reason against it.
    function _offer(Sources memory from, Draw memory drawn, Item memory item, Plan memory plan)
        private
        view
        returns (uint256)
    {
        (TermsWord terms, uint256 freshFor, uint256 maxTenor, uint256 rate) =
            from.risk.offerOf(item.classId);
        item.terms = terms;
        if (plan.standard) _checkClass(item, plan, maxTenor);
        drawn.rateBps = uint16(Math.max(drawn.rateBps, rate));
        drawn.lateFeeBps = uint16(Math.max(drawn.lateFeeBps, terms.lateFeeBps()));
        drawn.gracePeriod = uint24(Math.min(drawn.gracePeriod, terms.gracePeriod()));
        drawn.cureWindow = uint24(Math.min(drawn.cureWindow, terms.cureWindow()));
        if (item.isLrt) return Valuation.BPS;
        _requireLasting(item, plan.tenor);
        AssetWord asset = item.asset;
        return Valuation.freshnessBps(
            asset.attestedAt(), asset.validUntil(), freshFor, block.timestamp
        );
    }

    /// @dev What a class asks of new borrowing and of an extension.
    function _checkClass(Item memory item, Plan memory plan, uint256 maxTenor) private pure {
        if (!item.terms.enabled()) revert ILoanBook.ClassDisabled(item.classId);
        if (item.terms.mustAmortise() && plan.schedule != ScheduleKind.Amortising) {
            revert ILoanBook.InvalidTerms("schedule");
        }
        if (plan.tenor > maxTenor) revert ILoanBook.InvalidTerms("tenor");
    }

    /// @dev Refuses an asset that may not be pledged for `tenor`.
    function _requireLasting(Item memory item, uint256 tenor) private view {
        if (item.asset.status() != AssetStatus.Active) revert ILoanBook.AssetUnusable(item.id);
        uint256 validUntil = item.asset.validUntil();
        if (block.timestamp + tenor > validUntil) {
            revert ILoanBook.MaturityBeyondAttestation(item.id, uint64(validUntil));
        }
    }
}
