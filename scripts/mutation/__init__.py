"""Mutation testing of the contracts: change one thing, and see whether a test notices."""
