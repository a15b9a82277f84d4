"""Every format to its text: typography intact, what the file says of itself, the same each time."""

import gzip
import json
from pathlib import Path

import pytest

from index.document import Document
from index.loaders import Skipped, load_paths
from index.writer import add_documents
from tests.corpora import SMALL, check
from tests.format_files import ARTICLE, HEADING, PARAGRAPHS, docx, epub, html, odt, pdf, zipped

HEAD = (
    '<link rel="canonical" href="https://exemple.fr/articles/1"><meta name="author" content="Jeanne Dupont">'
    '<meta property="article:published_time" content="2020-06-12T00:30:00+02:00">'
)
PRINTED = [
    [
        "La Gazette du Midi",
        "«\u00a0L’œuvre est \ufb01nie\u00a0!\u00a0», a dit le préfet à Nîmes, où le bu-",
        "reau du conseil dira peut-",
        "être pourquoi il n’a pas ré-",
        "pondu à la question posée par un élu de l’opposition, a\ufb03rme-t-",
        "elle. Page suivante, on lit",
        "Page 1",
    ],
    ["La Gazette du Midi", "la suite de ce qu’a écrit Jean-", "Paul Durand, élu en 2019-", "2020.", "Page 2"],
    ["La Gazette du Midi", "Fin de l’article.", "Page 3"],
]
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Le Midi</title><language>fr</language>
<item><title>Nîmes&#160;: l’été</title><link>https://exemple.fr/1</link><guid>tag:1</guid>
<pubDate>Fri, 12 Jun 2020 00:30:00 +0200</pubDate><dc:creator>Jeanne Dupont</dc:creator>
<description>Le début.</description>
<content:encoded><![CDATA[<p>«&nbsp;L’œuvre&nbsp;»</p><p>Et la <b>suite</b>.</p>]]></content:encoded></item>
<item><link>https://exemple.fr/2</link><description>Seulement un résumé.</description></item>
<item><title>Rien</title></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Le Midi</title><entry>
<title>Un</title><id>urn:a</id><link href="https://exemple.fr/a"/><updated>2020-06-12T10:00:00Z</updated>
<author><name>Jeanne</name></author><content type="html">&lt;p&gt;Été&lt;/p&gt;</content></entry></feed>"""

# The article in what says its title, date and author too.
TOLD = [
    "a.md",
    "a.html",
    "a.docx",
    "a.odt",
    "a.epub",
    "7",
    "jsonl",
    "gz",
    "tsv",
    "e.xhtml",
    "a.zip/d.html",
    "a.zip/d.docx",
]
SITEMAP = (
    "<urlset><url><loc>https://exemple.fr/site/page</loc>"
    "<lastmod>2020-06-12T08:00:00Z</lastmod></url></urlset>"
)


def line(name: str) -> bytes:
    """Return the article as a line of JSON; typography escaped, as many programs write it."""
    values = {"id": name, "title": HEADING, "text": ARTICLE, "author": "Jeanne Dupont", "lang": "fr"}
    return json.dumps({**values, "date": "2020-06-12", "url": f"https://exemple.fr/{name}"}).encode() + b"\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with an article in every format."""
    folder = tmp_path_factory.mktemp("formats")
    files = {
        "a.txt": ARTICLE.encode(),
        "a.md": f"---\ntitle: {HEADING}\nauteur: Jeanne Dupont\nlang: fr\ndate: 2020-06-12\n"
        f"permalink: https://exemple.fr/articles/1\n---\n{ARTICLE}\n".encode(),
        "a.html": html(head=HEAD),
        "a.docx": docx(),
        "a.odt": odt(),
        "a.epub": epub(),
        "a.pdf": pdf(
            PRINTED, {"Title": HEADING, "Author": "Jeanne Dupont", "CreationDate": "D:20200612080000+02'00'"}
        ),
        "a.csv": "Identifiant;Titre;Texte;Auteur;Langue;Date;Lien\n"
        f'7;"{HEADING}";"{ARTICLE}";Jeanne Dupont;fr;2020-06-12;'
        "https://exemple.fr/articles/1\n".encode(),
        "a.rss": FEED.encode(),
        "a.atom": ATOM.encode(),
        "a.zip": zipped(
            {
                "b.html": html(("Une autre page, avec un texte à elle. " * 9,)),
                "c.txt": "Un texte.",
                "d.txt": ARTICLE,
                "d.html": html(head=HEAD),
                "d.docx": docx(),
            }
        ),
        "b.jsonl": line("jsonl"),
        "c.jsonl.gz": gzip.compress(line("gz")),
        "d.tsv": "id\ttitle\ttext\tauthor\tlang\tdate\turl\n"
        f'tsv\t"{HEADING}"\t"{ARTICLE}"\tJeanne Dupont\tfr\t2020-06-12\t'
        "https://exemple.fr/tsv\n".encode(),
        "e.xhtml": b'<?xml version="1.0" encoding="utf-8"?>\n' + html(head=HEAD.replace('">', '"/>')),
        "site/sitemap.xml": SITEMAP.encode(),
        "site/page.html": html(),
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def items(folder):
    """Return what the folder gives."""
    return list(load_paths([folder]))


@pytest.fixture(scope="module")
def documents(items):
    """Return the documents of the folder by id."""
    return {item.id: item for item in items if isinstance(item, Document)}


@pytest.mark.parametrize(
    "name",
    [*TOLD, "a.txt", "a.zip/d.txt", "site/page.html"],
)
def test_paragraphs_keep_every_character(documents, name):
    for paragraph in PARAGRAPHS:
        assert paragraph in documents[name].text


@pytest.mark.parametrize("name", ["jsonl", "gz", "tsv", "a.txt", "a.zip/d.txt"])
def test_a_text_is_kept_to_the_letter(documents, name):
    assert documents[name].text == ARTICLE


@pytest.mark.parametrize("name", ["a.zip/d.html", "site/page.html", "e.xhtml"])
def test_a_page_has_the_same_text_wherever_it_lies(documents, name):
    assert documents[name].text == documents["a.html"].text


@pytest.mark.parametrize(
    "name",
    [*TOLD, "a.pdf"],
)
def test_what_the_file_says_of_itself(documents, name):
    found = documents[name]
    assert (found.title, found.date, found.meta["author"]) == (HEADING, "2020-06-12", "Jeanne Dupont")
    assert found.meta["language"] in {"fr", "fr-FR"}


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.txt", "a.txt"),
        ("a.md", "https://exemple.fr/articles/1"),
        ("a.html", "https://exemple.fr/articles/1"),
        ("a.docx", "a.docx"),
        ("a.epub", "https://exemple.fr/livre"),
        ("7", "https://exemple.fr/articles/1"),
        ("tag:1", "https://exemple.fr/1"),
        ("a.zip/b.html", "a.zip/b.html"),
        ("jsonl", "https://exemple.fr/jsonl"),
        ("gz", "https://exemple.fr/gz"),
        ("tsv", "https://exemple.fr/tsv"),
        ("e.xhtml", "https://exemple.fr/articles/1"),
        ("site/page.html", "https://exemple.fr/site/page"),
    ],
)
def test_the_source_is_the_address_or_the_path(documents, folder, name, source):
    assert documents[name].source == source
    assert documents[name].meta["path"].startswith(f"{folder}/")


