"""A running session with hundreds of viewers: how soon pages, votes and changes arrive, and what it costs."""

from tests.bench.live.figures import bench_live

__all__ = ["bench_live"]
