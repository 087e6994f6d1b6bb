"""The house has one way through it, and what the package needs at run time is small."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import detente.asks
from detente.answers import Column
from detente.study.models import study_schema

ROOT = Path(__file__).resolve().parents[1]


def test_imports_run_one_way() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_runs_without_pandas() -> None:
    for file in (ROOT / "src" / "detente").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import|from) pandas", text, re.MULTILINE), file


SLOW = {
    "altair", "detente.estimators.glm", "detente.relations.panel", "detente.sources.registry",
    "detente.study.models", "numba", "pandas", "pyarrow.compute", "pydantic", "scipy",
}  # fmt: skip


def test_help_loads_nothing_that_is_slow_to_load() -> None:
    code = f"import detente.cli, sys; print(sorted({SLOW} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_names_of_the_package_are_listed_before_they_are_loaded() -> None:
    assert {"panel", "run_study"} <= set(detente.__all__) <= set(dir(detente))


def test_estimators_name_no_state() -> None:
    for file in (ROOT / "src" / "detente" / "estimators").rglob("*.py"):
        assert not re.search(r"\b(PRK|KOR|Korea)\b", file.read_text(encoding="utf-8")), file


def test_results_are_frozen() -> None:
    for room in ("relations", "estimators", "study", "asks", "report"):
        for file in (ROOT / "src" / "detente" / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    kinds = [ast.unparse(kind) for kind in node.decorator_list]
                    open_ones = [k for k in kinds if k.startswith("dataclass") and FROZEN not in k]
                    assert not open_ones, f"{file}: {node.name}"
                    fields = [ast.unparse(n.annotation) for n in node.body if isinstance(n, FIELD)]
                    arrays = re.search(ARRAYS, " ".join(fields))
                    by_value = [k for k in kinds if k.startswith("dataclass") and ALONE not in k]
                    assert not (arrays and by_value), f"{file}: {node.name} compares arrays"


FIELD = ast.AnnAssign
FROZEN, ALONE = "frozen=True", "eq=False"
ARRAYS = r"\b(Floats|Ints|Bools|Days|NDArray|ndarray)\b"


def test_the_published_schema_of_studies_is_up_to_date() -> None:
    published = (ROOT / "schemas" / "study.schema.json").read_text(encoding="utf-8")
    assert in_order(study_schema()) == in_order(json.loads(published))


def in_order(schema: object) -> object:
    """A schema with its lists in one order: kinds stand in the order in which they are loaded."""
    if isinstance(schema, dict):
        return {key: in_order(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return sorted((in_order(value) for value in schema), key=repr)
    return schema


def tables_of_columns() -> Iterator[tuple[str, tuple[Column, ...]]]:
    """The columns of tables that modules of asks declare."""
    for module in pkgutil.walk_packages(detente.asks.__path__, "detente.asks."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, tuple) and value and all(isinstance(c, Column) for c in value):
                yield f"{module.name}.{name}", value


def test_what_is_shown_has_a_heading_and_numbers_of_a_kind_have_the_same_decimals() -> None:
    for name, columns in tables_of_columns():
        ends = {column.through for column in columns}
        bare = [c.name for c in columns if c.shown and not c.heading and c.name not in ends]
        assert not bare or name.startswith("detente.asks.movers"), f"{name}: {bare}"
        assert ends - {""} <= {column.name for column in columns}, name
        for scale in {column.scale for column in columns}:
            assert len({c.places for c in columns if c.scale is scale}) == 1, f"{name}: {scale}"


POSIX_MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
POSIX_NAMES = {
    "os": {
        "chown", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid",
        "getloadavg", "getpgid", "getuid", "killpg", "lchown", "mkfifo", "mknod", "nice", "pipe2",
        "pread", "pwrite", "sched_getaffinity", "setsid", "setuid", "sysconf", "uname", "O_CLOEXEC",
        "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_SYNC", "WNOHANG",
    },
    "signal": {
        "alarm", "setitimer", "SIGALRM", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGUSR1", "SIGUSR2",
        "SIGXCPU", "SIGXFSZ",
    },
}  # fmt: skip


def posix_only(text: str) -> list[str]:
    """What of a module's text Windows does not have."""
    uses = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            uses += [alias.name for alias in node.names if alias.name in POSIX_MODULES]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = POSIX_NAMES.get(node.module or "", set())
            uses += [node.module or ""] if node.module in POSIX_MODULES else []
            uses += [alias.name for alias in node.names if alias.name in names]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            uses += [node.attr] if node.attr in POSIX_NAMES.get(node.value.id, set()) else []
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            uses += re.findall(r"^/(?:dev|proc|tmp|etc)/.*", node.value)
    return uses


def test_nothing_in_the_package_is_posix_only() -> None:
    for file in (ROOT / "src" / "detente").rglob("*.py"):
        assert posix_only(file.read_text(encoding="utf-8")) == [], file


