"""Reading stories: every format, every encoding, and every input that is none, by name."""

from __future__ import annotations

import io
import json
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.coding.reading.language import other_language
from detente.coding.reading.page import text_of
from detente.coding.shapes import Story
from detente.coding.text import FORMATS, Format, places, read
from detente.errors import DetenteError, ReadError, UsageError

TALK = "China met Japan in Seoul and signed a treaty."


def stories(data: bytes | str, form: Format = "auto") -> list[Story]:
    return list(read(io.BytesIO(data.encode() if isinstance(data, str) else data), form))


def refusals(data: bytes, form: Format = "auto") -> list[str]:
    """Why each part of an input is left out."""
    reasons: list[str] = []
    for _ in read(io.BytesIO(data), form, refuse=lambda name, reason: reasons.append(reason)):
        pass
    return reasons


class TestBadInput:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "is empty"),
            (b" \n\t\r\n ", "is empty"),
            (b"\xef\xbb\xbf", "is empty"),
            (b"1234 -- 5678", "holds no words"),
            (b"%PDF-1.7 xyz", "is a PDF file"),
            (b"PK\x03\x04abc", "is a ZIP archive or an office document"),
            (b"\x1f\x8b\x08abc", "is packed with gzip"),
            (b"\x89PNG\r\n\x1a\n", "is a picture"),
            (bytes(range(256)) * 20, "is binary"),
            (b"words " * 20_000 + b"\0", "is binary"),
            ("Grüße an Kiew".encode("latin-1"), "is not UTF-8 (byte 2); it may be Windows-1252"),
            (b"a" * 200_000 + b"\xff", "is not UTF-8 (byte 200,000)"),
            (b"a" * 100 + b"\xe4", "is not UTF-8"),
            ("China met Japan".encode("utf-16-le"), "looks like UTF-16 without a byte-order mark"),
            (b"<html><meta charset=klingon>x", "declares the encoding klingon, which is not known"),
            (b"<html><meta charset=base64>x", "declares the encoding base64"),
            (b"<html><meta charset=utf-7>x", "declares the encoding utf-7"),
            (b"<html><script>China bombed Japan</script>", "holds no words outside of its scripts"),
            (b"<html><!--" + b"x" * 2_000_000, "holds a tag or comment that does not end"),
            (b"<?xml version='1.0'?><a><b/></a>", "is XML, but no feed"),
            (b"<rss><channel><item>", "is no well-formed feed (line 1: no element found"),
        ],
    )  # fmt: skip
    def test_is_named(self, data: bytes, reason: str) -> None:
        [said] = refusals(data)
        assert said.startswith(reason)
        with pytest.raises(ReadError, match=r"could not be read\. It ") as caught:
            stories(data)
        assert caught.value.next_step

    @pytest.mark.parametrize(
        ("language", "text"),
        [
            ("German", "Der Präsident ist nach Peking gereist und hat mit dem Kanzler geredet."),
            ("German", "Ein Minister sagte, dass die Waffenruhe bleibt, und warnte vor Folgen."),
            ("French", "Le président a rencontré les ministres dans la capitale pour une fête."),
            ("Spanish", "El presidente se reunió con los ministros para hablar de la guerra."),
            ("Portuguese", "O presidente não se reuniu com os ministros para falar da guerra."),
            ("Italian", "Il presidente della repubblica ha incontrato i ministri per la pace."),
            ("Dutch", "De president heeft het verdrag niet getekend en wordt door ons gehekeld."),
            ("Swedish", "Presidenten har inte talat med ministern om att det är krig."),
            ("Polish", "Prezydent nie spotkał się z ministrem, że jest wojna na granicy."),
            ("Turkish", "Başkan bu toplantıda barış için bir anlaşma ile çok daha fazla dedi."),
            ("Indonesian", "Presiden tidak akan bertemu dengan menteri yang datang dari Cina."),
            ("Russian", "Президент встретился с министром."),
            ("Ukrainian", "Президент зустрівся з міністром їхньої країни."),
            ("Chinese", "中国国家主席会见了日本首相。"),
            ("Japanese", "日本の首相は中国の国家主席と会談した。"),
            ("Korean", "한국 대통령이 일본 총리를 만났다."),
            ("Arabic", "التقى الرئيس بالوزير في العاصمة."),
            ("Persian", "رئیس جمهور با وزیر در پایتخت گفتگو کرد چین"),
            ("Hebrew", "הנשיא נפגש עם השר."),
            ("Greek", "Ο πρόεδρος συναντήθηκε με τον υπουργό."),
            ("Hindi", "राष्ट्रपति ने मंत्री से मुलाकात की।"),
            ("a language that is not known", "Rais wetu alikutana nao huko mjini leo. " * 8),
        ],
    )  # fmt: skip
    def test_other_languages_are_refused_by_name(self, language: str, text: str) -> None:
        assert refusals(text.encode()) == [f"is in {language}; only English is coded"]

    @pytest.mark.parametrize(
        "text",
        ["China met Japan.", "Sanctions, sanctions, sanctions.", "El Salvador recalled its envoy.",
         "The Der Spiegel report on La Paz and Los Angeles angered De Gaulle and Las Vegas.",
         "Xi Jinping (习近平) met Kim.", "Xi met Kim. Kim met Abe. Abe met Xi."],
    )  # fmt: skip
    def test_english_is_not(self, text: str) -> None:
        assert other_language(text) == ""

    def test_places_that_are_none(self, tmp_path: Path) -> None:
        with pytest.raises(ReadError, match="There is no such file or folder"):
            next(read(tmp_path / "absent.txt"))
        with pytest.raises(ReadError, match="holds no file of text"):
            next(read(tmp_path))
        with pytest.raises(UsageError, match="The format is not known"):
            next(read(tmp_path, "docx"))  # type: ignore[arg-type]
        (tmp_path / "link.txt").symlink_to(tmp_path / "absent.txt")
        with pytest.raises(ReadError, match="neither a plain file nor a folder"):
            next(read(tmp_path / "link.txt"))

    @given(st.binary(max_size=400), st.sampled_from(FORMATS))
    @settings(max_examples=150, deadline=None, derandomize=True)
    def test_any_bytes_give_stories_or_a_reason(self, data: bytes, form: Format) -> None:
        reasons = refusals(data, form)
        for story in [] if reasons else read(io.BytesIO(data), form):
            story.text.encode()

    @given(
        st.lists(
            st.sampled_from(
                ["<p>", "</p>", "<script>", "</script>", "<!--", "-->", "<![CDATA[", "]]>", "&#0;",
                 "&lt;", "&#xd800;", "<div", ">", "'", '"', "China ", "<svg>", "</body>", "<item>",
                 "</item>", "<?xml", "?>", "<rss>", "</rss>", "<title>", "</title>", "=", "\n"]
            ), max_size=40,
        ), st.sampled_from(["html", "rss", "auto"]),
    )  # fmt: skip
    @settings(max_examples=200, deadline=None, derandomize=True)
    def test_broken_markup_gives_stories_or_a_reason(self, parts: list[str], form: Format) -> None:
        assert isinstance(refusals("".join(parts).encode(), form), list)


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
    def test_marks_are_read(self, encoding: str) -> None:
        [story] = stories(TALK.replace("Seoul", "Sèvres").encode(encoding))
        assert story.text == TALK.replace("Seoul", "Sèvres")

    @pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "latin-1", "cp1251"])
    def test_declarations_are_read(self, declared: str) -> None:
        word = "Київ" if declared == "cp1251" else "Sèvres"
        page = f"<html><head><meta charset='{declared}'></head><p>China met Japan in {word}."
        [story] = stories(page.encode(declared))
        assert story.text == f"China met Japan in {word}."

    def test_breaks_of_lines_are_line_feeds_across_blocks(self) -> None:
        text = "a" * 65_535 + "\r\n" + "China met Japan.\r" + "It left.\r\n"
        assert "".join(story.text for story in stories(text)) == (
            "a" * 65_535 + "\nChina met Japan.\nIt left.\n"
        )


