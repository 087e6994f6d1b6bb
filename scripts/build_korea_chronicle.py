"""Build the Korea study's chronicle from the reference tables and our own supplement.

Three hands make a row. The reference tables give days, certainties and sources. Our own words for
those facts come from templates here and from `korea_words.csv`, which must name every row of the
tables it covers, so that none is dropped unseen. `korea_supplement.csv` adds facts that the tables
lack and replaces rows for which a better document was found.

    python scripts/build_korea_chronicle.py [--shared FOLDER] [--out FILE]
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, timedelta
from pathlib import Path

from build_korea_datasets import shared_folder

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = Path(__file__).resolve().parent
OUT = ROOT / "src" / "detente" / "study" / "korea" / "chronicle.csv"

SIGNALLED = "KOR|JPN|USA"
"""The states that a North Korean test is taken to be aimed at."""

UTC_HOUR_OF_KOREAN_MIDNIGHT = 15

KOREAN_DAY = {
    "2009-07-05": ("2009-07-04", "Associated Press and Christian Science Monitor, 2009-07-04"),
    "2015-03-01": ("2015-03-02", "Reuters and KazTAG, 2015-03-02"),
    "2016-04-15": ("2016-04-15", "Siasat Daily, April 2016: 05:33 on 15 April in Korea"),
    "2017-05-14": ("2017-05-14", "KBS World and BNO News, May 2017: Sunday 14 May in Korea"),
}
"""Days where the database and the press differ, or where its time is UTC but its day Korean."""

DAY_SEEN = {
    "2006-07-05": "News Ghana list of Security Council resolutions, February 2016",
    "2009-04-05": "Reuters timeline, 2012-03-30",
    "2012-04-13": "UN Security Council, S/PRST/2012/13 (13 April, local time)",
    "2012-12-12": "Security Council press statement, 2012-12-12",
}
"""A second document for the day of launches that the database lists without a time."""

NUCLEAR_TEST_SEEN = {
    "1": ("Associated Press and New York Times, 2006-10-31",),
    "4": ("Federal Register, 2016-03-18",),
    "5": ("Security Council press statement, 2017-02-13",),
    "6": ("Stars and Stripes, 2017-09-03",),
}
"""Further documents for the day of a nuclear test, by its number."""

SATELLITE_NOT_LISTED = {"2024-05-27"}
"""A space launch that the database holds as a missile of unknown type."""

MISSILE_NOT_SATELLITE = {"2006-07-05"}
"""A Taepodong-2 flight test that the database holds under the name of the later launcher."""

SECOND_SOURCE = {day: text for day, (_, text) in KOREAN_DAY.items()} | DAY_SEEN

CLASS_ORDER = ("SRBM", "MRBM", "IRBM", "ICBM", "SLBM", "HGV", "SLV", "Unknown")

STATES = {
    "CHN": "China",
    "JPN": "Japan",
    "KOR": "South Korea",
    "PRK": "North Korea",
    "RUS": "Russia",
    "USA": "the United States",
}


@dataclass(frozen=True)
class Fact:
    """One row of the chronicle."""

    id: str
    date: str
    end: str
    kind: str
    source: str
    target: str
    cameo: str
    certainty: str
    title: str
    citation: str


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as dictionaries."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- how a source is named in our citations ------------------------------------------------------

NOT_OURS_TO_CITE = re.compile(r"CSIS|Beyond Parallel|\bBP\b|background knowledge|github", re.I)
PLAIN_NAMES = (
    ("history.state.gov", "US Department of State, Office of the Historian: travels of leaders"),
    ("koreanewsgazette chronology", "Korea News Gazette chronology of THAAD"),
    ("koreanewsgazette", "Korea News Gazette chronology of THAAD"),
    ("business-standard.com 2017-09-04", "Business Standard, 2017-09-04"),
    ("business-standard", "Business Standard, 2017-09-04"),
    ("guinness", "Guinness World Records"),
    ("absoluteastronomy", "Absolute Astronomy"),
    ("keyanhelp/china.org.cn", "China.org.cn"),
)


def citation(given: str) -> tuple[str, str]:
    """Our citation for a source as the table names it, and the best letter it can carry."""
    parts = [part.strip() for part in given.split(";")]
    background = any(re.search(r"\bbackground\b", part) for part in parts)
    kept = [part for part in parts if part and not NOT_OURS_TO_CITE.search(part)]
    kept = [plain(part) for part in kept if not re.fullmatch(r"[a-z ]*\bdays? background", part)]
    if not kept:
        return "Public record; day from general knowledge", "C"
    best = "B" if len(kept) == 1 and any(NOT_OURS_TO_CITE.search(part) for part in parts) else "A"
    if background and "general knowledge" not in kept[-1]:
        kept.append("exact day from general knowledge")
    return "; ".join(kept), best


def plain(part: str) -> str:
    """One source in plain words, without notes to ourselves."""
    for mark, name in PLAIN_NAMES:
        part = part.replace(mark, name)
    part = re.sub(r" \(\d+(-\d+)?\)$", "", part)
    return re.sub(
        r"\b((?:start |end |event )?days?|month|outcome) background\b",
        r"\1 from general knowledge",
        part,
    )


def sourced(row: dict[str, str]) -> tuple[str, str]:
    """Certainty and citation of a row; a letter never outlives the document it rests on."""
    words, best = citation(row["source"])
    if row["certainty"] == "D":
        return "D", "General knowledge; not checked against a document"
    return max(row["certainty"], best), words


# --- tests and launches --------------------------------------------------------------------------


def korean_day(day: str, time: str) -> str:
    """The calendar day in Korea of a launch listed by UTC date and time.

    Rows without a time keep their date: where it can be checked it is the Korean one.
    """
    if day in KOREAN_DAY:
        return KOREAN_DAY[day][0]
    hour = int(time[:2]) if time[:2].isdigit() else 0
    shift = timedelta(days=int(hour >= UTC_HOUR_OF_KOREAN_MIDNIGHT))
    return (date.fromisoformat(day) + shift).isoformat()


def launch_kind(row: dict[str, str]) -> str:
    """Whether a launch counts as a missile test or as an attempt to orbit a satellite."""
    if row["date"] in SATELLITE_NOT_LISTED:
        return "satellite-launch"
    is_launcher = row["type"] == "SLV" and row["date"] not in MISSILE_NOT_SATELLITE
    return "satellite-launch" if is_launcher else "missile-test"


def launch_title(kind: str, rows: list[dict[str, str]]) -> str:
    """How many of which class, in a fixed form, with failures counted."""
    if kind == "satellite-launch":
        return f"Satellite launch attempt: {rows[0]['missile']} ({rows[0]['outcome']})".replace(
            "Unknown", "launcher not named"
        )
    counts = Counter(row["type"] for row in rows)
    classes = [f"{counts[name]} × {name}" for name in CLASS_ORDER if counts[name]]
    failed = sum(row["outcome"] == "failure" for row in rows)
    ending = f" ({failed} failed)" if failed else ""
    return "Missile test: " + ", ".join(classes).replace("Unknown", "type unknown") + ending


def launches(tables: Path) -> Iterator[Fact]:
    """One row per Korean day and kind; launches known only by month have no day and stay out."""
    grouped: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in read(tables / "missile_tests_cns.csv"):
        if len(row["date"]) == len("2006-07-05"):
            day = korean_day(row["date"], row["time_utc"])
            grouped[day, launch_kind(row)].append(row)
    # One part of the salvo of 10 September 2019 has no time and so no shift: it joins the others.
    stray = grouped.pop(("2019-09-09", "missile-test"), [])
    grouped["2019-09-10", "missile-test"].extend(stray)
    for (day, kind), rows in grouped.items():
        timed = all(row["time_utc"] != "unknown" for row in rows)
        evidence = [
            text
            for listed, text in SECOND_SOURCE.items()
            if any(row["date"] == listed for row in rows)
        ]
        letter = "A" if evidence else "B" if timed else "C"
        cited = "; ".join(["CNS/NTI North Korea Missile Test Database", *evidence])
        yield Fact(
            "", day, day, kind, "PRK", SIGNALLED, "150", letter, launch_title(kind, rows), cited
        )


def nuclear_tests(tables: Path) -> Iterator[Fact]:
    """The six nuclear tests, by their day in Korea."""
    for row in read(tables / "nuclear_tests.csv"):
        day, number = row["date_kst"], row["test_no"]
        title = f"Nuclear test {number} (magnitude {row['magnitude_usgs_like'].replace('-', '–')})"
        letter, cited = sourced(row)
        cited = "; ".join([cited, *NUCLEAR_TEST_SEEN.get(number, ())])
        yield Fact(
            f"{day}-nuclear-test-{number}",
            day,
            day,
            "nuclear-test",
            "PRK",
            SIGNALLED,
            "150",
            "A" if number in NUCLEAR_TEST_SEEN else letter,
            title,
            cited,
        )


# --- talks, measures, leaders ---------------------------------------------------------------------

WORDED = ("talks_key", "policy_events", "thaad_timeline", "sanctions")
"""The tables whose every row has its words in `korea_words.csv`; words without a kind leave it out,
because another table has the fact, or because it was announced and not seen to happen."""


def worded(tables: Path, words: Path) -> Iterator[Fact]:
    """Rows of the tables whose words we wrote one by one; every row must have its words."""
    ours = {(row["table"], row["date"]): row for row in read(words)}
    for table in WORDED:
        for row in read(tables / f"{table}.csv"):
            start = row.get("start") or row["date"]
            if (table, start) not in ours:
                raise SystemExit(f"{words.name} has no words for {table} {start}")
            words_of = ours[table, start]
            if words_of["kind"]:
                yield told_fact(row, words_of, start)


def told_fact(row: dict[str, str], wording: dict[str, str], start: str) -> Fact:
    """One row of a table in our words, with the Security Council's own act as first citation."""
    letter, cited = sourced(row)
    if number := re.search(r"resolution (\d+),", wording["title"]):
        act = f"UN Security Council resolution {number[1]} ({start[:4]})"
        cited = act if cited.startswith("Public record") else f"{act}; {cited}"
    return Fact(
        id="",
        date=start,
        end=row.get("end") or start,
        kind=wording["kind"],
        source=wording["source"],
        target=wording["target"],
        cameo=wording["cameo"],
        certainty=letter,
        title=wording["title"],
        citation=cited,
    )