def test_what_is_posix_only_is_recognised() -> None:
    text = (
        "import fcntl\nfrom pwd import getpwnam\nfrom signal import SIGKILL\nimport os\n"
        "os.fork()\nopen('/dev/null')\nos.getpid()\n"
    )
    assert posix_only(text) == ["fcntl", "pwd", "SIGKILL", "fork", "/dev/null"]


def private_imports(module: str, text: str) -> list[str]:
    """Modules private by name that a module imports from another room of the house."""
    names = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and not node.level:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    room = module.split(".")[:2]
    private = re.compile(r"detente\.[a-z].*\._[a-z]|detente\._[a-z]")
    return [name for name in names if private.match(name) and name.split(".")[:2] != room]


def test_private_modules_stay_in_their_room() -> None:
    src = ROOT / "src"
    for file in (src / "detente").rglob("*.py"):
        module = ".".join(file.relative_to(src).with_suffix("").parts)
        assert private_imports(module, file.read_text(encoding="utf-8")) == [], file


def test_private_imports_are_recognised() -> None:
    text = "from detente.events._manifest import Part\nfrom detente.events import _writer, store"
    names = ["detente.events._manifest.Part", "detente.events._writer"]
    assert private_imports("detente.cli.study", text) == names
    assert private_imports("detente.events.store", text) == []


def test_the_constraints_name_no_address() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.]+", line), line


NO_NUMBERS = re.compile(
    r"[<>^].*"  # texts filled up to a column's width
    r"|0\d+[dx]?|d"  # codes and file names: digits, none of which is rounded
    r"|%.*"  # dates
)
TEMPLATE = re.compile(r"\{\w*:[-+,.\d]*[,.eEfFgGn%][eEfFgGn%]?\}")
OLD_STYLE = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[eEfFgG]")


def formats_of_numbers(text: str) -> list[str]:
    """Where a module's text makes a text of a number by a format of its own."""
    formats = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.FormattedValue(format_spec=ast.JoinedStr() as spec, conversion=-1):
                shape = ast.unparse(spec)[2:-1]
                formats += [] if NO_NUMBERS.fullmatch(shape) else [shape]
            case ast.Call(func=ast.Name(id="format")):
                formats.append(ast.unparse(node))
            case ast.Constant(value=str(value)):
                formats += TEMPLATE.findall(value)
            case ast.BinOp(left=ast.Constant(value=str(value)), op=ast.Mod()):
                formats += OLD_STYLE.findall(value)
    return formats


def test_one_module_formats_numbers() -> None:
    for file in (ROOT / "src" / "detente").rglob("*.py"):
        if file.name != "rounding.py":
            assert formats_of_numbers(file.read_text(encoding="utf-8")) == [], file
    for file in (ROOT / "src" / "detente").rglob("*.html"):
        assert not re.search(r"\|\s*(format\b|round\()", file.read_text(encoding="utf-8")), file


def test_formats_of_numbers_are_recognised() -> None:
    text = (
        "f'{x:.1f}'; f'{x:,}'; f'{x:.0%}'; f'{x:+.2g}'; f'{x:{width}.2f}'\n"
        "format(x, '.2f'); 'M{:.0f} {at:,.1f}'.format(x, at=y); '%s: %.2f' % (name, x)\n"
    )
    assert sorted(formats_of_numbers(text)) == sorted(
        [".1f", ",", ".0%", "+.2g", "{width}.2f", "format(x, '.2f')", "{:.0f}", "{at:,.1f}", "%.2f"]
    )
    assert formats_of_numbers("f'{name:<10} {code:02d} {day:%B %Y} {path!r:.80} {{:a}}'") == []


def test_every_folder_says_what_it_is_for() -> None:
    for file in (ROOT / "src").rglob("__init__.py"):
        docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
        assert docstring and len(docstring.split()) > 3, file


def test_the_package_does_not_import_the_lab() -> None:
    for file in (ROOT / "src").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert not [name for name in imported(tree) if name.split(".")[0] in {"lab", "tests"}], file


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that is named by an import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_hashes_are_of_the_versions_that_are_pinned() -> None:
    """Every pinned release has its hashes; beside them one that builds, of Windows, of browsers."""
    hashed = (ROOT / "requirements-hashed.txt").read_text(encoding="utf-8")
    releases = dict(re.findall(r"^([\w.-]+==\S+)([^\n]*(?:\n +--hash\S+[^\n]*)+)", hashed, re.M))
    assert all("--hash=sha256:" in hashes for hashes in releases.values())
    pinned = {_plain(line) for line in (ROOT / "constraints.txt").read_text().split()}
    assert pinned <= {*map(_plain, releases)}
    others = {_plain(name).partition("==")[0] for name in releases} - {
        name.partition("==")[0] for name in pinned
    }
    assert others == {"setuptools", "colorama", "httpx2-jsfetch"}
    assert "://" not in hashed


def _plain(release: str) -> str:
    return release.lower().replace("_", "-")
