"""Which event comes next: ranked targets on public benchmarks, and odds for a study's parties."""