def leaders(tables: Path) -> Iterator[Fact]:
    """Days on which a leader of one of the six parties took over, from 1984 on."""
    for row in read(tables / "leaders.csv"):
        if row["start"] < "1984":
            continue
        letter, cited = sourced(row)
        if row["source"].startswith("Archigos"):
            cited = "Archigos 4.1 (Goemans, Gleditsch and Chiozza 2009); REIGN 2021-03"
        name = re.sub(r" \((president|Archigos[^)]*)\)", "", row["leader"])
        name = name.replace("(1)", "(first term)").replace("(2)", "(second term)")
        name = name.replace("(general secretary)", "(as general secretary)")
        title = f"{name} takes over in {STATES[row['iso3']]}"
        yield Fact(
            "",
            row["start"],
            row["start"],
            "leadership-change",
            row["iso3"],
            "",
            "",
            letter,
            title,
            cited,
        )


# --- contacts and exercises -----------------------------------------------------------------------

TRACKER = "U.S.–China tracker of the second Trump administration, entry of {day}"

CONTACT = {
    "call": ("041", "{us} and {china} speak by telephone"),
    "video": ("041", "{us} and {china} speak by video"),
    "met": ("040", "{us} and {china} meet{place}"),
    "met-or-video": ("040", "{us} and {china} meet or speak by video"),
    "talks": ("046", "{us} and {china} hold talks{place}"),
}
"""CAMEO code and words of a contact, by its mode; visits of leaders are summits of their own."""


