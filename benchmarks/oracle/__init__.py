"""A round of a million assets from observations in the database to proofs over HTTP."""

from benchmarks.oracle.bench import bench_oracle

__all__ = ["bench_oracle"]
