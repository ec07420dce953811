"""Commands of the chain adapter."""
