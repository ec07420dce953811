"""How a proposal stands, by the rules of its governor."""
