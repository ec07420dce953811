// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ClassRow, RiskTerms} from "../../src/RiskTerms.sol";
import {ClassTerms} from "../../src/interfaces/IRiskTerms.sol";
import {Lane} from "../../src/Lane.sol";
import {VM} from "../support/Vm.sol";

/// @notice Says who may call: nobody but one account, at once.
contract OneGovernor {
    address private immutable governor;

    constructor(address governor_) {
        governor = governor_;
    }

    function canCall(address caller, address, bytes4) external view returns (bool, uint32) {
        return (caller == governor, 0);
    }
}

/// @title Doors that stay shut for everybody else, whatever they send; proved by halmos
contract AuthorisationProofs {
    Lane private lane;
    RiskTerms private risk;

    function setUp() public {
        lane = new Lane(address(this));
        risk = new RiskTerms(address(new OneGovernor(address(this))), new ClassRow[](0));
        risk.setPool(address(0xb0));
    }

    /// @dev Rule L6: an escrow obeys its owner only.
    function check_an_escrow_pays_nobody_elses_order(
        address caller,
        address token,
        address to,
        uint256 amount
    ) external {
        if (caller == address(this)) return;
        VM.prank(caller);
        (bool done,) = address(lane).call(abi.encodeCall(Lane.sendToken, (token, to, amount)));
        assert(!done);
        VM.prank(caller);
        (done,) = address(lane).call(abi.encodeCall(Lane.sendAsset, (token, to, amount)));
        assert(!done);
        VM.prank(caller);
        (done,) = address(lane).call(abi.encodeCall(Lane.create, (bytes32(amount), hex"00")));
        assert(!done);
    }

    /// @dev Rule I-32: terms change only through the manager.
    function check_only_the_governor_sets_terms(
        address caller,
        uint16 classId,
        ClassTerms calldata terms
    ) external {
        if (caller == address(this)) return;
        VM.prank(caller);
        (bool done,) = address(risk).call(abi.encodeCall(RiskTerms.setTerms, (classId, terms)));
        assert(!done);
    }

    /// @dev Rule D4: only the pool reports utilisation, and the curve moves one step.
    function check_utilisation_is_the_pools(address caller, uint16 utilisation) external {
        uint256 before = risk.curveUtilisationBps();
        VM.prank(caller);
        (bool done,) = address(risk).call(abi.encodeCall(RiskTerms.setUtilisation, (utilisation)));
        assert(!done || (caller == address(0xb0) && utilisation <= 10_000));
        uint256 moved = risk.curveUtilisationBps();
        assert(moved <= before + 500 && before <= moved + 500);
    }
}
