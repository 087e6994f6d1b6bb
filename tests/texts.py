"""What no text of ours may look like: empty brackets, doubled words, "1 months", `nan`."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

FAULTS = {
    "empty brackets": r"\(\s*\)|\[\s*\]|“\s*”|\(\s*[,;.]|[,;]\s*\)",
    "doubled words": r"\b([A-Za-z]+(?: [a-z]+){0,2}) \1\b",
    "one of many": r"(?<![\d.,:–-])\b1 (?:[a-z]+ )?(?!(?:was|is|has|as|series|stands|less)\b)"
    r"[a-z]{3,}(?<!s)s\b(?! after correction)",
    "no number": r"\bnan\b|\binf\b|\bNone (?!of|other|is|stands)|\bNaT\b",
    "points": r"\d ?(?:Goldstein )?points per \w+ change in",
    "marks": r"\bnot made\b|;;|,,|(?<!\.)\.\.(?!\.)| [,;.](?!\d)",
    "brackets of code": r"\{[a-z_.]+\}|<class|\bdatetime\.",
}
"""By what is wrong, how it looks."""

RIGHT = re.compile(r"at 1 a series|1 means equally|1 is perfect|1 points the other|1 shows no")
"""What looks like a fault and is none."""


def faults_in(text: str) -> list[str]:
    """What is wrong in a text, with the words around it.

    Example:
        >>> faults_in("It lasted 1 months ().")
        ['empty brackets: It lasted 1 months ().', 'one of many: It lasted 1 months ().']
        >>> faults_in("In 1 month, and at 1 a series would never end.")
        []
    """
    faults = []
    for name, pattern in FAULTS.items():
        for match in re.finditer(pattern, text):
            around = text[max(0, match.start() - 40) : match.end() + 20]
            if not RIGHT.search(around):
                faults.append(f"{name}: {around}")
    return faults


def page_texts(page: str) -> list[str]:
    """The texts of a page, element by element, without style, script and drawings' coordinates."""
    body = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.DOTALL)
    inline = re.sub(r"</?(?:a|b|i|strong|em|code|data|span)\b[^>]*>", "", body)
    parts = (html.unescape(part).strip() for part in re.split(r"<[^>]+>", inline))
    return list(dict.fromkeys(re.sub(r"\s+", " ", part) for part in parts if part))


def strings(node: Any) -> Iterator[str]:
    """Every text of a JSON document."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list | dict):
        for item in node.values() if isinstance(node, dict) else node:
            yield from strings(item)


def all_faults(page: str, findings: str) -> list[str]:
    """What is wrong in a report: its page and its findings.json."""
    texts = dict.fromkeys([*page_texts(page), *strings(json.loads(findings))])
    return list(dict.fromkeys(fault for text in texts for fault in faults_in(text)))
