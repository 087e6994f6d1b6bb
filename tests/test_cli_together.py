"""Every two options of every command: each is used beside the other, or refused in words.

What commands call is replaced by a recorder. An option that changes nothing of what is called,
printed or returned is one that is left out in silence.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest

from detente import cli
from detente.cli import commands
from detente.cli.together import RULES, check_together
from detente.errors import UsageError
from detente.events.store import Repair
from detente.study.options import Options


class Recorder(MagicMock):
    """Stands for whatever a command calls or is given back."""

    def __format__(self, spec: str) -> str:
        return "many"


IDS = re.compile(r"0x[0-9a-f]+|id='\d+'")
CALLED: Mapping[str, str] = {
    "panel": """
        cli.panel.events_of cli.panel.events_of_files cli.panel.open_store cli.panel._show
        cli.panel._carried cli.panel.write_data relations.counting.panel
    """,
    "movers": """
        cli.movers.events_of cli.movers.show cli.movers._for_people asks.movers.movers.movers
        report.movers_page.write_movers
    """,
    "events": """
        cli.events.open_store cli.events.write_data cli.events.show_events
        cli.events.say_limits
    """,
    "study": """
        cli.study.reported cli.watching.watch_study report.verdict_table cli.study.typer.echo
        cli.study.webbrowser.open cli.study.Console cli.study.answer_cache study.load.load
    """,
    "dynamics": """
        cli.dynamics.open_study cli.dynamics.show
        asks.reactions.run.react study.load.load
    """,
    "forecast": """
        cli.forecast.open_study cli.forecast.record_or_none
        cli.forecast.show asks.forecasts.run.chosen_questions asks.forecasts.run.with_window
        asks.forecasts.run.odds_of asks.forecasts.run.outlook
        report.outlook.as_seen study.load.load
    """,
    "backtest": """
        cli.forecast.open_study cli.forecast.show
        asks.forecasts.run.chosen_questions asks.forecasts.run.records_of
        asks.forecasts.run.published study.load.load
    """,
    "record": """
        cli.record.open_study cli.record.show cli.record.print_json cli.record._added
        cli.record._prove asks.forecasts.ledger.ledger asks.forecasts.ledger.open_though_over
        asks.forecasts.record.check_place asks.forecasts.record.read_record study.load.load
    """,
    "scenario": """
        cli.scenario._known_before cli.scenario._list cli.scenario.show
        asks.scenarios.history.last_known asks.scenarios.horizon.Horizon
        asks.scenarios.model.fitted asks.scenarios.run.find_scenario
        asks.scenarios.run.section asks.scenarios.scenario.answer study.load.load
    """,
    "moves": """
        cli.moves.open_study cli.moves.show asks.forecasts.coming_week.coming_week
        asks.forecasts.coming_week.moves_answer study.load.load
    """,
    "read": """
        cli.read._story study.of_argument.draft.draft study.of_argument.draft.write_draft
        cli.read._show cli.read._facts cli.read.print_json
    """,
    "serve": """
        web.site.site_of web.server.serve events.store.Store.open
    """,
    "new": """
        study.of_parties.write_study_of study.starter.write_starter
    """,
    "validate": """
        study.load.load cli.study.print_json
    """,
    "fetch": """
        sources.fetch.open_client cli.fetch._resumed cli.fetch._agreed cli.fetch._show_plan
        cli.fetch.progress cli.fetch.show_report cli.fetch.print_json sources.fetch.plan.plan
        sources.fetch.plan.check_disk sources.fetch.plan.need_files sources.fetch.run.fetch
        study.load.load study.event_data.states_of study.needs.first_day_of_events
    """,
    "ingest": """
        sources.ingest cli.events.show_report cli.events.print_json
    """,
    "code": """
        cli.code.check_places coding.report.Tally coding.text.places coding.text.read
        coding.coder.Coder coding.facade.coded_stories cli.code._journal cli.code._written
        cli.code.code_progress cli.code.show_report cli.code.print_json cli.code._say_written
    """,
    "store": """
        events.store.Store.open events.store.Store.check events.store.Store.repair
        cli.store.print_json
    """,
}
RETURNED: Mapping[str, Callable[[Recorder], Any]] = {
    "cli.study.reported": lambda other: (other.result, other.written),
    "cli.scenario._known_before": lambda other: SimpleNamespace(
        options=Options(), under=other.under, asks=other.asks
    ),
    "asks.forecasts.run.with_window": lambda other: (other.chosen, ()),
    "study.event_data.states_of": lambda _: ("ISR", "EGY"),
    "study.needs.first_day_of_events": lambda _: dt.date(1979, 1, 1),
    "asks.scenarios.history.last_known": lambda _: dt.date(2020, 1, 1),
    "asks.scenarios.run.find_scenario": lambda other: other.scenario,
    "sources.fetch.open_client": lambda _: nullcontext(
        SimpleNamespace(now=lambda: dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    ),
    "asks.scenarios.horizon.Horizon": lambda other: other.span,
    "coding.facade.coded_stories": lambda other: [other.story],
    "events.store.Store.repair": lambda _: Repair(1, 1, (), (), (), 1, ()),
}
"""What the program goes on with where any value will not do."""
BASE: Mapping[str, str] = {
    "panel": "--parties USA,CHN", "read": "article.txt", "new": "mine", "fetch": "gdelt",
    "ingest": "gdelt2 a.CSV", "code": "a.txt",
} | dict.fromkeys(
    ("study", "dynamics", "forecast", "backtest", "record", "scenario", "moves", "validate"),
    "korea",
)  # fmt: skip
GIVEN: Mapping[str, str] = {
    "files": "a.CSV", "name": "talks", "question": "missile-test", "every": "--every week",
    "store": "--store here", "engine": "--engine local[2]", "lake": "--lake gdelt2=exports",
    "origin": "--origin icews", "since": "--since 2015-01-01", "until": "--until 2016-01-01",
    "mentions": "--mentions men.csv", "outlets": "--outlets 3", "form": "--format jsonl",
    "output": "--output all.csv", "top": "--top 3", "out": "--out there", "quad": "--quad 2",
    "source": "--source USA", "target": "--target CHN", "cameo": "--cameo 19", "limit": "--limit 4",
    "events": "--events here", "dataset": "--dataset a=b.csv", "as_of": "--as-of 2017-01-01",
    "only": "--only a-claim", "seed": "--seed 3", "processes": "--processes 2", "within":
    "--within 9", "record": "--record r.jsonl", "against": "--against p.txt", "begin":
    "--from 2017-01-01", "end": "--to 2018-01-01", "paths": "--paths 300", "each": "--each 2",
    "date": "--date 2017-01-01", "study": "--study levant", "records": "--records r", "host":
    "--host 0.0.0.0", "port": "--port 9", "parties": "--parties IRN,SAU", "folder": "--in there",
    "first": "--from 2017-01-01", "last": "--to 2018-01-01", "keep": "--keep-files there",
    "workers": "--workers 2", "rate": "--rate 9", "mapping": "--map date=d", "rejected":
    "--rejected r.csv", "min_confidence": "--min-confidence .9", "to": "--to e.csv",
}  # fmt: skip
"""What is given for each parameter that is no flag."""

LOADS_NOTHING = "a plan loads nothing, as it says; the command is to be run again without it"
FULFILLED: Mapping[tuple[str, str, str], str] = {
    ("fetch", "yes", "only_plan"): LOADS_NOTHING,
    ("backtest", "all_rows", "by_year"): "years are printed whole",
}
"""Options that change nothing beside another, since what they ask for is so already."""


def written(command: str, param: Any) -> list[str]:
    """A parameter as it is given to a command."""
    if getattr(param, "is_flag", False):
        return [param.opts[0]]
    return GIVEN[param.name].split()


def optional(command: str) -> Iterator[Any]:
    """The parameters that a command can do without."""
    for param in commands.loaded(command).params:
        if not param.required and param.name != "help":
            yield param


@pytest.fixture
def told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[str, list[str]], tuple[int, str]]:
    """Runs a command with all that it calls replaced: its exit code, and all that it did."""
    monkeypatch.chdir(tmp_path)
    for name in ("DETENTE_STORE", "DETENTE_ENGINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(commands, "loaded", functools.cache(commands.loaded))
    Path("a.CSV").touch()

    def run(command: str, args: list[str]) -> tuple[int, str]:
        recorder = Recorder()
        recorder.scenario.days = 365
        with pytest.MonkeyPatch.context() as patch:
            for number, name in enumerate(CALLED[command].split()):
                call = getattr(recorder, f"call_{number}")
                if name in RETURNED:
                    call.return_value = RETURNED[name](recorder)
                patch.setattr(f"detente.{name}", call)
            code = cli.run([command, *BASE.get(command, "").split(), *args])
        said = capsys.readouterr()
        assert "Internal error" not in said.err, (args, said.err)
        return code, IDS.sub("", f"{recorder.mock_calls}\n{said.out}\n{said.err}")

    return run


def test_every_command_is_walked_through() -> None:
    alone = {"studies", "sources"}  # one flag and no argument
    assert set(CALLED) | alone == set(commands.COMMANDS)
    assert all(len(list(optional(name))) == 1 for name in alone)


@pytest.mark.parametrize("command", CALLED)
def test_every_two_options_are_used_or_refused(
    command: str, told: Callable[[str, list[str]], tuple[int, str]]
) -> None:
    args = {param.name: written(command, param) for param in optional(command)}
    alone = {name: told(command, given) for name, given in args.items()}
    nothing = told(command, [])
    left_out = [(name, "") for name in args if alone[name] == nothing]
    for first, second in itertools.combinations(args, 2):
        both = told(command, [*args[first], *args[second]])
        left_out += [
            (added, beside)
            for added, beside in ((first, second), (second, first))
            if both[0] != 2 and both == alone[beside] and alone[beside] != nothing
        ]
    assert {(command, *pair) for pair in left_out} == {
        key for key in FULFILLED if key[0] == command
    }


@pytest.mark.parametrize(
    ("line", "failed", "seen"),
    [
        ("movers --store here --lake a=b", "--store would not be used.", "beside --lake."),
        ("panel a.CSV --parties USA,CHN --store here", "--store would", "beside FILE."),
        ("panel a.CSV --parties USA,CHN --lake a=b", "FILE would", "beside --lake."),
        ("movers --safe-csv", "--safe-csv would", "without --out."),
        ("panel --parties USA,CHN --outlets 3", "--outlets would", "without --mentions."),
        ("dynamics korea --engine duckdb", "--engine would", "without --events or --lake."),
        ("scenario korea --seed 3", "--seed would", "without NAME."),
        ("record korea --proof --as-of 2017-01-01", "--as-of would", "beside --proof."),
        ("forecast korea --within 9 --record r.jsonl", "--record would", "beside --within."),
        ("panel --parties USA,CHN --parties IRN,SAU", "--parties was given 2 times.", "one value"),
        ("events --since 2017-01-02 --until 2017-01-01", "wrong way round", "2017-01-02 to"),
        ("events --format table -o all.csv", "A table is for people", "--output all.csv"),
        ("fetch gpr --from 2017-01-01", "--from would", "gpr has no use for it"),
        ("fetch icews --translated", "--translated would", "icews has no use for it"),
        ("fetch icews --either", "--either would", "No parties are named"),
        ("fetch icews --rate 9", "--rate would", "without --plan."),
    ],
)
def test_what_would_not_be_used_is_told(
    line: str,
    failed: str,
    seen: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run(line.split()) == 2
    said = capsys.readouterr().err
    assert failed in said and seen in said and "Next" in said
    assert not list(tmp_path.iterdir())


def test_whoever_asks_for_help_is_given_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["study", "korea", "--out", "a", "--out", "b", "--help"]) == 0
    assert "Usage" in capsys.readouterr().out


def test_the_environment_may_name_what_is_not_used(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DETENTE_STORE", str(tmp_path / "none"))
    monkeypatch.setenv("DETENTE_ENGINE", "duckdb")
    file = tmp_path / "levant.csv"
    file.write_text("date,source,target,code\n1979-04-15,ISR,JOR,190\n")
    assert cli.run(["panel", str(file), "--parties", "ISR,JOR", "--json"]) == 0
    assert cli.run(["scenario", "korea", "--json"]) == 0
    assert capsys.readouterr().err.count("would not be used") == 0


def test_an_engine_counts_a_store_that_the_study_names() -> None:
    rule = RULES["dynamics"][-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("detente.study.load.load", lambda _: study)
        for store, refused in (("events", False), (None, True)):
            study = SimpleNamespace(study=SimpleNamespace(store=store))
            with pytest.raises(UsageError) if refused else nullcontext():
                check_together(
                    [rule], {"engine"}, dict.fromkeys(rule.without, "") | {"engine": "--engine"},
                    {"study": "mine"},
                )  # fmt: skip
