"""The work of a round of many thousands of values, compiled; equal to the scalar domain bit for bit.

Importing these modules takes a second, so `oracles.domain.rounds` imports them for large rounds only.
"""
