"""Parts of studies that several tests put together."""

from dataclasses import replace

from detente.study.load import LoadedStudy, load

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


def korea_with(*datasets: str) -> LoadedStudy:
    """The Korea study with few datasets, and no claims or systems that name many more states."""
    loaded = load("korea")
    few = [dataset for dataset in loaded.study.datasets if dataset.id in datasets]
    assert len(few) == len(datasets)
    parts = {"datasets": few, "claims": [], "systems": []}
    return replace(loaded, study=loaded.study.model_copy(update=parts))
