"""Relations between states as numbers: counts of dyads by period, what could be seen, measures.

`panel` holds events and ready-made datasets alike, `steps` is the calendar, `series` what the
estimators take, `measures` which quantity of a relation is read.
"""
