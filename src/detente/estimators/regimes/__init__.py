"""The Bayesian vector autoregression whose coefficients and errors switch between regimes."""
