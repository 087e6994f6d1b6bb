"""What Spark says when a query fails, as an error with a stage and a next step."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from detente.errors import DetenteError, InputError
from detente.events.spark.address import shown
from detente.events.spark.session import failed_stage

_FAULT = re.compile(r"\[[A-Z][A-Z_.0-9]+\] (.*?)(?:: Traceback.*|SQLSTATE.*)?$")
_IN_PYTHON = re.compile(r"[\w.]*Error: ")
_STAGE = re.compile(r"in stage (\d+)(?:\.\d+)?")

_NEXT: tuple[tuple[str, str], ...] = (
    (r"No space left|DiskErrorException",
     "Free space in the workers' scratch folders (spark.local.dir)."),
    (r"OutOfMemoryError|exceeding memory|exit code 137|Cannot allocate",
     "Give the workers more memory (spark.executor.memory), or ask for fewer days."),
    (r"FileNotFound|PATH_NOT_FOUND|FILE_NOT_EXIST|does not exist|No such file",
     "Put the events where all workers see them under the same path: a shared disk or a bucket."),
    (r"TABLE_OR_VIEW_NOT_FOUND|SCHEMA_NOT_FOUND", "Check the name of the table."),
    (r"EOFException|ZipException|not in GZIP|FAILED_READ_FILE", "Mend or remove this file."),
    (r"No FileSystem for scheme|ClassNotFoundException.*fs|UnsupportedFileSystem",
     "Give Spark the package of that file system (spark.jars.packages)."),
    (r"AccessControl|Permission denied|Forbidden|AccessDenied",
     "See that the workers may read the events."),
    (r"No module named|ModuleNotFoundError|PYTHON_VERSION_MISMATCH",
     "Install the same Python with detente on all workers."),
    (r"ExecutorLostFailure|heartbeat timed out|UNAVAILABLE|Connection refused|stopped SparkContext"
     r"|SparkContext was shut down|All masters are unresponsive",
     "See in the master's page whether workers are left, and run the command again."),
)  # fmt: skip
_ELSE = "See the log of the workers for that stage, and run the command again."


@contextlib.contextmanager
def stage_errors(address: str, what: str) -> Iterator[None]:
    """Turn whatever Spark raises into an `InputError` that names the stage.

    Args:
        address: Where it runs.
        what: What was being done, such as `counting`.
    """
    try:
        yield
    except DetenteError:
        raise
    except Exception as error:
        reason = cause(error)
        stage = _STAGE.search(str(error))
        number = int(stage[1]) if stage else failed_stage()
        where = "" if number is None else f"In stage {number}: "
        raise InputError(
            f"{what} failed on {shown(address)}.", where + reason, _next(error)
        ) from error


def _next(error: Exception) -> str:
    text = str(error)
    return next((words for pattern, words in _NEXT if re.search(pattern, text)), _ELSE)


def cause(error: BaseException) -> str:
    r"""What Spark calls the fault, and the innermost reason, on one line.

    Example:
        >>> cause(ValueError("Job aborted.\nCaused by: java.io.IOException: disk full\n\tat x"))
        'java.io.IOException: disk full.'
        >>> cause(ValueError("[FAILED_READ_FILE] Reading f. SQLSTATE: 1\nCaused by: cut short"))
        'Reading f: cut short.'
        >>> cause(ValueError("[PYTHON_EXCEPTION] It failed: Traceback:\n  at x\nKeyError: 'y'"))
        "It failed: KeyError: 'y'."
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line.partition("Caused by: ")[2] for line in lines if line.startswith("Caused by: ")]
    causes += [line for line in lines if _IN_PYTHON.match(line)]
    fault = next((match[1] for line in lines if (match := _FAULT.search(line))), "")
    reason = next(reversed(causes), "" if fault else next(iter(lines), type(error).__name__))
    parts = (fault.rstrip(". "), "" if fault and fault in reason else reason)
    return f"{': '.join(part for part in parts if part)[:600].rstrip('.')}."
