"""Parts of study files that several tests add to the starter."""

SIMULATION = """
[simulation]
since = 2015-01-01
eras = ["before", "since"]

[[simulation.kinds]]
action = "incidents"
one = "an incident"
after = ["talks"]

[[simulation.kinds]]
action = "talks"

[[simulation.tracked]]
id = "incidents"
label = "incidents"
actions = ["incidents"]

[[simulation.outcomes]]
label = "a quarter without an incident"
actions = ["incidents"]
quiet_days = 90

[[scenarios]]
id = "calm-again"
label = "The rates of the years before 2020"
statement = "From the first day on, incidents come at the rates of the years before 2020."
era = "before"
"""
"""Incidents, talks and one scenario."""
