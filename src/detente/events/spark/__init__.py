"""Spark as an engine: statements run where the events lie, in `detente[spark]`.

What is peculiar to its SQL stands in `dialect.py` alone.
"""
