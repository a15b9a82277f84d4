"""What each format's reader makes of its finer points: hyphens, notes, breaks, charsets, front matter."""

import io
import zipfile
from pathlib import Path

import pytest

from index.formats.dates import day_of
from index.formats.limits import Given, Limits
from index.formats.naming import standard, web_address
from index.formats.prose import flowing
from index.formats.registry import read
from index.markdown import read_markdown
from tests.format_files import docx, html, odt


def extracted(data: bytes, suffix: str, **limits: int) -> str:
    """Return the text of the one article in these bytes, read in this process."""
    (article,) = read(Given(data, "a", suffix, Limits(**limits)))
    return article.text


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["on lit la natio-", "nale"], "on lit la nationale"),
        (["le porte-", "parole et le porte-parole"], "le porte-parole et le porte-parole"),
        (["le porteparole, le porte-", "parole"], "le porteparole, le porteparole"),
        (["a-t-", "il dit"], "a-t-il dit"),
        (["dit-", "elle"], "dit-elle"),
        (["Jean-", "Pierre"], "Jean-Pierre"),
        (["le soft\u00ad", "ware"], "le software"),
        (["l’of\ufb01ce e\u0301tait"], "l’office était"),
        (["de 2019-", "2020"], "de 2019-2020"),
        (
            [
                "Titre court",
                "Une phrase qui suit et qui va jusqu’au bout.",
                "Une autre phrase, elle aussi longue.",
            ],
            "Titre court\nUne phrase qui suit et qui va jusqu’au bout. Une autre phrase, elle aussi longue.",
        ),
        (
            ["Une phrase longue, qui annonce une liste d’éléments", "• un", "• deux"],
            "Une phrase longue, qui annonce une liste d’éléments\n• un\n• deux",
        ),
        (["un", "", "deux"], "un\n\ndeux"),
        (["10\u202f000\u00a0€  et\tplus"], "10\u202f000\u00a0€ et plus"),
        ([], ""),
    ],
)
def test_lines_to_paragraphs(lines, text):
    assert flowing(["\n".join(lines)]) == text


def test_running_heads_leave_and_numbers_in_the_text_stay():
    pages = [
        f"Le Journal\nIl y avait {7 * number} personnes\ndans la salle {number * number}.\n- {number} / 5 -"
        for number in range(1, 6)
    ]
    text = flowing(pages)
    assert "Journal" not in text and "/ 5" not in text
    assert all(f"Il y avait {7 * number} personnes" in text for number in range(1, 6))
    assert "Le Journal" in flowing(pages[:2])


