"""The fitted system run forward, with and without a policy."""