class TestPages:
    def test_scripts_are_dropped_and_words_kept(self) -> None:
        page = """<!DOCTYPE html><html><head><title>Talks - A Paper</title>
        <meta property="og:title" content="Talks &amp; trade"><style>p{}</style>
        <meta property="article:published_time" content="2017-03-14T09:00:00Z">
        <script>document.write("China bombed Japan")</script></head><body onload="x()">
        <nav>Home <a href="javascript:alert(1)">World</a></nav><h1>Talks</h1>
        <p>China <b>met</b> Japan&nbsp;in&#32;Seoul.<p>It<br>left.<noscript>no</noscript>
        <iframe src="x">frame</iframe><aside>Read more</aside><footer>© A Paper</footer>"""
        [story] = stories(page)
        assert story.text == "Talks\n\nChina met Japan in Seoul.\n\nIt\n\nleft."
        assert (story.title, str(story.date)) == ("Talks & trade", "2017-03-14")

    @pytest.mark.parametrize(
        ("head", "day"),
        [
            ('<script type="application/ld+json">{"@graph":[{"x":1},{"datePublished":'
             '"2017-03-14"}]}</script>', "2017-03-14"),
            ('<script type="application/ld+json">{"datePublished":</script>', None),
            ('<script type="application/ld+json">' + "[" * 100_000 + "</script>", None),
            ('<meta name="pubdate" content="20170314">', "2017-03-14"),
            ('<meta itemprop="datePublished" content="2017-03-14">', "2017-03-14"),
            ('<time datetime="2017-03-14">14 March</time>', "2017-03-14"),
            ('<meta name="date" content="sometime">', None),
            ("<p>SEOUL, March 14, 2017 (Agency) - Two fell.</p>", "2017-03-14"),
            ("", None),
        ],
    )  # fmt: skip
    def test_days(self, head: str, day: str | None) -> None:
        [story] = stories(f"<html>{head}<p>China met Japan.</p></html>")
        assert str(story.date) == str(day)

    def test_an_unclosed_menu_does_not_swallow_the_story(self) -> None:
        [story] = stories("<html><nav>Home<article><p>China met Japan.</article>")
        assert story.text == "China met Japan."

    @pytest.mark.parametrize(
        ("markup", "seen"),
        [
            ("<p hidden>No</p>", ""),
            ("<p hidden=until-found>No</p>", ""),
            ('<div style="color: red; DISPLAY : none !important"><div>No</div>No</div>', ""),
            ('<p style="visibility:hidden">No</p>', ""),
            ('<p style="font-size:0px">No</p>', ""),
            ('<div aria-hidden="true">No<br>No<article>No</article></div>', ""),
            ('<p aria-hidden="false">Yes</p>', "Yes"),
            ("<template><p>No</p></template><noscript>No</noscript><!-- No -->", ""),
            ("<svg><title>No</title><text>No</text></svg>", ""),
            ("<ul><li hidden>No<ul><li>No</ul><li>Yes</ul>", "Yes"),
            ("<table><tr hidden><td>No<td>No<tr><td>Yes</table>", "Yes"),
            ("<p hidden>No<p>Yes", "Yes"),
            ("<div><p hidden>No</div>Yes", "Yes"),
            ("<img hidden><br hidden><embed src=x>Yes", "Yes"),
            ("<p>Yes <span hidden>No <b>No</b></span>and yes</p>", "Yes and yes"),
            ("<h1 hidden>No</h1>", ""),
        ],
    )
    def test_what_nobody_sees_is_not_read(self, markup: str, seen: str) -> None:
        page = f"<html><body style='display:none'><p>First.</p>{markup}<p>Last.</p></html>"
        [story] = stories(page)
        assert story.text.split("\n\n") == ["First.", *filter(None, [seen]), "Last."]

    def test_a_comment_without_an_end_hides_the_rest(self) -> None:
        assert text_of("<p>China met Japan.</p><!-- China bombed Japan.") == "China met Japan."

    def test_hidden_elements_without_end_take_no_time(self) -> None:
        started = time.process_time()
        assert text_of("<div hidden>" + "<b>" * 100_000 + "</i>" * 100_000) == ""
        assert time.process_time() - started < 5

    def test_markup_in_words_stays_words(self) -> None:
        assert text_of("&lt;script&gt;alert(1)&lt;/script&gt;") == "<script>alert(1)</script>"


