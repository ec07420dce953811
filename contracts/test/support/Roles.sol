// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

uint8 constant TITLE = 1;
uint8 constant APPRAISAL = 2;
uint8 constant INSPECTION = 4;
uint8 constant DEVICE = 8;