def us_china_contacts(tables: Path) -> Iterator[Fact]:
    """Contacts of ministers and leaders below a summit, as one tracker dates them."""
    for row in read(tables / "contacts" / "us_china_contacts_2025_2026.csv"):
        if row["mode"] not in CONTACT or (row["us_side"], row["place"]) == ("Trump", "Busan"):
            continue
        cameo, words = CONTACT[row["mode"]]
        title = words.format(
            us=row["us_side"].split(" (")[0],
            china="a Chinese trade delegation" if "(" in row["china_side"] else row["china_side"],
            place=f", {row['place']}" if row["place"] else "",
        )
        yield Fact(
            "",
            row["start"],
            row["end"],
            "us-china-contact",
            "USA|CHN",
            "USA|CHN",
            cameo,
            # One source alone dates them, by what both sides published.
            "C" if row["note"].endswith(("wrong", "09-09", "check")) else "B",
            title,
            TRACKER.format(day=row["end"]),
        )


EXERCISE_SEEN = {
    "1997-10-17": "Wikipedia, Foal Eagle",
    "2014-02-24": "Stars and Stripes, 2014-02-09 (announced days)",
    "2014-03-27": "militaryconnection.com, 2014",
    "2015-08-17": "AFP, 2015-08-17 (start)",
    "2016-03-07": "US Department of Defense, 2016-03-07 (start)",
}
"""How we cite the documents of the table, by the first day of an exercise."""


