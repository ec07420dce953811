// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {OracleParameters, ValuationOracle} from "../src/ValuationOracle.sol";
import {
    CompactSignature,
    IValuationOracle,
    Round,
    ValueLeaf,
    ValueProof,
    ValueStatus
} from "../src/interfaces/IValuationOracle.sol";
import {Accounts} from "./support/Accounts.sol";

abstract contract OracleBase is Accounts {
    uint256 internal constant START = 1_700_000_000;
    uint32 internal constant INTERVAL = 6 hours;
    uint32 internal constant TTL = 36 hours;
    uint32 internal constant WINDOW = 12 hours;
    uint32 internal constant COOLDOWN = 7 days;
    uint256 internal constant ASSET = 77;

    uint256[] internal keys;
    ValuationOracle internal oracle;

    function setUp() public {
        vm.warp(START);
        keys = keysFrom(1_000, 7);
        oracle = _deploy(_parameters(), addressesOf(keys));
    }

    function _deploy(OracleParameters memory parameters, address[] memory reporters)
        internal
        returns (ValuationOracle)
    {
        address manager = address(new AccessManager(address(this)));
        return new ValuationOracle(manager, parameters, reporters);
    }

    function _parameters() internal pure returns (OracleParameters memory) {
        return OracleParameters(5, INTERVAL, TTL, WINDOW, COOLDOWN);
    }

    function _leaf() internal view returns (ValueLeaf memory) {
        return ValueLeaf({
            assetId: ASSET,
            classId: 2,
            status: ValueStatus.Valid,
            value: 20_000e6,
            lower: 18_000e6,
            observedAt: uint64(block.timestamp),
            validUntil: uint64(block.timestamp + 10 days)
        });
    }

    function _round(uint32 number, bytes32 root) internal view returns (Round memory) {
        return Round({
            round: number,
            observedAt: uint64(block.timestamp),
            count: 2,
            root: root,
            contentHash: keccak256("content"),
            modelSetHash: keccak256("models")
        });
    }

    /// @dev Written out by hand, so that a change of the signed type shows.
    function _digest(Round memory round) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Ballast ValuationOracle"),
                keccak256("1"),
                block.chainid,
                address(oracle)
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256(
                    "Round(uint32 round,uint64 observedAt,uint32 count,bytes32 root,bytes32 contentHash,bytes32 modelSetHash)"
                ),
                round.round,
                round.observedAt,
                round.count,
                round.root,
                round.contentHash,
                round.modelSetHash
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, message));
    }

    function _sign(Round memory round, uint256 count)
        internal
        view
        returns (CompactSignature[] memory signatures)
    {
        signatures = new CompactSignature[](count);
        bytes32 digest = _digest(round);
        for (uint256 i = 0; i < count; ++i) {
            (bytes32 r, bytes32 vs) = vm.signCompact(keys[i], digest);
            signatures[i] = CompactSignature(r, vs);
        }
    }

    function _publish(uint32 number, bytes32 root) internal {
        Round memory round = _round(number, root);
        oracle.publish(round, _sign(round, 5));
    }

    function _pass(uint256 secs) internal {
        vm.warp(block.timestamp + secs);
    }

    /// @dev A tree of two leaves: the given one and a sibling.
    function _tree(uint32 number, ValueLeaf memory leaf)
        internal
        view
        returns (bytes32 root, ValueProof memory proof)
    {
        bytes32 own = _leafHash(number, leaf);
        bytes32 sibling = keccak256("sibling");
        root = own < sibling
            ? keccak256(abi.encodePacked(own, sibling))
            : keccak256(abi.encodePacked(sibling, own));
        proof.leaf = leaf;
        proof.path = new bytes32[](1);
        proof.path[0] = sibling;
    }

    function _leafHash(uint32 number, ValueLeaf memory leaf) internal view returns (bytes32) {
        bytes memory fields = abi.encode(
            block.chainid,
            address(oracle),
            number,
            leaf.assetId,
            leaf.classId,
            leaf.status,
            leaf.value,
            leaf.lower,
            leaf.observedAt,
            leaf.validUntil
        );
        return keccak256(bytes.concat(keccak256(fields)));
    }
}