@pytest.mark.parametrize("name", ["a.html", "e.xhtml", "a.zip/d.html", "site/page.html"])
def test_menus_and_feet_of_pages_are_no_text(documents, name):
    assert "Accueil" not in documents[name].text
    assert "Mentions" not in documents[name].text


def test_a_pdf_is_prose_again(documents):
    assert documents["a.pdf"].text == (
        "«\u00a0L’œuvre est finie\u00a0!\u00a0», a dit le préfet à Nîmes, où le bureau du conseil dira "
        "peut-être pourquoi il n’a pas répondu à la question posée par un élu de l’opposition, "
        "affirme-t-elle. Page suivante, on lit la suite de ce qu’a écrit Jean-Paul Durand, élu en 2019-2020."
        "\n\nFin de l’article.\n"
    )


def test_entries_of_feeds(documents, items):
    first, second = documents["tag:1"], documents["https://exemple.fr/2"]
    assert first.text == "«\u00a0L’œuvre\u00a0»\n\nEt la suite.\n"
    assert (first.title, first.date) == ("Nîmes\u00a0: l’été", "2020-06-12")
    assert first.meta | {"path": ""} == {"author": "Jeanne Dupont", "language": "fr", "path": ""}
    assert second.text == "Seulement un résumé.\n"
    atom = documents["urn:a"]
    assert (atom.text, atom.title, atom.date) == ("Été\n", "Un", "2020-06-12")
    assert (atom.source, atom.meta["author"]) == ("https://exemple.fr/a", "Jeanne")
    (skipped,) = (item for item in items if isinstance(item, Skipped))
    assert (Path(skipped.path).name, skipped.reason) == ("a.rss#3", "an entry without text")


def test_a_corpus_of_all_formats_holds_and_is_unchanged_the_next_time(folder, items, tmp_path, toy_encoder):
    corpus = tmp_path / "corpus"
    report = add_documents(corpus, items, toy_encoder, chunking=SMALL)
    assert report.added == len([item for item in items if isinstance(item, Document)]) > 12
    again = add_documents(corpus, load_paths([folder]), toy_encoder)
    assert (again.unchanged, again.generation, len(again.skipped)) == (report.added, report.generation, 1)
    check(corpus, toy_encoder)


def test_chapters_in_reading_order_without_the_contents(documents):
    text = documents["a.epub"].text
    assert text.index("Chapitre 1") < text.index("finie") < text.index("Chapitre 2") < text.index("Là-bas")
    assert "Table des matières" not in text
