"""Saved sites, archives, and which files of a tree are meant."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.document import Document
from index.errors import FileError
from index.loaders import Selection, Skipped, load_paths
from index.writer import add_documents
from tests.format_files import html, zipped

ROOT = Path(__file__).parents[1]
PARSERS = ("lxml", "trafilatura", "pypdf", "docx", "feedparser", "yaml", "markdown_it")


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def page(text):
    return html([f"{text} " * 30])


def ids(items):
    return sorted(item.id for item in items if isinstance(item, Document))


def reasons(items):
    return {Path(item.path).name: item.reason for item in items if isinstance(item, Skipped)}


def test_a_saved_site_by_its_sitemap(tmp_path):
    place = "<url><loc>https://exemple.fr{}</loc><lastmod>2020-06-12T08:00:00Z</lastmod></url>"
    paths = [
        "/un",
        "/rub/deux.html",
        "/trois/",
        "/un",
        "/absente",
        "/%C3%A9t%C3%A9",
        "/../dehors",
        "/cat?page=2",
    ]
    write(tmp_path / "site" / "sitemap.xml", f"<urlset>{''.join(map(place.format, paths))}</urlset>")
    write(tmp_path / "dehors.html", page("Dehors."))
    for name in ("un.html", "rub/deux.html", "trois/index.html", "été", "cat?page=2", "autre.html"):
        write(tmp_path / "site" / name, page(f"La page {name}."))
    items = list(load_paths([tmp_path / "site"]))
    found = {item.id: (item.source, item.date) for item in items if isinstance(item, Document)}
    day = "2020-06-12"
    assert found == {
        "un.html": ("https://exemple.fr/un", day),
        "rub/deux.html": ("https://exemple.fr/rub/deux.html", day),
        "trois/index.html": ("https://exemple.fr/trois/", day),
        "été": ("https://exemple.fr/%C3%A9t%C3%A9", day),
        "cat?page=2": ("https://exemple.fr/cat?page=2", day),
        "autre.html": ("autre.html", None),
    }
    skipped = [item for item in items if isinstance(item, Skipped)]
    assert [item.path.rpartition("fr")[2] for item in skipped] == ["/absente", "/../dehors"]
    assert "looked for absente, absente.html" in skipped[0].reason


def test_the_address_a_page_gives_itself_comes_first(tmp_path):
    write(tmp_path / "sitemap.xml", "<urlset><url><loc>https://exemple.fr/a?x=1</loc></url></urlset>")
    own = html(head='<link rel="canonical" href="https://exemple.fr/a">')
    write(tmp_path / "exemple.fr" / "a?x=1.html", own)
    (found,) = load_paths([tmp_path / "sitemap.xml"])
    assert (found.id, found.source) == ("exemple.fr/a?x=1.html", "https://exemple.fr/a")


def test_sitemaps_of_sitemaps_and_those_in_archives(tmp_path):
    index = "<sitemapindex><sitemap><loc>https://x.fr/s1.xml</loc></sitemap></sitemapindex>"
    pages = "<urlset><url><loc>https://x.fr/p</loc></url><url><loc>https://x.fr/q</loc></url></urlset>"
    files = {
        "p.html": page("Une."),
        "site/index.xml": index,
        "site/s1.xml": pages,
        "site/p.html": page("Deux."),
    }
    for name, content in files.items():
        write(tmp_path / "tree" / name, content)
    write(tmp_path / "a.zip", zipped(files))
    for path, start in ((tmp_path / "tree", ""), (tmp_path / "a.zip", "a.zip/")):
        items = list(load_paths([path]))
        sources = {item.id: item.source for item in items if isinstance(item, Document)}
        assert sources == {f"{start}p.html": f"{start}p.html", f"{start}site/p.html": "https://x.fr/p"}
        assert len(reasons(items)) == 1


def test_a_sitemap_does_not_choose_among_the_files_beside_it(tmp_path):
    files = {
        ".env": "SECRET=1",
        ".git/config": "[core] secret",
        "exemple.fr/.htpasswd": "secret",
        "backup.sql": "INSERT secret",
        "admin.php?id=1": "<?php secret",
    }
    pages = {"page": page("Une."), "cat?v=2.5": page("Deux."), "v2.0.html": page("Trois.")}
    places = [*files, *pages, "v2.0", ".htpasswd"]
    listed = "".join(f"<url><loc>https://exemple.fr/{place}</loc></url>" for place in places)
    everything = {**files, **pages, "v2.0": "secret", "sitemap.xml": f"<urlset>{listed}</urlset>"}
    for name, content in everything.items():
        write(tmp_path / "site" / name, content)
    write(tmp_path / "site.zip", zipped(everything))
    for path, start in ((tmp_path / "site", ""), (tmp_path / "site.zip", "site.zip/")):
        items = list(load_paths([path]))
        assert ids(items) == sorted(f"{start}{name}" for name in pages)
        refused = {
            item.path.partition("exemple.fr/")[2]: item.reason
            for item in items
            if ".xml: " in getattr(item, "path", "")
        }
        assert refused.keys() == {*files, ".htpasswd"}
        assert "hidden" in refused[".env"] and "hidden" in refused[".git/config"]
        assert "'.sql' is not read" in refused["backup.sql"]


def test_a_sitemap_that_lists_itself_ends(tmp_path):
    write(tmp_path / "s.xml", "<sitemapindex><sitemap><loc>https://x.fr/s.xml</loc></sitemap></sitemapindex>")
    assert list(load_paths([tmp_path])) == []


def test_a_damaged_feed_gives_what_it_has_and_its_reason(tmp_path):
    write(
        tmp_path / "a.xml", "<rss><channel><item><guid>1</guid><description>Un</description></item><item><t"
    )
    items = list(load_paths([tmp_path]))
    assert ids(items) == ["1"]
    assert "before the damage were read" in reasons(items)["a.xml"]


def test_archives_in_archives_by_their_paths(tmp_path):
    inner = zipped({"c.txt": "Trois.", "d.png": b"\x89PNG", ".caché.txt": "non"})
    files = {
        "a/b.txt": "Un.",
        "rows.csv": "text\ndeux\n",
        "in.zip": inner,
        "__MACOSX/x.txt": "non",
        "e/": b"",
    }
    path = write(tmp_path / "z.zip", zipped(files))
    items = list(load_paths([path]))
    assert ids(items) == ["z.zip/a/b.txt", "z.zip/in.zip/c.txt", "z.zip/rows.csv#2"]
    (skipped,) = (item for item in items if isinstance(item, Skipped))
    assert skipped.path == f"{path}/in.zip/d.png" and "'.png' is not read" in skipped.reason
    assert {item.meta["path"] for item in items if isinstance(item, Document)} == {
        f"{path}/a/b.txt",
        f"{path}/in.zip/c.txt",
        f"{path}/rows.csv",
    }


def test_what_lies_in_an_archive_leaves_with_it_and_not_before(tmp_path, toy_encoder):
    path = write(
        tmp_path / "t" / "z.zip", zipped({"a.txt": "Un texte sur la mer.", "b.md": "Un autre sur le vent."})
    )
    write(tmp_path / "t" / "c.txt", "Un troisième sur la pluie.")
    corpus = tmp_path / "corpus"

    def index():
        return add_documents(corpus, load_paths([tmp_path / "t"]), toy_encoder, prune=[tmp_path / "t"])

    assert index().added == 3
    assert (index().unchanged, index().removed) == (3, 0)
    path.unlink()
    assert (index().removed, index().documents) == (2, 1)


@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        ((), (), "a.txt b.md drafts/a.txt en/a.txt en/drafts/b.txt z.zip/a.txt z.zip/b.md"),
        (("*.txt",), (), "a.txt drafts/a.txt en/a.txt en/drafts/b.txt z.zip/a.txt"),
        ((), ("drafts",), "a.txt b.md en/a.txt z.zip/a.txt z.zip/b.md"),
        ((), ("drafts/*",), "a.txt b.md en/a.txt en/drafts/b.txt z.zip/a.txt z.zip/b.md"),
        (("en",), ("en/drafts",), "en/a.txt"),
        (("en/*.txt", "*.md"), (), "b.md en/a.txt en/drafts/b.txt z.zip/b.md"),
        ((), ("*.zip", "*.md", "[ad]*"), ""),
        ((), ("z.zip/a.txt", "en", "drafts"), "a.txt b.md z.zip/b.md"),
    ],
)
def test_which_files_are_meant(tmp_path, include, exclude, expected):
    for name in ("a.txt", "b.md", "drafts/a.txt", "en/a.txt", "en/drafts/b.txt"):
        write(tmp_path / name, "Un texte.")
    write(tmp_path / "z.zip", zipped({"a.txt": "Un texte.", "b.md": "Un texte."}))
    selection = Selection(include=include, exclude=exclude)
    assert ids(load_paths([tmp_path], selection=selection)) == expected.split()


def test_what_is_not_meant_is_not_named_and_nothing_meant_is_an_error(tmp_path):
    write(tmp_path / "a.txt", "Un texte.")
    write(tmp_path / "b.png", b"\x89PNG")
    items = list(load_paths([tmp_path], selection=Selection(exclude=("*.png",))))
    assert [type(item) for item in items] == [Document]
    with pytest.raises(FileError, match=r"no file matches --include '\*.html', '\*.htm'"):
        list(load_paths([tmp_path], selection=Selection(include=("*.html", "*.htm"))))


def test_links_to_files_inside_are_followed_and_no_others(tmp_path):
    write(tmp_path / "t" / "a.txt", "Un texte.")
    write(tmp_path / "dehors.txt", "Un secret.")
    (tmp_path / "t" / "dedans.txt").symlink_to(tmp_path / "t" / "a.txt")
    (tmp_path / "t" / "dehors.txt").symlink_to(tmp_path / "dehors.txt")
    (tmp_path / "lien").symlink_to(tmp_path / "t")
    for folder in (tmp_path / "t", tmp_path / "lien"):
        items = list(load_paths([folder]))
        assert ids(items) == ["a.txt", "dedans.txt"]
        assert "outside this folder" in reasons(items)["dehors.txt"]
    (alone,) = load_paths([tmp_path / "t" / "dehors.txt"])
    assert isinstance(alone, Document)


def test_the_command_takes_columns_and_patterns(tmp_path, toy_encoder, monkeypatch):
    from ui.cli import main

    monkeypatch.setattr("index.encoder.load_encoder", lambda _: toy_encoder)
    write(tmp_path / "t" / "a.csv", "Manchette,Corps du texte,n\nTitre,Un texte sur la mer.,7\n")
    write(tmp_path / "t" / "b.txt", "Un autre texte.")

    def index(*options):
        command = ["index", str(tmp_path / "t"), "--corpus", str(tmp_path / "corpus"), "--json", *options]
        return CliRunner().invoke(main, command)

    result = index("--include", "*.csv", "--text-column", "Corps du texte", "--id-column", "n")
    assert result.exit_code == 0 and json.loads(result.stdout)["added"] == 1
    result = index("--exclude", "*.csv")
    assert json.loads(result.stdout)["documents"] == 2
    result = CliRunner().invoke(
        main,
        ["index", str(tmp_path / "t" / "a.csv"), "--corpus", str(tmp_path / "c"), "--text-column", "corps"],
    )
    assert result.exit_code == 2
    assert "no column 'corps' for the text" in result.stderr and "'Corps du texte'" in result.stderr
    assert index("--include", "*.pdf").exit_code == 2


def test_nothing_of_this_is_imported_before_a_file_needs_it():
    modules = "ui.cli, ui.choosing, ui.asking, ui.starter, qa.answerer, index.loaders, index.corpus"
    script = f"import sys, {modules}; print(*({{*{PARSERS}}} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split() == []