contract ValuationOraclePublishTest is OracleBase {
    function test_a_round_signed_by_five_of_seven_is_published() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectEmit(address(oracle));
        emit IValuationOracle.RoundPublished(
            1,
            round.root,
            round.contentHash,
            round.modelSetHash,
            round.observedAt,
            2,
            uint64(START),
            0
        );
        oracle.publish(round, signatures);

        (uint32 newest, uint64 newestAt, uint32 previous,) = oracle.rounds();
        vm.assertEq(newest, 1);
        vm.assertEq(newestAt, START);
        vm.assertEq(previous, 0);
        vm.assertEq(oracle.lastRound(), 1);
    }

    function test_the_last_two_rounds_are_kept() public {
        _publish(1, keccak256("1"));
        _pass(INTERVAL);
        _publish(2, keccak256("2"));
        _pass(INTERVAL);
        _publish(3, keccak256("3"));

        (uint32 newest, uint64 newestAt, uint32 previous, uint64 previousAt) = oracle.rounds();
        vm.assertEq(newest, 3);
        vm.assertEq(newestAt, START + 2 * INTERVAL);
        vm.assertEq(previous, 2);
        vm.assertEq(previousAt, START + INTERVAL);
    }

    function test_publishing_costs_at_most_75_000_gas_cold() public {
        _publish(1, keccak256("1"));
        _pass(INTERVAL);
        _publish(2, keccak256("2"));
        _pass(INTERVAL);
        Round memory round = _round(3, keccak256("3"));
        CompactSignature[] memory signatures = _sign(round, 5);
        bytes memory data = abi.encodeCall(oracle.publish, (round, signatures));
        uint256 intrinsic = 21_000 + _calldataGas(data);
        vm.cool(address(oracle));

        uint256 before = gasleft();
        (bool done,) = address(oracle).call(data);
        uint256 spent = before - gasleft();

        vm.assertTrue(done);
        // A transaction does not pay for the first access to the contract that it calls.
        vm.assertLe(intrinsic + spent - 2_500, 75_000);
    }

    function test_four_signatures_are_not_enough() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 4);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.NotEnoughSigners.selector, 4, 5));
        oracle.publish(round, signatures);
    }

    function test_one_reporter_counts_once() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        signatures[4] = signatures[3];
        address twice = vm.addr(keys[3]);

        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.SignersNotSorted.selector, twice, twice)
        );
        oracle.publish(round, signatures);
    }

    function test_signatures_out_of_order_are_refused() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        (signatures[0], signatures[1]) = (signatures[1], signatures[0]);

        vm.expectRevert(
            abi.encodeWithSelector(
                IValuationOracle.SignersNotSorted.selector, vm.addr(keys[1]), vm.addr(keys[0])
            )
        );
        oracle.publish(round, signatures);
    }

    function test_a_stranger_does_not_count() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        (bytes32 r, bytes32 vs) = vm.signCompact(5, _digest(round));
        signatures[2] = CompactSignature(r, vs);

        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.InvalidSigner.selector, vm.addr(5))
        );
        oracle.publish(round, signatures);
    }

    function test_a_malformed_signature_does_not_count() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        signatures[0] = CompactSignature(bytes32(0), bytes32(0));

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.InvalidSigner.selector, address(0)));
        oracle.publish(round, signatures);
    }

    function test_a_signature_for_another_chain_does_not_count() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        vm.chainId(block.chainid + 1);

        vm.expectPartialRevert(IValuationOracle.InvalidSigner.selector);
        oracle.publish(round, signatures);
    }

    function test_the_next_number_is_the_only_one_taken() public {
        Round memory round = _round(2, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundGap.selector, 1, 2));
        oracle.publish(round, signatures);
    }

    function test_a_round_cannot_be_published_twice() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        oracle.publish(round, signatures);
        _pass(INTERVAL);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundGap.selector, 2, 1));
        oracle.publish(round, signatures);
    }

    function test_rounds_keep_the_interval() public {
        _publish(1, keccak256("1"));
        _pass(INTERVAL - 1);
        Round memory round = _round(2, keccak256("2"));
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.TooSoon.selector, START + INTERVAL)
        );
        oracle.publish(round, signatures);
        _pass(1);
        oracle.publish(round, signatures);
    }

    function test_observations_from_the_future_are_refused() public {
        Round memory round = _round(1, keccak256("root"));
        round.observedAt = uint64(block.timestamp + 1);
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.InvalidObservedAt.selector, START + 1)
        );
        oracle.publish(round, signatures);
    }

    function test_observations_older_than_the_last_round_are_refused() public {
        _publish(1, keccak256("1"));
        _pass(INTERVAL);
        Round memory round = _round(2, keccak256("2"));
        round.observedAt = uint64(START - 1);
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.InvalidObservedAt.selector, START - 1)
        );
        oracle.publish(round, signatures);
    }

    function test_observations_older_than_ttl_are_refused() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        _pass(TTL + 1);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.InvalidObservedAt.selector, START));
        oracle.publish(round, signatures);
        vm.warp(START + TTL);
        oracle.publish(round, signatures);
    }

    function _calldataGas(bytes memory data) private pure returns (uint256 gas) {
        for (uint256 i = 0; i < data.length; ++i) {
            gas += data[i] == 0 ? 4 : 16;
        }
    }
}

