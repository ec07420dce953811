// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Asset, AssetStatus, MintRequest} from "../../src/interfaces/IAssetRegistry.sol";
import {Unbonding} from "../../src/interfaces/IVerifierRegistry.sol";
import {TestRestakingToken} from "../../src/tokens/TestRestakingToken.sol";
import {Market} from "../support/Market.sol";
import {RegistryBase} from "../support/RegistryBase.sol";
import {Values} from "../support/VerifierBase.sol";

/// @title Whatever owners, verifiers, challengers, governance and time may do to both registries
/// @dev Foundry calls the external functions at random. Each does only what cannot revert. The
/// handler governs.
contract RegistriesHandler is RegistryBase {
    /// @notice Sentences that turned out to be false; the invariants want none.
    string[] public broken;
    uint256 public time;
    Market public book;
    TestRestakingToken public lrt;
    Values public values;
    address[2] public owners = [address(0xA11CE), address(0xB0B)];
    address public challenger = address(0xC0DE);

    uint256[] public tokens;
    bytes32[] public anchors;
    mapping(bytes32 anchor => uint256) public tokenOf;
    mapping(uint256 tokenId => uint256) private numberOf;
    mapping(uint256 tokenId => uint64) public loanOf;
    mapping(bytes32 uid => bool) private spent;
    mapping(address verifier => uint256[]) private weeks_;
    mapping(address verifier => mapping(uint256 week => bool)) private known;
    bytes32[] private uids;
    mapping(bytes32 uid => address) private attesterOf;
    mapping(address verifier => mapping(bytes32 uid => bool)) private challenged;
    mapping(address verifier => uint256) public openChallenges;
    uint64 private loans;

    modifier atTime() {
        vm.warp(time);
        _;
    }

    function setUp() public override {
        super.setUp();
        time = block.timestamp;
        book = new Market(registry);
        registry.setMarket(address(book), true);
        lrt = new TestRestakingToken("Restaked", "R");
        values = new Values();
        verifiers.setRestakingToken(address(lrt), true);
        verifiers.setValuation(address(values), address(values));
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(_verifier(i));
            lrt.approve(address(verifiers), type(uint256).max);
        }
        coin.mint(challenger, 1e18);
        vm.prank(challenger);
        coin.approve(address(verifiers), type(uint256).max);
    }

    // ---- Assets -------------------------------------------------------------------------------

    function mint(uint64 value, uint256 who) external atTime {
        MintRequest memory request = _request(tokens.length, owners[who % 2], value);
        if (!_mayAttest(request)) return;
        uint256 id = registry.mint(request);
        tokens.push(id);
        numberOf[id] = tokens.length - 1;
        for (uint256 i = 0; i < 2; ++i) {
            anchors.push(request.anchors[i]);
            tokenOf[request.anchors[i]] = id;
        }
        _accepted(request);
    }

    function reattest(uint256 which, uint64 value) external atTime {
        if (tokens.length == 0) return;
        uint256 id = tokens[which % tokens.length];
        address recorded = registry.recordedOwnerOf(id, loanOf[id], new bytes32[](0));
        MintRequest memory request = _request(numberOf[id], recorded, value);
        bool young = block.timestamp - 100 > registry.acceptedAt(id) + 60;
        bool revoked = registry.assetOf(id).status == AssetStatus.Revoked;
        if (!young || revoked || !_mayAttest(request)) return;
        registry.reattest(request, loanOf[id], new bytes32[](0));
        _accepted(request);
    }

    function pledge(uint256 which) external atTime {
        if (tokens.length == 0) return;
        uint256 id = tokens[which % tokens.length];
        if (loanOf[id] != 0 || registry.assetOf(id).status != AssetStatus.Active) return;
        loanOf[id] = ++loans;
        book.open(loans, id, registry.ownerOf(id));
    }

    /// @dev Rule D9: whatever its status.
    function giveBack(uint256 which) external atTime {
        if (tokens.length == 0) return;
        uint256 id = tokens[which % tokens.length];
        if (loanOf[id] == 0) return;
        book.close(loanOf[id]);
        delete loanOf[id];
    }

    function move(uint256 which, uint256 who) external atTime {
        if (tokens.length == 0) return;
        uint256 id = tokens[which % tokens.length];
        if (loanOf[id] != 0 || registry.assetOf(id).status != AssetStatus.Active) return;
        address from = registry.ownerOf(id);
        vm.prank(from);
        registry.transferFrom(from, owners[who % 2], id);
    }

    function setStatus(uint256 which, uint256 status) external atTime {
        if (tokens.length == 0) return;
        uint256 id = tokens[which % tokens.length];
        if (registry.assetOf(id).status == AssetStatus.Revoked) return;
        registry.setStatus(id, AssetStatus(bound(status, 1, 16) == 16 ? 3 : 1 + status % 2));
    }

    function expire(uint256 which) external atTime {
        if (tokens.length == 0) return;
        uint256 id = tokens[which % tokens.length];
        Asset memory asset = registry.assetOf(id);
        if (asset.validUntil >= block.timestamp) registry.expire(id);
    }

    // ---- Verifiers ----------------------------------------------------------------------------

    function deposit(uint256 who, uint64 amount) external atTime {
        amount = uint64(bound(amount, 1, 100_000e6));
        coin.mint(address(this), amount);
        verifiers.deposit(_verifier(who), amount);
    }

    function depositLrt(uint256 who, uint96 amount) external atTime {
        amount = uint96(bound(amount, 1, 100e18));
        lrt.mint(_verifier(who), amount);
        vm.prank(_verifier(who));
        verifiers.depositLrt(address(lrt), amount);
    }

    function prove(uint256 who) external atTime {
        if (verifiers.lrtBondOf(_verifier(who)).token == address(0)) return;
        verifiers.proveBond(_verifier(who), values.proofOf(address(lrt)));
    }

    function publish() external atTime {
        values.publish();
    }

    function unbond(uint256 who, uint64 amount, uint96 lrtAmount) external atTime {
        address verifier = _verifier(who);
        uint256 bond = verifiers.bondOf(verifier);
        uint256 kept = verifiers.committedOf(verifier) + MINIMUM_BOND;
        amount = bond > kept ? uint64(bound(amount, 0, bond - kept)) : 0;
        uint256 held = bond >= kept ? verifiers.lrtBondOf(verifier).amount : 0;
        lrtAmount = uint96(bound(lrtAmount, 0, held));
        if (amount == 0 && lrtAmount == 0) return;
        vm.prank(verifier);
        verifiers.startUnbonding(amount, lrtAmount);
    }

    function withdraw(uint256 who) external atTime {
        address verifier = _verifier(who);
        Unbonding memory leaving = verifiers.unbondingOf(verifier);
        bool any = leaving.amount != 0 || leaving.lrtAmount != 0;
        if (!any || block.timestamp < leaving.readyAt || openChallenges[verifier] != 0) return;
        vm.prank(verifier);
        verifiers.withdraw();
    }

    function release(uint256 who, uint256 which) external atTime {
        address verifier = _verifier(who);
        uint256[] storage all = weeks_[verifier];
        if (all.length == 0) return;
        uint256 week = all[which % all.length];
        bool due = block.timestamp > week * 1 weeks;
        if (due && verifiers.committedIn(verifier, week) != 0) {
            verifiers.releaseExposure(verifier, week);
        }
    }

    // ---- Challenges ---------------------------------------------------------------------------

    function challenge(uint256 which) external atTime {
        if (uids.length == 0) return;
        bytes32 uid = uids[which % uids.length];
        address verifier = attesterOf[uid];
        if (challenged[verifier][uid]) return;
        vm.prank(challenger);
        verifiers.challenge(verifier, uid, keccak256("evidence"));
        challenged[verifier][uid] = true;
        ++openChallenges[verifier];
    }

    function rule(uint256 which, uint256 ruling, uint64 amount, uint96 lrtAmount) external atTime {
        if (uids.length == 0) return;
        bytes32 uid = uids[which % uids.length];
        address verifier = attesterOf[uid];
        if (!challenged[verifier][uid]) return;
        if (ruling % 3 == 0) {
            verifiers.uphold(verifier, uid, bound(amount, 0, 200_000e6), bound(lrtAmount, 0, 10e18));
        } else if (ruling % 3 == 1) {
            verifiers.dismiss(verifier, uid);
        } else {
            uint256 openedAt = verifiers.challengeOf(verifier, uid).openedAt;
            if (block.timestamp <= openedAt + 60 days) return;
            verifiers.lapse(verifier, uid);
        }
        challenged[verifier][uid] = false;
        --openChallenges[verifier];
    }

    function claim(uint256 who, bool ofLrt) external atTime {
        address party = who % 2 == 0 ? challenger : reserve;
        address token = ofLrt ? address(lrt) : address(coin);
        if (verifiers.claimableOf(party, token) == 0) return;
        vm.prank(party);
        verifiers.claim(token);
    }

    function pass(uint32 secs) external {
        time += bound(secs, 1, 60 days);
    }

    // ---- For the invariants -------------------------------------------------------------------

    function registriesOf()
        external
        view
        returns (address assets, address verifiers_, address coin_)
    {
        return (address(registry), address(verifiers), address(coin));
    }

    function verifierAt(uint256 index) external view returns (address) {
        return _verifier(index);
    }

    function weeksOf(address verifier) external view returns (uint256[] memory) {
        return weeks_[verifier];
    }

    function tokenCount() external view returns (uint256) {
        return tokens.length;
    }

    function anchorCount() external view returns (uint256) {
        return anchors.length;
    }

    function brokenCount() external view returns (uint256) {
        return broken.length;
    }

    function reserveAddress() external view returns (address) {
        return reserve;
    }

    function _verifier(uint256 who) private view returns (address) {
        return vm.addr(keys[who % 3]);
    }

    function _request(uint256 number, address recipient, uint64 value)
        private
        view
        returns (MintRequest memory request)
    {
        request = _house(number);
        request.owner = recipient;
        request.attestations[1].value = uint64(bound(value, 0, 400_000e6));
        request.attestations[2].value = 0;
        // Apart by number and time, as a wallet's random salts are.
        for (uint256 i = 0; i < 3; ++i) {
            request.attestations[i].salt = keccak256(abi.encode(number, i, block.timestamp));
        }
        _signAll(request);
    }

    /// @dev Whether all three verifiers are within their limits.
    function _mayAttest(MintRequest memory request) private view returns (bool) {
        for (uint256 i = 0; i < 3; ++i) {
            uint256 limit = verifiers.limitOf(_verifier(i));
            uint256 more = (request.attestations[i].value + FACTOR - 1) / FACTOR;
            if (limit < MINIMUM_BOND) return false;
            if (verifiers.committedOf(_verifier(i)) + more > limit) return false;
        }
        return true;
    }

    function _accepted(MintRequest memory request) private {
        for (uint256 i = 0; i < 3; ++i) {
            address verifier = request.attestations[i].attester;
            bytes32 uid = _uid(request, i);
            if (spent[uid]) broken.push("an attestation was spent twice");
            spent[uid] = true;
            uids.push(uid);
            attesterOf[uid] = verifier;
            uint256 week = verifiers.lockedUntil(verifier) / 1 weeks;
            if (!known[verifier][week]) weeks_[verifier].push(week);
            known[verifier][week] = true;
            if (verifiers.committedOf(verifier) > verifiers.limitOf(verifier)) {
                broken.push("a verifier attested beyond its limit");
            }
        }
    }
}
