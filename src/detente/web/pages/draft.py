"""A claim written in a form: the block for the study file, checked while one types.

Nothing is written: the block is shown, to be copied or downloaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict
from pydantic import Field as Parameter

from detente.answers import Answer, Check, Section
from detente.rounding import count_text
from detente.study.parts import Id
from detente.web.desk import Desk
from detente.web.page import Asked, Choice, Control, Page, Shown, register
from detente.web.refusal import RefusalError

if TYPE_CHECKING:
    from detente.study.drafting import Field

MOST_LETTERS = 2000
USUAL = {
    "relation.pair", "relation.action", "acts.pair", "acts.action", "measures", "direction",
    "window_months",
}  # fmt: skip


class DraftAsked(Asked):
    """A study, a kind of claim, and what stands in its fields, each by its name in the block."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    study: Id | None = Parameter(default=None, description="the name of a study")
    kind: Id = Parameter(default="response", description="the kind of claim")

    @property
    def given(self) -> dict[str, str]:
        """What stands in the fields."""
        return {name: str(value) for name, value in (self.model_extra or {}).items()}


def answer(asked: DraftAsked, desk: Desk) -> Shown:
    """The form with what stands in it, the block that it makes, and what is wrong with it."""
    from detente.study.drafting import (  # noqa: PLC0415 - slow to import
        claim_fields,
        claim_kinds,
        draft_claim,
    )
    from detente.study.load import load  # noqa: PLC0415

    name = asked.study or next(iter(desk.site.studies), "")
    path = desk.study_file(name)
    desk.reads(path)
    _check(asked.given)
    study = load(path).study
    fields = claim_fields(asked.kind, study)
    first = [field for field in fields if _is_usual(field)]
    rest = [field for field in fields if field not in first]
    draft = draft_claim(path, asked.kind, asked.given)
    # Before anything is written nothing is wrong yet.
    problems = draft.problems if asked.given else ()
    kinds = claim_kinds()
    return Shown(
        title="Write a claim",
        lead=dict(kinds)[asked.kind],
        sections=(_section(draft.block, problems, written=bool(asked.given)),),
        controls=(
            Control("study", "Study", value=name,
                    choices=tuple(Choice(each) for each in desk.site.studies)),
            Control("kind", "Kind of claim", value=asked.kind,
                    choices=tuple(Choice(tag) for tag, _ in kinds),
                    note="Choose first: the fields follow the kind."),
        ),
        more={"study": name, "kind": asked.kind, "given": asked.given, "first": first,
              "rest": rest, "opened": any(field.name in asked.given for field in rest),
              "block": draft.block if asked.given else "", "problems": problems},
    )  # fmt: skip


def _is_usual(field: Field) -> bool:
    """Whether most claims of the kind have it; others are folded."""
    within = field.name.partition(".")[0] in {"when", "against"}
    return field.needed or within or field.name in USUAL


def _check(given: dict[str, str]) -> None:
    for name, text in given.items():
        if len(text) > MOST_LETTERS or len(name) > 80:
            raise RefusalError(
                400,
                "The claim cannot be read.",
                f"{name[:80]} holds {count_text(len(text))} letters.",
                f"A field holds at most {count_text(MOST_LETTERS)}.",
            )


def _section(block: str, problems: tuple[str, ...], *, written: bool) -> Section:
    """For programs: the block and its problems."""
    said: dict[str, Any] = {
        "text": "The block is valid." if written and not problems else "",
        "checks": tuple(Check("problem", False, text) for text in problems),
        "notes": {"block": block},
    }
    return Section("draft", "The block", (Answer("draft", "draft", "The block", **said),))


ABOUT = "A claim written in a form: its block for the study file, checked while one types"
register(
    Page(
        "draft",
        "/claim/new",
        ABOUT,
        DraftAsked,
        answer,
        menu="Write",
        place=60,
        template="draft.html",
    )
)