contract ValuationOracleCheckTest is OracleBase {
    function test_a_leaf_of_the_newest_round_is_proven() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);

        oracle.check(1, proof);

        vm.assertEq(oracle.leafHash(1, proof.leaf), _leafHash(1, proof.leaf));
    }

    function test_a_leaf_of_the_previous_round_is_proven() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);
        _pass(INTERVAL);
        _publish(2, keccak256("2"));

        oracle.check(1, proof);
    }

    function test_no_round_older_than_the_last_two_is_usable() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);
        for (uint32 number = 2; number < 4; ++number) {
            _pass(INTERVAL);
            _publish(number, root);
        }

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundUnusable.selector, 1));
        oracle.check(1, proof);
    }

    function test_round_zero_is_never_usable() public {
        (, ValueProof memory proof) = _tree(0, _leaf());

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundUnusable.selector, 0));
        oracle.check(0, proof);
    }

    function test_a_leaf_counts_in_its_own_round_only() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);
        _pass(INTERVAL);
        _publish(2, root);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.BadProof.selector, ASSET, 2));
        oracle.check(2, proof);
    }

    function test_a_changed_value_breaks_the_proof() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);
        proof.leaf.lower += 1;

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.BadProof.selector, ASSET, 1));
        oracle.check(1, proof);
    }

    function test_a_leaf_is_bound_to_the_chain() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);
        vm.chainId(block.chainid + 1);

        vm.expectPartialRevert(IValuationOracle.BadProof.selector);
        oracle.check(1, proof);
    }

    function test_a_leaf_ends_with_its_validity() public {
        ValueLeaf memory leaf = _leaf();
        leaf.validUntil = uint64(START + 100);
        (bytes32 root, ValueProof memory proof) = _tree(1, leaf);
        _publish(1, root);

        vm.warp(START + 100);
        oracle.check(1, proof);
        vm.warp(START + 101);
        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.ValueExpired.selector, ASSET, START + 100)
        );
        oracle.check(1, proof);
    }
}

