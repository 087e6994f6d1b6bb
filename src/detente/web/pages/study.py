"""A study: its report, with a filter by verdict."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from detente.answers import Answer, Section, Verdict
from detente.study.parts import Day, Id
from detente.web.desk import Desk
from detente.web.page import Asked, Choice, Control, Link, Links, Page, Shown, register
from detente.web.running import study_result


class StudyAsked(Asked):
    """A study, as of a day, and claims of one verdict."""

    study: Id = Field(description="the name of a study")
    verdict: Verdict | None = Field(default=None, description="only claims of this verdict")
    as_of: Day | None = Field(default=None, description="nothing known later is used")


def answer(asked: StudyAsked, desk: Desk) -> Shown:
    """The report of a study."""
    from detente.report.outlook import as_seen  # noqa: PLC0415 - slow to import

    result = study_result(desk, asked.study, asked.as_of)
    today = desk.today()
    sections = desk.memo(
        ("seen", asked.study, asked.as_of),
        lambda: [as_seen(section, today) for section in result.sections],
    )
    links = tuple(_link(asked.study, claim) for claim in result.claims if _shown(claim, asked))
    return Shown(
        title=result.title,
        lead=f"{result.question} {result.headline} {result.headline_strength}",
        sections=tuple(_filtered(section, asked) for section in sections),
        controls=_controls(asked, result.claims, result.as_of),
        links=(Links("All claims at a glance", links),),
    )


def _shown(claim: Answer, asked: StudyAsked) -> bool:
    return asked.verdict in {None, claim.verdict}


def _filtered(section: Section, asked: StudyAsked) -> Section:
    """The claims of one verdict; every other section as it is."""
    if section.name != "claims":
        return section
    return replace(section, answers=tuple(a for a in section.answers if _shown(a, asked)))


def _link(study: str, claim: Answer) -> Link:
    from detente.report.layout import shown_effect  # noqa: PLC0415 - slow to import

    word = claim.verdict or ""
    said = ", ".join(text for text in (word, shown_effect(claim)) if text)
    return Link(f"/study/{study}/claim/{claim.id}", claim.label, said, word.replace(" ", "-"))


def _controls(asked: StudyAsked, claims: tuple[Answer, ...], as_of: str) -> tuple[Control, ...]:
    present = [verdict for verdict in Verdict if any(c.verdict is verdict for c in claims)]
    choices = (Choice("", "all"), *(Choice(verdict.value) for verdict in present))
    return (
        Control("verdict", "Verdict", value=asked.verdict or "", choices=choices),
        Control("as_of", "Known up to", "date", value=str(asked.as_of or as_of), most=as_of,
                note="Nothing known later is used."),
    )  # fmt: skip


ABOUT = "A study: its report, with a filter by verdict"
register(
    Page("study", "/study/{study}", ABOUT, StudyAsked, answer, template="study.html", slow=True)
)