class TestFeeds:
    def test_rss_and_atom(self) -> None:
        rss = f"""<?xml version="1.0"?><rss xmlns:content="http://purl.org/rss/1.0/modules/content/"
         xmlns:media="http://search.yahoo.com/mrss/"><channel><title>All news</title>
         <pubDate>Wed, 15 Mar 2017 01:00:00 GMT</pubDate>
         <item><title>Talks</title><link>http://example.org/1</link>
         <media:title>A picture</media:title>
         <pubDate>Tue, 14 Mar 2017 09:00:00 GMT</pubDate>
         <description>Short.</description>
         <content:encoded><![CDATA[<p>{TALK}</p><script>x()</script>]]></content:encoded></item>
         <item><title>Second talks</title><guid>two</guid></item></channel></rss>"""
        first, second = stories(rss)
        assert first == Story(f"Talks\n\n{TALK}", "http://example.org/1", "Talks", first.date)
        assert [str(story.date) for story in (first, second)] == ["2017-03-14", "2017-03-15"]
        assert (second.text, second.reference) == ("Second talks\n\n", "two")
        atom = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry>
         <title>Talks</title><link rel="self" href="http://example.org/self"/>
         <link href="http://example.org/2"/><published>2017-03-14T00:00:00Z</published>
         <updated>2018-01-01T00:00:00Z</updated>
         <content type="html">&lt;p&gt;{TALK}&lt;/p&gt;</content></entry></feed>"""
        [story] = stories(atom)
        assert (story.reference, str(story.date)) == ("http://example.org/2", "2017-03-14")
        assert story.text == f"Talks\n\n{TALK}"

    @pytest.mark.parametrize(
        "declaration",
        [
            '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">',
            '<!ENTITY a SYSTEM "file:///etc/passwd">',
            '<!ENTITY % a SYSTEM "http://example.org/x.dtd">',
        ],
    )
    def test_bombs_and_entities_are_refused(self, declaration: str) -> None:
        feed = f"<?xml version='1.0'?><!DOCTYPE rss [{declaration}]><rss><channel><item>" \
               "<title>China &b;</title></item></channel></rss>"  # fmt: skip
        assert refusals(feed.encode()) == [
            "defines XML entities, which can grow without end or read other files"
        ]

    def test_deep_and_endless_items_are_refused(self) -> None:
        deep = b"<rss>" + b"<a>" * 10_000
        assert refusals(deep, "rss") == ["nests elements more than 200 deep"]
        long = b"<rss><channel><item><title>" + b"word " * 1_200_000
        assert refusals(long, "rss") == ["holds an item of more than 5,000,000 characters"]

    def test_items_before_a_fault_are_read(self) -> None:
        feed = b"<rss><channel><item><title>China met Japan</title></item><item>"
        reasons: list[str] = []
        read_ones = list(read(io.BytesIO(feed), refuse=lambda _, reason: reasons.append(reason)))
        assert len(read_ones) == len(reasons) == 1


class TestRows:
    def test_json_lines(self) -> None:
        rows = [
            {
                "headline": "Talks",
                "Body": TALK,
                "Published_At": "2017-03-14",
                "url": "http://e.org/1",
            },
            {"text": "\ud800China\0 met Japan.", "timestamp": 1489500000, "id": 7},
            {"text": None, "date": "2017-03-14"},
            [1],
        ]
        data = "\n".join(map(json.dumps, rows)) + "\nnot json\n\n"
        reasons: list[tuple[str, str]] = []
        first, second = read(
            io.BytesIO(data.encode()), "jsonl", refuse=lambda *said: reasons.append(said)
        )
        assert (first.text, first.reference) == (f"Talks\n\n{TALK}", "http://e.org/1")
        assert second.text == "\ufffdChina  met Japan."
        assert second.reference == "text, line 2, 7"
        assert [str(story.date) for story in (first, second)] == ["2017-03-14", "2017-03-14"]
        assert [name for name, _ in reasons] == ["text, line 3", "text, line 4", "text, line 5"]

    def test_a_json_list_is_told_apart(self) -> None:
        [reason] = refusals(b'[{"text": "x"},\n{"text": "y"}]', "jsonl")
        assert reason.startswith("is one JSON list; write one object a line")

    @pytest.mark.parametrize("sign", [",", ";", "\t"])
    def test_csv(self, sign: str) -> None:
        rows = [
            ["Title", "Text", "Date"],
            ["Talks", '"China said ""no"".\nIt left."', "2017-03-14"],
        ]
        data = "\r\n".join(sign.join(row) for row in rows) + f"\r\none{sign}two\r\n"
        reasons: list[str] = []
        [story] = read(
            io.BytesIO(data.encode("utf-8-sig")), "csv", refuse=lambda _, why: reasons.append(why)
        )
        assert story.text == 'Talks\n\nChina said "no".\nIt left.'
        assert str(story.date) == "2017-03-14"
        assert reasons == ["has 2 cells where the header has 3; quote text with commas"]

    def test_a_csv_without_text(self) -> None:
        [reason] = refusals(b"a,b\n1,2\n", "csv")
        assert reason == "has no column that is named text or title (its columns: a, b)"


class TestPlaces:
    def test_a_folder_in_order_with_what_is_left_out(self, tmp_path: Path) -> None:
        (tmp_path / "b").mkdir()
        (tmp_path / ".git").mkdir()
        (tmp_path / ".git" / "x.txt").write_text(TALK)
        (tmp_path / "b" / "two.html").write_text(f"<p>{TALK}")
        (tmp_path / "one.txt").write_text(TALK)
        (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
        left: list[str] = []
        items = places(tmp_path, refuse=lambda name, _: left.append(Path(name).name))
        assert [item.path.name for item in items if item.path] == ["one.txt", "two.html"]
        assert left == ["photo.jpg"]
        assert [item.size for item in items] == [len(TALK), len(TALK) + 3]
        assert len(list(read(tmp_path, refuse=lambda *_: None))) == 2

    @pytest.mark.parametrize(
        ("start", "form"),
        [("<!doctype html><p>China met Japan.", "html"), ('{"text": "China met Japan."}', "jsonl"),
         ("<?xml version='1.0'?><rss><item><title>China met Japan.</title></item></rss>", "rss"),
         ("China met Japan.", "txt")],
    )  # fmt: skip
    def test_streams_are_told_apart_by_their_beginning(self, start: str, form: Format) -> None:
        assert stories(start) == stories(start, form)
        assert stories(start)[0].text.strip() == "China met Japan."

    def test_a_large_file_is_read_in_pieces_and_little_memory(self, tmp_path: Path) -> None:
        file = tmp_path / "large.txt"
        paragraph = f"{TALK} " * 20 + "\n\n"
        file.write_text(paragraph * (8_000_000 // len(paragraph)))
        tracemalloc.start()
        started, count, end = time.process_time(), 0, 0
        for story in read(file):
            assert story.offset == end
            end += len(story.text)
            count += 1
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert end == file.stat().st_size
        assert count > 80
        assert peak < 3_000_000
        assert time.process_time() - started < 20


def test_every_refusal_is_one_of_ours() -> None:
    with pytest.raises(DetenteError) as caught:
        stories(b"")
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "O presidente falou com o chanceler sobre as sanções contra a Rússia.",
            "Portuguese",
        ),
        ("El presidente viajó a Pekín y habló sobre las sanciones contra Rusia.", "Spanish"),
        ("България и Румъния подписаха споразумение за сътрудничество.", "Bulgarian"),
        ("Россия ввела новые санкции.", "Russian"),
        ("Қазақстан мен Қытай келісімге қол қойды.", "Kazakh"),
        ("Македонија потпиша договор.", "Serbian or Macedonian"),
        ("Ministar je rekao da će se razgovori nastaviti u Zagrebu.", "Croatian"),
        ("Rais wa Kenya alikutana na waziri mkuu wa Uganda.", "Swahili"),
        ("د افغانستان او پاکستان ترمنځ خبرې وشوې.", "Pashto"),
        (
            "Česko a Polsko podepsaly dohodu, řekl ministr při jednání.",
            "a language that is not known",
        ),
    ],
)
def test_languages_are_told_apart(text: str, language: str) -> None:
    assert other_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "Erdoğan, İmamoğlu, Kılıçdaroğlu trade barbs",
        "Los Angeles, Las Vegas, La Paz, El Paso sign sister accord",
        "Kyiv says café bombed",
    ],
)
def test_names_of_other_languages_make_no_foreign_text(text: str) -> None:
    assert other_language(text) == ""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("La pluie.", "French, Spanish or another language"),
        ("Nous partons demain.", "French"),
        ("Guerre en Ukraine.", "French, Spanish or another language"),
        ("Der Regen.", "German"),
        ("Das Parlament stimmt zu.", "German"),
        ("Die Regierung tritt zurück.", "a language that is not known"),
        ("El ministro renuncia.", "Spanish or Catalan"),
        ("Il ministro si dimette.", "Italian"),
        ("Roma accusa Parigi.", "a language that is not known"),
        ("Os rebeldes atacam Maputo.", "Portuguese"),
        ("O exército dispara.", "Portuguese, Polish or another language"),
        ("Het regent.", "Dutch"),
        ("Moskou bedreigt Kiev.", "a language that is not known"),
        ("LA PLUIE.", "French, Spanish or another language"),
    ],
)
def test_few_words_of_another_language_are_refused(text: str, language: str) -> None:
    assert refusals(text.encode()) == [f"is in {language}; only English is coded"]


@pytest.mark.parametrize(
    "text",
    [
        "Rain.",
        "Talks resume.",
        "Merkel visits Paris.",
        "Zimbabwe deports Al Jazeera crew.",
        "Bamako ejects UN.",
        "UN CONDEMNS IRAN.",
        "EL SALVADOR RECALLS ENVOY.",
        "Der Spiegel attacks Merkel, Scholz.",
        "Von der Leyen visits Kyiv.",
        "Bin Salman meets el-Sisi.",
        "Luiz Inacio Lula da Silva meets Xi.",
        "Rio de Janeiro hosts BRICS.",
        "Le Pen meets Orban.",
        "Coup d'etat fails.",
        "Rebels retook Ceel Buur.",
        "Sudan's Rapid Support Forces overran El Fasher.",
        "Iran denuclearizes.",
        "Two Spanish gunboats.",
    ],
)
def test_few_words_of_english_are_read(text: str) -> None:
    assert other_language(text) == ""


def test_a_day_is_no_title() -> None:
    [story] = stories("March 14, 2017\n\nChina met Japan.")
    assert (story.title, str(story.date)) == ("", "2017-03-14")


def test_an_object_over_several_lines_says_so() -> None:
    told = refusals(b'{\n "text": "China met Japan."\n}', "jsonl")
    assert len(told) == 1 and "jq -c" in told[0]
