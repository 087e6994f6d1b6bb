"""What a result shows of itself in a notebook."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from detente.answers import Exhibit
from detente.report.drawing import figure
from detente.report.templating import asset, environment


def html(exhibits: Sequence[Exhibit]) -> str:
    """Exhibits as a fragment of HTML: each picture with its table, in the page's look.

    Example:
        >>> from detente.answers import Column, Table
        >>> "<table>" in html([Exhibit("e", "Title", Table((Column("x"),), (("a",),)))])
        True
    """
    figures = [figure(exhibit, f"detente-{exhibit.name}") for exhibit in exhibits]
    template = environment().get_template("notebook.html")
    return template.render(figures=figures, css=Markup(asset("notebook.css")))  # noqa: S704 - ours
