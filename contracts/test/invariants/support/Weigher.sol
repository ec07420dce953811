// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ValueProof} from "../../../src/interfaces/IValuationOracle.sol";
import {Basket, Outlook, Sources, Underwriter, Weights} from "../../../src/libraries/Underwriter.sol";

/// @title What a basket weighs, as the loan book computes it
contract Weigher {
    Sources internal from;

    constructor(Sources memory from_) {
        from = from_;
    }

    function weigh(
        Basket memory basket,
        ValueProof[] calldata newest,
        ValueProof[] calldata previous
    ) external view returns (Weights memory) {
        return Underwriter.weigh(Outlook(from, from.oracle.present(true)), basket, newest, previous);
    }
}