contract ValuationOracleClockTest is OracleBase {
    function test_the_oracle_is_silent_before_the_first_round_and_no_clock_stands_still() public {
        _pass(30 days);

        vm.assertTrue(oracle.isSilent());
        vm.assertEq(oracle.stoppedSeconds(), 0);
        vm.assertFalse(oracle.voidWindowPassed());
        vm.assertEq(oracle.ttl(), TTL);
    }

    function test_silence_starts_one_second_after_ttl() public {
        _publish(1, keccak256("1"));

        vm.warp(START + TTL);
        vm.assertFalse(oracle.isSilent());
        vm.assertEq(oracle.stoppedSeconds(), 0);
        vm.warp(START + TTL + 1);
        vm.assertTrue(oracle.isSilent());
        vm.assertEq(oracle.stoppedSeconds(), 1);
    }

    function test_a_late_round_books_the_gap_and_the_count_stands_still_after() public {
        _publish(1, keccak256("1"));
        vm.warp(START + TTL + 500);
        _publish(2, keccak256("2"));

        vm.assertEq(oracle.stoppedSeconds(), 500);
        vm.assertFalse(oracle.isSilent());
        _pass(TTL);
        vm.assertEq(oracle.stoppedSeconds(), 500);
        _pass(7);
        vm.assertEq(oracle.stoppedSeconds(), 507);
    }

    function test_a_round_in_time_stops_no_clock() public {
        _publish(1, keccak256("1"));
        vm.warp(START + TTL);
        _publish(2, keccak256("2"));

        vm.assertEq(oracle.stoppedSeconds(), 0);
    }

    function test_a_void_never_counts_a_gap_twice_or_backwards() public {
        _publish(1, keccak256("1"));
        vm.warp(START + TTL + 500);
        _publish(2, keccak256("2"));
        _pass(100);

        oracle.void(2);

        vm.assertEq(oracle.stoppedSeconds(), 500);
        vm.assertTrue(oracle.isSilent());
        _pass(50);
        vm.assertEq(oracle.stoppedSeconds(), 550);
        _pass(INTERVAL);
        _publish(3, keccak256("3"));
        vm.assertEq(oracle.stoppedSeconds(), 550 + INTERVAL);
    }

    function test_the_void_window_passes_by_time() public {
        _publish(1, keccak256("1"));

        vm.warp(START + WINDOW);
        vm.assertFalse(oracle.voidWindowPassed());
        vm.warp(START + WINDOW + 1);
        vm.assertTrue(oracle.voidWindowPassed());
    }

    /// forge-config: default.fuzz.runs = 32
    function test_the_stopped_seconds_never_fall(uint256 seed) public {
        uint64 last;
        uint32 number = 1;
        for (uint256 i = 0; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _pass(INTERVAL + seed % (2 * uint256(TTL)));
            _expectNotLess(last);
            last = oracle.stoppedSeconds();
            _publish(number++, bytes32(seed));
            vm.assertEq(oracle.stoppedSeconds(), last);
            if (seed % 3 == 0) _voidIfAllowed(number - 1);
            vm.assertEq(oracle.stoppedSeconds(), last);
        }
    }

    function _expectNotLess(uint64 last) private view {
        vm.assertGe(oracle.stoppedSeconds(), last);
    }

    function _voidIfAllowed(uint32 number) private {
        try oracle.void(number) {} catch {}
    }
}

contract ValuationOracleVoidTest is OracleBase {
    function setUpTwoRounds() internal returns (ValueProof memory first, ValueProof memory second) {
        bytes32 root;
        (root, first) = _tree(1, _leaf());
        _publish(1, root);
        _pass(INTERVAL);
        (root, second) = _tree(2, _leaf());
        _publish(2, root);
    }

    function test_a_voided_round_is_unusable_and_the_one_before_is_the_newest() public {
        (ValueProof memory first, ValueProof memory second) = setUpTwoRounds();

        vm.expectEmit(address(oracle));
        emit IValuationOracle.RoundVoided(2);
        oracle.void(2);

        (uint32 newest, uint64 newestAt, uint32 previous, uint64 previousAt) = oracle.rounds();
        vm.assertEq(newest, 1);
        vm.assertEq(newestAt, START);
        vm.assertEq(uint256(previous) + previousAt, 0);
        oracle.check(1, first);
        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundUnusable.selector, 2));
        oracle.check(2, second);
    }

    function test_the_round_after_a_voided_one_follows_its_number_and_keeps_both_roots() public {
        (ValueProof memory first,) = setUpTwoRounds();
        oracle.void(2);
        _pass(INTERVAL);
        (bytes32 root, ValueProof memory third) = _tree(3, _leaf());

        _publish(3, root);

        (uint32 newest,, uint32 previous,) = oracle.rounds();
        vm.assertEq(newest, 3);
        vm.assertEq(previous, 1);
        oracle.check(1, first);
        oracle.check(3, third);
    }

    function test_a_void_does_not_shorten_the_interval() public {
        setUpTwoRounds();
        _pass(100);
        oracle.void(2);
        _pass(INTERVAL - 1);
        Round memory round = _round(3, keccak256("3"));
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.TooSoon.selector, block.timestamp + 1)
        );
        oracle.publish(round, signatures);
    }

    function test_the_only_round_may_be_voided() public {
        _publish(1, keccak256("1"));

        oracle.void(1);

        (uint32 newest,,,) = oracle.rounds();
        vm.assertEq(newest, 0);
        vm.assertTrue(oracle.isSilent());
        vm.assertFalse(oracle.voidWindowPassed());
    }

    function test_only_the_newest_round_may_be_voided() public {
        setUpTwoRounds();

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundUnusable.selector, 1));
        oracle.void(1);
        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundUnusable.selector, 0));
        oracle.void(0);
    }

    function test_the_void_window_closes() public {
        _publish(1, keccak256("1"));
        vm.warp(START + WINDOW + 1);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.VoidWindowClosed.selector, 1));
        oracle.void(1);
        vm.warp(START + WINDOW);
        oracle.void(1);
    }

    function test_a_second_void_waits_for_the_cooldown() public {
        _publish(1, keccak256("1"));
        oracle.void(1);
        _pass(COOLDOWN - 1);
        _publish(2, keccak256("2"));

        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.VoidTooSoon.selector, START + COOLDOWN)
        );
        oracle.void(2);
        _pass(1);
        oracle.void(2);
    }

    function test_voiding_is_the_guardians() public {
        AccessManager manager = AccessManager(oracle.authority());
        address guardian = named("guardian");
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = oracle.void.selector;
        manager.grantRole(1, guardian, 0);
        manager.setTargetFunctionRole(address(oracle), selectors, 1);
        _publish(1, keccak256("1"));

        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        oracle.void(1);
        vm.prank(guardian);
        oracle.void(1);
    }
}

