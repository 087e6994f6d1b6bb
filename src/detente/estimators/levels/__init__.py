"""Latent levels of noisy series, of counts and of scores, with joint draws."""