def test_many_pages_in_linear_time():
    # Quadratic, this would take minutes.
    assert len(flowing(["une ligne de texte qui va-\n" * 100] * 500)) > 1_000_000


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Un<br>deux</p><p>trois</p>", "Un\ndeux\n\ntrois\n"),
        ("<p>a <b> b</b>\n c&nbsp;&nbsp;d</p>", "a b c\u00a0\u00a0d\n"),
        ("<ul><li>un<li>deux</ul>", "un\ndeux\n"),
        ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a\tb\nc\td\n"),
        ("<pre>  x = 1\n    y</pre>", "  x = 1\n    y\n"),
        ("<p>vu<!-- caché --><script>non()</script><style>p{}</style></p>", "vu\n"),
        ("<div>" * 1500 + "profond" + "</div>" * 1500, "profond\n"),
        ("<p>un <code>mot</code> et <q>deux</q></p>", "un mot et deux\n"),
        ("<p>avant</p><code>x\n  y</code>", "avant\n\nx\n  y\n"),
        ("<p>a&#1;b&#11;c</p>", "ab c\n"),
    ],
)
def test_what_is_seen_of_a_page_without_an_article(monkeypatch, body, text):
    monkeypatch.setattr("index.formats.webpage._article", lambda _: ("", ""))
    assert extracted(f"<html><body>{body}</body></html>".encode(), ".html") == text


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-8"])
def test_a_page_in_the_charset_it_declares(charset):
    data = html().decode().replace("utf-8", charset).replace("\u202f", " ")
    found = extracted(data.encode("cp1252" if charset == "iso-8859-1" else charset), ".html")
    assert "L’œuvre est finie" in found and "10 000 personnes" in found


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (" https://exemple.fr/a ", "https://exemple.fr/a"),
        ("javascript:alert(1)", ""),
        ("/articles/1", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_become_links(value, address):
    assert web_address(value) == address
    page = html(head=f'<link rel="canonical" href="{value}">')
    (article,) = read(Given(page, "a", ".html"))
    assert article.url == address


def test_code_and_quotations_in_a_line_of_an_article_do_not_part_it():
    lines = "<p>La fonction <code>ouvrir()</code> rend, dit <q>le guide</q>, un fichier ouvert.</p>" * 8
    assert "La fonction ouvrir() rend, dit le guide, un fichier ouvert." in extracted(html([lines]), ".html")


def test_a_page_that_declares_nothing_is_called_after_its_file():
    (article,) = read(Given(b"<p>Un texte.", "une-page", ".html"))
    assert (article.title, article.date, article.url) == ("Une page", "", "")


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<w:p><w:ins><w:r><w:t>neuf</w:t></w:r></w:ins><w:del><w:r><w:delText>vieux</w:delText></w:r></w:del></w:p>",
         "neuf"),
        ("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r></w:p>",
         "a\tb\nc\u2011d"),
        ("<w:sdt><w:sdtContent><w:p><w:r><w:t>champ</w:t></w:r></w:p></w:sdtContent></w:sdt>", "champ"),
        ('<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:hyperlink><w:r><w:t>lien</w:t></w:r>'
         "</w:hyperlink></w:p>", "lien"),
        ("<w:p><w:r><w:t>hors</w:t></w:r><w:r><w:txbxContent><w:p><w:r><w:t>cadre</w:t></w:r></w:p></w:txbxContent>"
         "</w:r></w:p>", "cadre\n\nhors"),
    ],
)  # fmt: skip
def test_word_documents_to_the_letter(xml, text):
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx(()))) as given, zipfile.ZipFile(target, "w") as changed:
        for name in given.namelist():
            part = given.read(name)
            if name == "word/document.xml":
                start, end = part.index(b"<w:body>") + 8, part.index(b"<w:sectPr")
                part = part[:start] + xml.encode() + part[end:]
            changed.writestr(name, part)
    assert extracted(target.getvalue(), ".docx") == text + "\n"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<text:p>a<text:s/><text:s text:c='2'/>b<text:tab/>c<text:line-break/>d</text:p>", "a   b\tc\nd"),
        ("<text:p>a\n   b\u00a0c<text:span> d</text:span>  </text:p>", "a b\u00a0c d"),
        ("<text:tracked-changes><text:p>vieux</text:p></text:tracked-changes><text:p>neuf</text:p>", "neuf"),
        ("<text:p>Phrase<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>La note."
         "</text:p></text:note-body></text:note> suite.</text:p><text:p>Fin.</text:p>",
         "Phrase suite.\n\nFin.\n\nLa note."),
        ("<text:list><text:list-item><text:p>un</text:p></text:list-item></text:list>", "un"),
    ],
)  # fmt: skip
def test_opendocument_to_the_letter(xml, text):
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    body = f"<office:body><office:text>{xml}</office:text></office:body>"
    content = f"<office:document-content {names}>{body}</office:document-content>"
    assert extracted(odt(content=content), ".odt") == text + "\n"


def test_front_matter_in_toml_and_lists_of_authors():
    text = '+++\ntitle = "Été"\ndate = 2020-06-12\nauthors = ["A", "B"]\n[params]\nx = 1\n+++\nTexte.'
    assert read_markdown(text, Path("a.md")) == ("Texte.\n", "Été", "2020-06-12", {"authors": "A, B"})
    assert standard({"authors": "A, B", "vide": " "}) == {"author": "A, B"}


def test_lists_in_lists_are_all_read():
    lists = "".join("  " * depth + f"- niveau {depth}\n" for depth in range(40))
    assert "niveau 39" in read_markdown(lists, Path("a.md"))[0]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2020-06-12T23:30:00Z", "2020-06-12"),
        ("Fri, 12 Jun 2020 00:30:00 +0200", "2020-06-12"),
        ("2020", "2020"),
        ("2020-06", "2020-06"),
        ("12 juin 2020", "12 juin 2020"),
        (None, ""),
    ],
)
def test_days(written, day):
    assert day_of(written) == day
