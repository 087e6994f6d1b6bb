"""Vector autoregressions: by least squares, the Bayesian one of Sims and Zha, what follows."""
