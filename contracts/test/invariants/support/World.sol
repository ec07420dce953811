// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetClassRow} from "../../../src/Attestations.sol";
import {PoolParameters} from "../../../src/LendingPool.sol";
import {BondTerms} from "../../../src/Reporters.sol";
import {ClassRow, RiskTerms} from "../../../src/RiskTerms.sol";
import {OracleParameters} from "../../../src/ValuationOracle.sol";
import {VerifierRegistry} from "../../../src/VerifierRegistry.sol";
import {Attestation, IAssetRegistry, MintRequest} from "../../../src/interfaces/IAssetRegistry.sol";
import {IAuctionHouse} from "../../../src/interfaces/IAuctionHouse.sol";
import {ILendingPool} from "../../../src/interfaces/ILendingPool.sol";
import {ILoanBook} from "../../../src/interfaces/ILoanBook.sol";
import {ClassTerms} from "../../../src/interfaces/IRiskTerms.sol";
import {IValuationOracle} from "../../../src/interfaces/IValuationOracle.sol";
import {BondParameters} from "../../../src/interfaces/IVerifierRegistry.sol";
import {TestStablecoin} from "../../../src/tokens/TestStablecoin.sol";
import {TrancheVault} from "../../../src/TrancheVault.sol";
import {Accounts} from "../../support/Accounts.sol";
import {Signing} from "./Signing.sol";
import "./Sources.sol";
import {Weigher} from "./Weigher.sol";

