"""Benchmarks: what the pipeline costs and how well its engines do. Run by `make bench` and `make bench-quality`."""
