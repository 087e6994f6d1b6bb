"""A study as data: its file, the checks that list every problem at once, and what it reads.

`load` opens and checks `study.toml`, `data` gives the facts and series as of a day.
"""
