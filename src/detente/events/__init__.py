"""Detente."""
