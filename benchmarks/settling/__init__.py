"""`bench settlement`: the whole way of an operation, beside the naive way and the chain's limit."""
