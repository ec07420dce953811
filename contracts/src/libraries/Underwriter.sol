// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AssetStatus, IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {ILoanBook, ScheduleKind} from "../interfaces/ILoanBook.sol";
import {IPause} from "../interfaces/IPause.sol";
import {IValuationOracle, ValueProof, ValueStatus} from "../interfaces/IValuationOracle.sol";
import {IRiskTerms} from "../interfaces/IRiskTerms.sol";
import {Basket, Draw, Evidence, LotPrices, Outlook, Plan, Sources, Weights} from "./Appraisal.sol";
import {Answers} from "./Answers.sol";
import {AssetWord} from "./AssetWords.sol";
import {Cards} from "./Cards.sol";
import {Consent} from "./Consent.sol";
import {OfferWord} from "./OfferWords.sol";
import {Present} from "./Presents.sol";
import {TermsPlace} from "./SignedTerms.sol";
import {TermsWord} from "./TermsWords.sol";
import {Valuation} from "./Valuation.sol";
import {ValueProofs} from "./ValueProofs.sol";

/// @title Checks terms and signature, and reads what collateral is worth
/// @notice What the loan book and the auction house ask, as far as it needs no state of theirs.
/// @dev Values are ledger units, each rounded down. Proofs come in the basket's order, one for each
/// item; a number or a leaf that is not the item's is refused with `ProofMismatch`, a round beyond
/// TTL with `RoundStale`, a bad or expired leaf as `ValueProofs` says, a class without terms by the
/// table itself.
library Underwriter {
    using Answers for address;
    using SafeCast for uint256;
    using Valuation for uint256;
    using ValueProofs for ValueProof;

    /// @notice Class of restaking tokens; every other class is of physical assets.
    uint16 internal constant LRT_CLASS = 14;

    /// @notice Seconds for which anyone may bring proofs for what has to be sold; then what has
    /// none counts as withheld, and its appraisal cap stands in (rule V4).
    uint256 internal constant WITHHELD_AFTER = 2 days;
    /// @dev Interest of so many seconds must fit the hot slot, so that no payment can overflow.
    uint256 private constant LONGEST_LIFE = 50 * 365 days;

    /// @dev One item, appraised; `price` is its calling value (V2), for an LRT of 10^18 base units,
    /// and `value` that of the whole item. It is overwritten from item to item.
    struct Item {
        uint256 id;
        bool isLrt;
        bool bandBroken;
        uint256 classId;
        uint256 price;
        uint256 value;
        AssetWord asset;
        TermsWord terms;
    }

    /// @notice What a new loan gets on newest-round values, or the reason why there is none (rule
    /// V1). The borrower signs for the contract that asks.
    /// @dev Reverts as `SignedTerms.check`, `Consent.requireSigned`, `quote`, `checkRate` and
    /// `checkSize` do, and with `AboveLtv` when the principal exceeds the limit of `quote`.
    function underwrite(
        Outlook memory outlook,
        TermsPlace terms,
        bytes calldata signature,
        ValueProof[] calldata proofs
    ) internal view returns (Draw memory drawn) {
        terms.check();
        Consent.requireSigned(terms.borrower(), Consent.hash(terms), signature);
        Basket memory basket =
            Basket(terms.assets(), terms.lrt(), terms.lrtAmount(), 0, Evidence.Newest);
        uint256 tenor = uint256(terms.instalments()) * terms.interval();
        Plan memory plan = Plan(terms.schedule(), tenor, true);
        uint256 limit = quote(drawn, outlook, basket, proofs, plan);
        checkRate(drawn.rateBps, terms.maxRateBps());
        uint64 principal = terms.principal();
        if (principal > limit) revert ILoanBook.AboveLtv(principal, uint64(limit));
        checkSize(principal, drawn.rateBps);
    }

    /// @notice Into an empty draw, what the present table gives a basket on newest-round values.
    /// Returns what may be owed on it: borrowing value at the opening LTVs (rules V1, V2).
    /// @dev Reverts with `AssetUnusable` of an item that is not active and valid, with
    /// `MaturityBeyondAttestation`, and for a standard plan with `ClassDisabled` or `InvalidTerms`.
    function quote(
        Draw memory drawn,
        Outlook memory outlook,
        Basket memory basket,
        ValueProof[] calldata proofs,
        Plan memory plan
    ) internal view returns (uint256 limit) {
        _checkRounds(outlook.present, basket, proofs);
        (drawn.gracePeriod, drawn.cureWindow) = (type(uint24).max, type(uint24).max);
        Item memory item;
        for (uint256 i; i < proofs.length; ++i) {
            _identify(item, outlook.from, basket, i);
            OfferWord offer = _offerOf(outlook.from.risk, item.classId);
            _take(drawn, offer, item, plan);
            _value(item, outlook, basket, proofs[i]);
            limit += item.value.share(_freshness(item, offer)).share(offer.maxLtvBps());
            if (item.isLrt) drawn.lrtPrice = item.price;
        }
    }

    /// @notice What a card says that a loan is secured by.
    function basketOf(bytes32[] calldata card, Evidence evidence)
        internal
        pure
        returns (Basket memory basket)
    {
        // Into the struct that is there: one that is returned whole would be a second one.
        basket.assets = Cards.assetsOf(card);
        (basket.lrt, basket.lrtAmount) = Cards.lrtOf(card);
        (basket.lrtOpeningPrice, basket.evidence) = (Cards.lrtPriceOf(card), evidence);
    }

    /// @notice Refuses what a pause of new borrowing and of auction starts stops.
    function requireRunning(Present memory present) internal view {
        uint64 until = present.pausedUntil();
        if (block.timestamp < until) revert IPause.ProtocolIsPaused(until);
    }

    /// @notice Refuses, with `RateTooHigh`, a rate above the one that was signed; basis points
    /// (D4).
    function checkRate(uint256 rateBps, uint16 maxRateBps) internal pure {
        if (rateBps > maxRateBps) revert ILoanBook.RateTooHigh(uint16(rateBps), maxRateBps);
    }

    /// @notice Refuses a principal that, alone or with its interest, could outgrow the hot slot.
    function checkSize(uint256 principal, uint256 rateBps) internal pure {
        bool fits = principal <= type(uint56).max / 2
            && principal * rateBps * LONGEST_LIFE <= type(uint88).max;
        if (!fits) revert ILoanBook.InvalidTerms("principal");
    }

    /// @notice Refuses an asset that may not be pledged for `tenor` seconds, or that the newest
    /// round does not value: it could keep its loan from being called.
    /// @dev Reverts as `quote` does of an item, and with `RoundStale` while the oracle is silent.
    function checkPledge(Sources memory from, ValueProof calldata proof, uint256 tenor)
        internal
        view
    {
        Item memory item;
        _identifyAsset(item, from, proof.leaf.assetId);
        // A class without terms has no say: the call reverts.
        if (!_offerOf(from.risk, item.classId).enabled()) {
            revert ILoanBook.ClassDisabled(uint16(item.classId));
        }
        Outlook memory outlook = Outlook(from, from.oracle.present(false));
        _requireSpeaking(outlook.present);
        _proven(item, outlook, true, proof);
        if (proof.status() != ValueStatus.Valid) revert ILoanBook.AssetUnusable(item.id);
        requireLasting(item.id, item.asset, tenor);
    }

    /// @notice Sums of a basket's calling values. `previous` is read for `BothRounds` only, which
    /// asks what may be sold: what might be borrowed is then not summed.
    /// @dev Reverts with `MoveUnconfirmed`: see `_higher`. An inactive asset or a broken band is no
    /// reason to: it counts for less, and cannot shield a debtor (V4, V6).
    function weigh(
        Outlook memory outlook,
        Basket memory basket,
        ValueProof[] calldata newest,
        ValueProof[] calldata previous
    ) internal view returns (Weights memory weights) {
        uint256 count = _checkRounds(outlook.present, basket, newest);
        if (basket.evidence == Evidence.BothRounds && previous.length != newest.length) {
            revert ILoanBook.ProofMismatch(newest.length, previous.length);
        }
        weights.allActive = true;
        Item memory item;
        for (uint256 i; i < count; ++i) {
            _weigh(item, outlook, basket, i, newest, previous);
            weights.recovery += item.value.share(item.terms.recoveryBps());
            if (item.bandBroken) {
                weights.bandBroken = true;
                continue;
            }
            bool active = item.isLrt || item.asset.status() == AssetStatus.Active;
            bool bothRounds = basket.evidence == Evidence.BothRounds;
            if (!active) weights.allActive = false;
            if (active || bothRounds) {
                weights.liquidation += item.value.share(item.terms.liquidationLtvBps());
            }
            if (active && !bothRounds) {
                weights.opening += item.value.share(item.terms.maxLtvBps());
            }
        }
    }

    /// @notice Price paths of a basket's lots in the order of sale: restaking tokens first (C3).
    /// Without proofs, while the oracle is silent, from appraisal caps. Starts are rounded up,
    /// floors down.
    function lots(Outlook memory outlook, Basket memory basket, ValueProof[] calldata newest)
        internal
        view
        returns (LotPrices[] memory prices)
    {
        uint256 count = _checkRounds(outlook.present, basket, newest);
        uint256 lrts = count - basket.assets.length;
        prices = new LotPrices[](count);
        Item memory item;
        for (uint256 i; i < count; ++i) {
            _weigh(item, outlook, basket, i, newest, newest);
            prices[item.isLrt ? 0 : i + lrts] = LotPrices({
                start: item.price.startPrice(item.terms.auctionStartBps()).toUint64(),
                floor: uint64(item.price.share(item.terms.recoveryBps())),
                duration: uint32(item.terms.auctionDuration())
            });
        }
    }

    /// @dev Checks the number of proofs and the age of the newest round. A silent oracle passes
    /// only where appraisal caps stand in. Returns the number of things in the basket.
    function _checkRounds(
        Present memory present,
        Basket memory basket,
        ValueProof[] calldata newest
    ) private pure returns (uint256 count) {
        count = basket.assets.length + (basket.lrtAmount == 0 ? 0 : 1);
        bool capsMay = newest.length == 0 && basket.evidence >= Evidence.NewestOrCaps;
        if (capsMay && present.isSilent()) return count;
        if (newest.length != count) revert ILoanBook.ProofMismatch(count, newest.length);
        _requireSpeaking(present);
    }

    /// @dev Refuses to go on without a round that is young enough.
    function _requireSpeaking(Present memory present) private pure {
        if (present.isSilent()) {
            revert IValuationOracle.RoundStale(present.newest(), present.newestAt());
        }
    }

    /// @dev What item number `i` is. Restaking tokens come last, so that one item serves for all.
    function _identify(Item memory item, Sources memory from, Basket memory basket, uint256 i)
        private
        view
    {
        if (i == basket.assets.length) {
            (item.isLrt, item.id, item.classId) = (true, uint160(basket.lrt), LRT_CLASS);
        } else {
            _identifyAsset(item, from, basket.assets[i]);
        }
    }

    /// @dev Class, status, dates and appraisal cap of an asset, in one word of the registry.
    function _identifyAsset(Item memory item, Sources memory from, uint256 tokenId) private view {
        bytes4 question = IAssetRegistry.standingOf.selector;
        AssetWord asset = AssetWord.wrap(address(from.registry).word(question, tokenId));
        (item.id, item.asset, item.classId) = (tokenId, asset, asset.classId());
    }

    /// @dev Item number `i`, appraised under the terms of running loans. While the oracle is silent
    /// nothing is read of the proofs, of which there need be none.
    function _weigh(
        Item memory item,
        Outlook memory outlook,
        Basket memory basket,
        uint256 i,
        ValueProof[] calldata newest,
        ValueProof[] calldata previous
    ) private view {
        _identify(item, outlook.from, basket, i);
        bytes4 question = IRiskTerms.rowOf.selector;
        item.terms = TermsWord.wrap(address(outlook.from.risk).word(question, item.classId));
        if (outlook.present.isSilent()) return _appraiseAtCap(item, basket);
        ValueProof calldata proof = newest[i];
        if (proof.assetId() == 0 && _mayMiss(item, basket)) return _appraiseAtCap(item, basket);
        item.price = _proven(item, outlook, true, proof);
        item.bandBroken = item.isLrt && proof.status() == ValueStatus.Frozen;
        if (basket.evidence == Evidence.BothRounds && !item.bandBroken) {
            item.price = _higher(item, outlook.present, _proven(item, outlook, false, previous[i]));
        }
        _appraise(item, basket);
    }

    /// @dev At what a proof of the newest round gives, which must be good to borrow on.
    function _value(
        Item memory item,
        Outlook memory outlook,
        Basket memory basket,
        ValueProof calldata proof
    ) private view {
        item.price = _proven(item, outlook, true, proof);
        if (proof.status() != ValueStatus.Valid) revert ILoanBook.AssetUnusable(item.id);
        _appraise(item, basket);
    }

    /// @dev At its price, an asset at most at its appraisal.
    function _appraise(Item memory item, Basket memory basket) private pure {
        if (item.isLrt) {
            item.value = item.price.lrtValue(basket.lrtAmount);
        } else {
            item.price = Math.min(item.price, item.asset.appraisalCap());
            item.value = item.price;
        }
    }

    /// @dev At what stands in for a value: the appraisal, or the price at opening.
    function _appraiseAtCap(Item memory item, Basket memory basket) private pure {
        item.price = item.isLrt ? basket.lrtOpeningPrice : item.asset.appraisalCap();
        _appraise(item, basket);
    }

    /// @dev Whether an item may come without a proof: that is, with an empty one.
    function _mayMiss(Item memory item, Basket memory basket) private pure returns (bool) {
        if (basket.evidence == Evidence.CapsForMissing) return true;
        bool inactive = !item.isLrt && item.asset.status() != AssetStatus.Active;
        return inactive && basket.evidence == Evidence.NewestOrCaps;
    }

    /// @dev Lower bound that the proof gives; the leaf must be of this item.
    function _proven(
        Item memory item,
        Outlook memory outlook,
        bool newest,
        ValueProof calldata proof
    ) private view returns (uint256) {
        Present memory present = outlook.present;
        if (proof.assetId() != item.id) revert ILoanBook.ProofMismatch(item.id, proof.assetId());
        if (proof.classId() != item.classId) {
            revert ILoanBook.ProofMismatch(item.classId, proof.classId());
        }
        uint32 round = newest ? present.newest() : present.previous();
        bytes32 root = newest ? present.newestRoot : present.previousRoot;
        ValueProofs.check(outlook.from.oracle, round, root, proof);
        return proof.lower();
    }

    /// @dev The higher of both rounds; a physical asset's jump waits for the void window (V3).
    function _higher(Item memory item, Present memory present, uint256 previous)
        private
        pure
        returns (uint256)
    {
        uint256 newest = item.price;
        bool moved =
            !item.isLrt && Valuation.movedTooFar(previous, newest, item.terms.moveLimitBps());
        if (moved && !present.voidWindowPassed()) {
            revert ILoanBook.MoveUnconfirmed(item.id, uint64(previous), uint64(newest));
        }
        return Math.max(newest, previous);
    }

    /// @dev What a class asks of new borrowing.
    function _offerOf(IRiskTerms risk, uint256 classId) private view returns (OfferWord) {
        return OfferWord.wrap(address(risk).word(IRiskTerms.offerOf.selector, classId));
    }

    /// @dev Takes what an item's class offers into the draw: the dearest rate and fee and the
    /// shortest patience.
    function _take(Draw memory drawn, OfferWord offer, Item memory item, Plan memory plan)
        private
        view
    {
        if (plan.standard) _checkClass(offer, item, plan);
        if (!item.isLrt) requireLasting(item.id, item.asset, plan.tenor);
        drawn.rateBps = Math.max(drawn.rateBps, offer.rateBps());
        drawn.lateFeeBps = Math.max(drawn.lateFeeBps, offer.lateFeeBps());
        drawn.gracePeriod = Math.min(drawn.gracePeriod, offer.gracePeriod());
        drawn.cureWindow = Math.min(drawn.cureWindow, offer.cureWindow());
    }

    /// @dev What a class asks of new borrowing and of an extension.
    function _checkClass(OfferWord offer, Item memory item, Plan memory plan) private pure {
        if (!offer.enabled()) revert ILoanBook.ClassDisabled(uint16(item.classId));
        if (offer.mustAmortise() && plan.schedule != ScheduleKind.Amortising) {
            revert ILoanBook.InvalidTerms("schedule");
        }
        if (plan.tenor > offer.maxTenor()) revert ILoanBook.InvalidTerms("tenor");
    }

    /// @dev What of its value an item gives new borrowing: restaking tokens do not age.
    function _freshness(Item memory item, OfferWord offer) private view returns (uint256) {
        if (item.isLrt) return Valuation.BPS;
        AssetWord asset = item.asset;
        return Valuation.freshnessBps(
            asset.attestedAt(), asset.validUntil(), offer.freshFor(), block.timestamp
        );
    }

    /// @notice Refuses an asset that may not be pledged for `tenor` (rule A4).
    function requireLasting(uint256 id, AssetWord asset, uint256 tenor) internal view {
        if (asset.status() != AssetStatus.Active) revert ILoanBook.AssetUnusable(id);
        uint256 validUntil = asset.validUntil();
        if (block.timestamp + tenor > validUntil) {
            revert ILoanBook.MaturityBeyondAttestation(id, uint64(validUntil));
        }
    }
}