def exercises(tables: Path) -> Iterator[Fact]:
    """Exercises of the United States and South Korea that have been found: far from all."""
    for row in read(tables / "contacts" / "us_rok_exercises_partial.csv"):
        if row["exercise"].startswith("("):
            continue
        yield Fact(
            "",
            row["start"],
            row["end"] or row["start"],
            "us-rok-exercise",
            "USA|KOR",
            "PRK",
            "150",
            row["certainty"],
            f"Exercise of the United States and South Korea: {row['exercise']}",
            EXERCISE_SEEN[row["start"]],
        )


# --- putting it together -------------------------------------------------------------------------


def numbered(facts: list[Fact]) -> list[Fact]:
    """Give each fact its id: day and kind, and a number where a day has several of a kind."""
    seen: Counter[str] = Counter()
    named = []
    for fact in facts:
        stem = fact.id or f"{fact.date}-{fact.kind}"
        seen[stem] += 1
        named.append(replace(fact, id=stem if seen[stem] == 1 else f"{stem}-{seen[stem]}"))
    return named


def with_supplement(facts: list[Fact], supplement: Path) -> list[Fact]:
    """Drop the rows that the supplement replaces, and add its own."""
    rows = read(supplement)
    replaced = {row["replaces"] for row in rows} - {""}
    if missing := replaced - {fact.id for fact in facts}:
        raise SystemExit(f"{supplement.name} replaces rows that are not there: {sorted(missing)}")
    own = [
        Fact(id=row["replaces"], **{k: v for k, v in row.items() if k != "replaces"})
        for row in rows
    ]
    return [fact for fact in facts if fact.id not in replaced] + own


def build(shared: Path, scripts: Path = SCRIPTS) -> list[Fact]:
    """Every fact of the chronicle in order of date, kind and id."""
    tables = shared / "facts"
    parts = (
        nuclear_tests(tables),
        launches(tables),
        worded(tables, scripts / "korea_words.csv"),
        leaders(tables),
        us_china_contacts(tables),
        exercises(tables),
    )
    facts = numbered([fact for part in parts for fact in part])
    facts = numbered(with_supplement(facts, scripts / "korea_supplement.csv"))
    return sorted(facts, key=lambda fact: (fact.date, fact.kind, fact.id))


def write(facts: list[Fact], out: Path) -> None:
    """Write the chronicle as CSV."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Fact)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(fact) for fact in facts)


def main() -> None:
    """Read the options, build, and count the kinds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", help="folder of the reference material")
    parser.add_argument("--out", type=Path, default=OUT, help="file to write")
    options = parser.parse_args()
    facts = build(shared_folder(options.shared))
    write(facts, options.out)
    for kind, count in sorted(Counter(fact.kind for fact in facts).items()):
        print(f"{count:4d} {kind}")
    print(f"{len(facts):4d} rows, {facts[0].date} to {facts[-1].date}")


if __name__ == "__main__":
    main()
