"""Worlds whose truth is known, to test what the claims engine says about them."""
