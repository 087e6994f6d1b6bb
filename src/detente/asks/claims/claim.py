"""What every claim of a study file has, and the checks of names that most kinds share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field

from detente.study.models import Study
from detente.study.names import counts, measure_problems, unknown
from detente.study.parts import Id, Measure, Relation, Strict

ABOUT = "sentences that are tested"
"""What the part of the study file is, for its schema."""


@dataclass(frozen=True)
class Window:
    """The window of a claim, which a reader may change.

    Attributes:
        length: How long it is.
        unit: In months or days.
        most: The longest.
    """

    length: int
    unit: str
    most: int


class ClaimBase(Strict):
    """What every claim has."""

    WINDOW: ClassVar[str] = ""
    """The field that holds its window, if it has one; the name ends with the unit."""

    id: Id
    title: str = Field(description="a few words, for tables")
    statement: str = Field(description="the claim as one testable sentence, in your own words")
    passage: str = Field(default="", description="where it stands in the text")
    family: str = Field(
        default="",
        description="claims of one family are corrected together; empty: with all others that name "
        "none, so that a study is one family unless it divides its claims",
    )
    caveats: list[str] = Field(default=[])
    needs: list[str] = Field(default=[], description="what to load if the data cannot decide")

    @property
    def window(self) -> Window | None:
        """The window that a reader may change, if the claim has one."""
        if not self.WINDOW:
            return None
        field = type(self).model_fields[self.WINDOW]
        most = next(limit.le for limit in field.metadata if hasattr(limit, "le"))
        return Window(getattr(self, self.WINDOW), self.WINDOW.rpartition("_")[2], most)

    def with_window(self, length: int) -> dict[str, Any]:
        """The fields that change with the length of the window."""
        return {self.WINDOW: length}


def where(claim: ClaimBase) -> str:
    """How problems of a claim begin."""
    return f"claims.{claim.id}"


def relation_problems(
    claim: ClaimBase, relation: Relation, measures: Sequence[Measure], study: Study
) -> Iterator[str]:
    """What is wrong with what a claim measures: an action, or a relation and its measures."""
    if relation.action is not None:
        yield from action_problems(claim, [relation.action], study)
    elif not measures:
        yield f"{where(claim)}.measures: name at least one measure to read the relation by."
    datasets = {dataset.id: dataset for dataset in study.datasets}
    for measure in measures:
        yield from measure_problems(where(claim), measure, study)
        spec = datasets.get(measure.dataset or "")
        declared = measure.dataset is None or spec is not None
        if relation.compared_with and declared and counts(spec, measure.name):
            yield (
                f"{where(claim)}.relation.compared_with: “{measure.name}” counts, and only scores "
                "can be set against those of other pairs."
            )


def action_problems(claim: ClaimBase, names: Sequence[str], study: Study) -> Iterator[str]:
    """Actions that the study does not declare."""
    yield from unknown(f"{where(claim)}: action", names, study.actions)


def era_problems(claim: ClaimBase, names: Sequence[str], study: Study) -> Iterator[str]:
    """Eras that the study does not declare."""
    yield from unknown(f"{where(claim)}: era", names, study.eras)
