"""The work of a round of many thousands of values, compiled; equal to the scalar domain by the bit.

Importing it takes a second, so `oracles.domain.rounds` imports it for large rounds only.
"""
