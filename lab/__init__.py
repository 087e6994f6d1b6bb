"""Not shipped: synthetic worlds, the public benchmark's ranker, benchmarks, replications."""
