"""The embedded stack: PostgreSQL, Redis, a local chain and our own processes, for one checkout."""
