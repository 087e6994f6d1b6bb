"""Questions about what comes next: odds, backtests and scores."""