contract ValuationOracleReportersTest is OracleBase {
    function test_a_reporter_that_left_does_not_count() public {
        address gone = vm.addr(keys[0]);
        vm.expectEmit(address(oracle));
        emit IValuationOracle.ReporterSet(gone, false);
        oracle.setReporter(gone, false);
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.InvalidSigner.selector, gone));
        oracle.publish(round, signatures);
        vm.assertEq(oracle.reporterCount(), 6);
    }

    function test_the_reporters_stay_between_the_threshold_and_twice_it() public {
        oracle.setReporter(vm.addr(keys[0]), false);
        oracle.setReporter(vm.addr(keys[1]), false);
        vm.expectRevert(
            abi.encodeWithSelector(ValuationOracle.ReportersOutOfBounds.selector, 4, 5)
        );
        oracle.setReporter(vm.addr(keys[2]), false);
        for (uint256 i = 0; i < 4; ++i) {
            oracle.setReporter(vm.addr(i + 1), true);
        }
        vm.expectRevert(
            abi.encodeWithSelector(ValuationOracle.ReportersOutOfBounds.selector, 10, 5)
        );
        oracle.setReporter(vm.addr(50), true);
    }

    function test_a_change_must_change_something() public {
        address reporter = vm.addr(keys[0]);

        vm.expectRevert(
            abi.encodeWithSelector(ValuationOracle.ReporterUnchanged.selector, reporter)
        );
        oracle.setReporter(reporter, true);
    }

    function test_setReporter_is_the_governors() public {
        vm.prank(named("stranger"));
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        oracle.setReporter(named("friend"), true);
    }

    function test_the_constructor_refuses_numbers_out_of_bounds() public {
        OracleParameters[5] memory wrong;
        for (uint256 i = 0; i < 5; ++i) {
            wrong[i] = _parameters();
        }
        wrong[0].minInterval = 1 hours - 1;
        wrong[1].ttl = INTERVAL - 1;
        wrong[2].ttl = 7 days + 1;
        wrong[3].voidWindow = TTL + 1;
        wrong[4].voidCooldown = WINDOW - 1;
        for (uint256 i = 0; i < 5; ++i) {
            vm.expectRevert(ValuationOracle.ParametersOutOfBounds.selector);
            this.deploy(wrong[i], 7);
        }
    }

    function test_the_constructor_refuses_too_few_and_too_many_reporters() public {
        vm.expectRevert(
            abi.encodeWithSelector(ValuationOracle.ReportersOutOfBounds.selector, 4, 5)
        );
        this.deploy(_parameters(), 4);
        vm.expectRevert(
            abi.encodeWithSelector(ValuationOracle.ReportersOutOfBounds.selector, 10, 5)
        );
        this.deploy(_parameters(), 10);
    }

    function deploy(OracleParameters memory parameters, uint256 reporters) external {
        address manager = oracle.authority();
        new ValuationOracle(manager, parameters, addressesOf(keysFrom(2_000, reporters)));
    }
}
