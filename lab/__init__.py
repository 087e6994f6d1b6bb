"""Not shipped: worlds, labelled sentences, benchmarks, replications, the benchmark's ranker."""