/// @title Every contract of the protocol, wired as the deployment does it, on three lanes
/// @dev All that knows constructors and set-up is here, so that a change of one changes one file.
abstract contract World is Accounts, Signing {
    uint256 internal constant START = 1_700_000_000;
    uint32 internal constant LANES = 3;
    uint64 internal constant USD = 1e6;
    uint64 internal constant MINIMUM = USD;
    uint64 internal constant CAP = 100_000_000 * USD;
    uint256 internal constant OWNERS = 4;
    uint256 internal constant ASSETS_EACH = 3;
    uint16 internal constant HOUSE_CLASS = 1;
    uint16 internal constant CAR_CLASS = 2;
    uint16 internal constant LRT_CLASS = 14;
    uint8 internal constant TITLE_ROLE = 1;

    TestStablecoin internal coin;
    TestStablecoin internal lrt;
    IAssetRegistry internal registry;
    RiskTerms internal risk;
    IValuationOracle internal oracle;
    Weigher internal weigher;
    ILoanBook internal book;
    ILendingPool internal pool;
    TrancheVault[2] internal vaults;
    IAuctionHouse internal house;
    address internal eas;
    uint256[] internal reporterKeys;
    uint256[] internal ownerKeys;
    uint256[] internal assets;
    address[] internal lenders;
    address internal relayer = named("relayer");
    address internal payer = named("payer");
    address internal bidder = named("bidder");
    address internal treasury = named("treasury");

    function _build() internal {
        vm.warp(START);
        address manager = _deploy("AccessManager.sol:AccessManager", abi.encode(address(this)));
        coin =
            TestStablecoin(_deploy("TestStablecoin.sol:TestStablecoin", abi.encode("USD", "USD")));
        lrt = TestStablecoin(
            _deploy("TestRestakingToken.sol:TestRestakingToken", abi.encode("LRT", "LRT"))
        );
        risk = RiskTerms(_deploy("RiskTerms.sol:RiskTerms", abi.encode(manager, _rows())));
        reporterKeys = keysFrom(5_000, 7);
        OracleParameters memory numbers = OracleParameters(5, 6 hours, 36 hours, 5 hours, 7 days);
        oracle = IValuationOracle(
            _deploy(
                "ValuationOracle.sol:ValuationOracle",
                abi.encode(
                    manager,
                    numbers,
                    BondTerms(coin, 100_000 * USD, treasury),
                    addressesOf(reporterKeys)
                )
            )
        );
        _buildRegistry(manager);
        weigher = Weigher(_deploy("Weigher.sol:Weigher", abi.encode(registry, risk, oracle)));
        book = ILoanBook(
            _deploy(
                "LoanBook.sol:LoanBook",
                abi.encode(manager, coin, registry, risk, oracle, MINIMUM, uint8(2))
            )
        );
        pool = ILendingPool(
            _deploy(
                "LendingPool.sol:LendingPool",
                abi.encode(
                    manager, coin, risk, treasury, PoolParameters(1 days, 500, 2_000, 500, 100)
                )
            )
        );
        for (uint256 i = 0; i < 2; ++i) {
            vaults[i] = TrancheVault(
                _deploy("TrancheVault.sol:TrancheVault", abi.encode(pool, coin, i, "Share", "SHR"))
            );
        }
        house = IAuctionHouse(_deploy("AuctionHouse.sol:AuctionHouse", abi.encode(book, pool)));
        _wire();
        _populate();
    }

    function _deploy(string memory artifact, bytes memory arguments) private returns (address) {
        return vm.deployCode(artifact, arguments);
    }

    function _buildRegistry(address manager) private {
        address schemas = _deploy("SchemaRegistry.sol:SchemaRegistry", "");
        eas = _deploy("EAS.sol:EAS", abi.encode(schemas));
        VerifierRegistry verifiers = VerifierRegistry(
            _deploy(
                "VerifierRegistry.sol:VerifierRegistry",
                abi.encode(manager, coin, _nextButOne(), treasury, _bondParameters())
            )
        );
        AssetClassRow[] memory classes = new AssetClassRow[](2);
        classes[0] = AssetClassRow(HOUSE_CLASS, TITLE_ROLE, 730 days, 50);
        classes[1] = AssetClassRow(CAR_CLASS, TITLE_ROLE, 730 days, 50);
        registry = IAssetRegistry(
            _deploy(
                "AssetRegistry.sol:AssetRegistry",
                abi.encode(manager, eas, verifiers, oracle, classes)
            )
        );
        address verifier = vm.addr(VERIFIER_KEY);
        verifiers.setVerifier(verifier, HOUSE_CLASS, TITLE_ROLE);
        verifiers.setVerifier(verifier, CAR_CLASS, TITLE_ROLE);
        coin.mint(address(this), 1_000_000 * USD);
        coin.approve(address(verifiers), type(uint256).max);
        verifiers.deposit(verifier, 1_000_000 * USD);
    }

    /// @dev Where the asset registry will be: the two registries know each other for good.
    function _nextButOne() private view returns (address) {
        return vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
    }

    function _bondParameters() private pure returns (BondParameters memory numbers) {
        (numbers.minimumBond, numbers.initialCap) = (1_000 * USD, 1_000_000 * USD);
        (numbers.dailyGrowth, numbers.challengeBond) = (10_000 * USD, 500 * USD);
        (numbers.challengeWindow, numbers.unbondingDelay) = (14 days, 21 days);
        numbers.rulingWindow = 60 days;
    }

    function _wire() private {
        risk.setPool(address(pool));
        book.wire(address(pool), address(house));
        pool.setMarket(book, address(house));
        pool.setVaults(vaults[0], vaults[1]);
        registry.setMarket(address(book), true);
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.addLane();
            book.setRelayer(lane, relayer, true);
        }
    }

    /// @dev Owners with houses and cars, lenders in both tranches, a reserve, and two rounds.
    function _populate() private {
        for (uint256 i = 0; i < OWNERS; ++i) {
            ownerKeys.push(7_000 + i);
            _equip(vm.addr(ownerKeys[i]));
        }
        for (uint256 i = 0; i < OWNERS * ASSETS_EACH; ++i) {
            assets.push(_mintAsset(i));
        }
        lenders.push(named("senior"));
        lenders.push(named("junior"));
        _equip(payer);
        _equip(bidder);
        _equip(lenders[0]);
        _equip(lenders[1]);
    }

    function _equip(address account) private {
        coin.mint(account, 1_000_000_000 * USD);
        lrt.mint(account, 1_000_000e18);
        vm.startPrank(account);
        coin.approve(address(book), type(uint256).max);
        coin.approve(address(house), type(uint256).max);
        coin.approve(address(pool), type(uint256).max);
        coin.approve(address(vaults[0]), type(uint256).max);
        coin.approve(address(vaults[1]), type(uint256).max);
        lrt.approve(address(book), type(uint256).max);
        vm.stopPrank();
    }

    function _mintAsset(uint256 index) private returns (uint256) {
        MintRequest memory request;
        request.owner = vm.addr(ownerKeys[index % OWNERS]);
        request.classId = _classOf(index);
        request.anchors = new bytes32[](1);
        request.anchors[0] = keccak256(abi.encode("asset", index));
        request.attestations = new Attestation[](1);
        request.attestations[0] = _attest(request, eas, address(registry), _appraisal(index));
        return registry.mint(request);
    }

    function _classOf(uint256 index) internal pure returns (uint16) {
        return index < OWNERS ? CAR_CLASS : HOUSE_CLASS;
    }

    function _appraisal(uint256 index) internal pure returns (uint64) {
        return (_classOf(index) == CAR_CLASS ? 30_000 : 200_000 + uint64(index) * 10_000) * USD;
    }

    function _rows() private pure returns (ClassRow[] memory rows) {
        rows = new ClassRow[](4);
        rows[0] = ClassRow(HOUSE_CLASS, _terms(6_000, 7_000, 1_000, 6_000), CAP, 2 * CAP);
        rows[1] = ClassRow(CAR_CLASS, _terms(5_000, 6_200, 1_000, 4_500), CAP, 2 * CAP);
        rows[2] = ClassRow(LRT_CLASS, _terms(7_000, 7_500, 500, 8_500), CAP, 2 * CAP);
        (rows[3].startCap, rows[3].cap) = (CAP, 2 * CAP);
        rows[1].terms.mustAmortise = true;
    }

    function _terms(uint16 most, uint16 liquidation, uint16 move, uint16 recovery)
        private
        pure
        returns (ClassTerms memory terms)
    {
        terms.enabled = true;
        (terms.maxLtvBps, terms.liquidationLtvBps) = (most, liquidation);
        (terms.baseRateBps, terms.rateSlopeBps) = (600, 400);
        (terms.moveLimitBps, terms.recoveryBps) = (move, recovery);
        (terms.lateFeeBps, terms.auctionStartBps) = (300, 11_500);
        (terms.gracePeriod, terms.cureWindow, terms.auctionDuration) = (5 days, 2 days, 1 days);
        (terms.freshFor, terms.maxTenor) = (730 days, 3650 days);
    }
}
