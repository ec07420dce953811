"""What recorded sales teach: a statistical model of prices, and how well it would have done.

This is the one place of the oracles that computes in floating point. Nothing here runs in a round:
a prediction enters as one source's observation, quantised and with the hash of its data.
"""
