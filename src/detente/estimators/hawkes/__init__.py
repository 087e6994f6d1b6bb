"""Hawkes processes: events that make further events likelier, within and between dimensions."""
