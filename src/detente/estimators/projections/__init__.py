"""Local projections: the response to a shock, one regression for each horizon."""
