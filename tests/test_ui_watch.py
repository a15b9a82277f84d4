"""`repondeur index --watch`: a corpus follows its folder while a server answers from it."""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from index.corpus import Corpus
from index.loaders import Columns, Selection, load_paths
from index.locking import writing
from index.touched import Touched, load_touched
from index.verify import verify
from index.writer import add_documents
from tests.corpora import article
from tests.test_ui_serve import served
from ui.following import follow
from ui.watching import Watcher

CODE = "from ui.cli import main; main(prog_name='repondeur')"
ROOT = Path(__file__).parents[1]


class Watching:
    """Hold a running watch: what it reports, line by line, and what it says."""

    def __init__(self, process):
        self.process = process

    def report(self):
        return json.loads(self.process.stdout.readline())

    def until(self, words):
        for line in self.process.stderr:
            if words in line:
                return line
        pytest.fail(f"it ended without saying {words!r}")

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        assert "Traceback" not in err
        return self.process.returncode, out


@contextmanager
def watching(corpus, *paths):
    command = [sys.executable, "-c", CODE, "index", *map(str, paths), "--corpus", str(corpus)]
    with subprocess.Popen(
        [*command, "--watch", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        try:
            yield Watching(process)
        finally:
            process.kill()


def write(path, text):
    # As editors do it: beside the file, then in its place.
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def test_the_page_follows_the_folder_and_no_request_fails(tmp_path):
    articles, corpus = tmp_path / "articles", tmp_path / "articles" / "corpus"
    write(articles / "phare.txt", "Le phare de Brest mesure trente mètres, dit la mairie de la ville.")
    write(articles / "pont.txt", "Le pont de Nantes a été ouvert aux piétons au printemps dernier.")
    with watching(corpus, articles) as watch:
        assert watch.report()["added"] == 2
        watch.until("watching")
        with served(corpus, "--per-minute", "0", "--reader", "none", "--no-feedback") as (client, *_):
            replies, stop = [], threading.Event()

            def visit():
                with httpx.Client(base_url=client.base_url, timeout=60) as own:
                    while not stop.is_set():
                        replies.append(own.post("/api/v1/ask", json={"question": "Où est la tour ?", "k": 3}))

            visitor = threading.Thread(target=visit)
            visitor.start()
            write(articles / "nord" / "tour.txt", "La tour de Lille a été bâtie en 1932 par les habitants.")
            assert watch.report()["added"] == 1
            write(articles / "nord" / "tour.txt", "La tour de Lille a été rasée en 1951 par ses habitants.")
            assert watch.report()["updated"] == 1
            (articles / "phare.txt").rename(articles / "nord" / "phare.txt")
            moved = watch.report()
            assert (moved["added"], moved["removed"], moved["encoded"]) == (1, 1, 0)
            (articles / "nord").rename(tmp_path / "ailleurs")
            assert watch.report()["removed"] == 2
            (tmp_path / "ailleurs").rename(articles / "sud")
            assert watch.report()["added"] == 2
            last = client.post("/api/v1/ask", json={"question": "Quand la tour a-t-elle été rasée ?"}).json()
            stop.set()
            visitor.join()
            assert {reply.status_code for reply in replies} == {200}
            assert last["passages"][0]["document_id"] == "sud/tour.txt"
            assert "repondeur_generation 6.0" in client.get("/metrics").text
        # A folder with nothing in it may be a disk that is not there.
        (articles / "sud").rename(tmp_path / "ailleurs")
        (articles / "pont.txt").unlink()
        told = watch.report()
        while not told["unpruned"]:
            told = watch.report()
        assert "no file is left" in told["skipped"][0]["reason"]
        # One generation a batch, none for the corpus' own files, which lie in the folder too.
        assert watch.end() == (0, "")
    assert verify(corpus).problems == ()


def test_errors_are_said_and_what_they_kept_back_is_done_later(tmp_path):
    articles, corpus = tmp_path / "articles", tmp_path / "corpus"
    write(articles / "a.txt", "Le phare de Brest mesure trente mètres, dit la mairie de la ville.")
    single = tmp_path / "seul.txt"
    write(single, "Un fichier donné seul est suivi lui aussi, même remplacé par un autre.")
    with watching(corpus, articles, single) as watch:
        assert watch.report()["documents"] == 2
        watch.until("watching")
        (articles / "b.txt").write_bytes(b"\0\1\2\3")
        assert [Path(each["path"]).name for each in watch.report()["skipped"]] == ["b.txt"]
        with writing(corpus):
            write(articles / "c.txt", "La tour de Lille a été bâtie en 1932 par les habitants du quartier.")
            assert "another process is writing" in watch.until("tried again")
        assert watch.report()["added"] == 1
        write(single, "Le fichier donné seul a été remplacé, et le corpus a suivi cette fois encore.")
        assert watch.report()["updated"] == 1
        # A folder that is taken away is no empty folder.
        articles.rename(tmp_path / "débranché")
        assert "no such file or folder" in watch.until("tried again")
        assert verify(corpus).documents == 3
        (tmp_path / "débranché" / "c.txt").unlink()
        (tmp_path / "débranché").rename(articles)
        assert watch.report()["removed"] == 1
        write(articles / "d.txt", "Le pont de Nantes a été ouvert aux piétons au printemps dernier.")
        assert watch.report()["added"] == 1
        assert watch.end(signal.SIGINT) == (0, "")


def test_a_watch_ended_in_the_middle_of_a_batch_publishes_nothing_and_keeps_its_vectors(
    tmp_path, toy_encoder, make_encoder, monkeypatch
):
    class Interrupting(make_encoder):
        def encode_document(self, texts):
            if len(self.encoded) > 600:
                os.kill(os.getpid(), signal.SIGINT)
            return super().encode_document(texts)

    for number in range(900):
        write(tmp_path / "articles" / f"{number}.txt", article(f"Ville{number}", 3).text)
    encoder = Interrupting()
    monkeypatch.setattr("index.encoder.load_encoder", lambda _: encoder)
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    said, shown = [], []
    paths, corpus = [tmp_path / "articles"], tmp_path / "corpus"
    follow(paths, corpus, "toy", selection=Selection(), columns=Columns(), show=shown.append, say=said.append)
    assert (shown, said) == ([], [])
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers
    assert not (corpus / "CURRENT").exists()
    report = add_documents(corpus, load_paths(paths), toy_encoder)
    assert report.documents == 900
    assert report.reused >= len(encoder.encoded) > 600


def test_an_error_of_a_batch_is_tried_again_with_what_changed_meanwhile(tmp_path):
    tried, said, stop = [], [], threading.Event()
    (tmp_path / "articles").mkdir()

    def update(changed):
        tried.append(changed)
        if len(tried) == 1:
            write(tmp_path / "articles" / "a.txt", "x")
            raise OSError(28, "No space left on device")
        if len(tried) == 2:
            write(tmp_path / "articles" / "b.txt", "x")
            write(tmp_path / "articles" / ".caché" / "c.txt", "x")
            write(tmp_path / "articles" / "corpus" / "d.txt", "x")
        if len(tried) == 3:
            stop.set()

    corpus = tmp_path / "articles" / "corpus"
    Watcher([tmp_path / "articles"], corpus, update, said.append, stop).run()
    assert tried == [None, None, {tmp_path / "articles" / "b.txt"}]
    assert len(said) == 1
    assert "No space left" in said[0]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (["a.txt"], {"a.txt"}),
        (["nord/b.txt", "gone.txt"], {"nord/b.txt"}),
        (["nord"], {"nord/b.txt", "nord/c.md"}),
        (["nord/c.md", "sud/d.txt"], {"nord/c.md"}),
        (["gone.txt"], set()),
        (["."], {"a.txt", "nord/b.txt", "nord/c.md"}),
    ],
)
def test_what_was_touched_is_read_as_the_whole_folder_would_be(tmp_path, changed, expected):
    for name in ("a.txt", "nord/b.txt", "nord/c.md", "sud/d.txt"):
        write(tmp_path / "x" / name, article(name).text)
    (tmp_path / "lien").symlink_to(tmp_path / "x")
    given = {"selection": Selection(exclude=("sud",)), "columns": Columns()}
    whole = {each.id: each for each in load_paths([tmp_path / "lien"], selection=given["selection"])}
    touched = {(tmp_path / "x" / name).resolve() for name in changed}
    found = {each.id: each for each in load_touched([tmp_path / "lien"], touched, tmp_path, **given)}
    assert found == {name: whole[name] for name in expected}


def test_where_a_sitemap_may_be_all_is_read_again(tmp_path):
    for name in ("a.txt", "b.txt"):
        write(tmp_path / name, article(name).text)
    (tmp_path / "sitemap.xml").write_text("<urlset/>", encoding="utf-8")
    found = list(
        load_touched([tmp_path], {tmp_path / "a.txt"}, Path("/x"), selection=Selection(), columns=Columns())
    )
    assert {"a.txt", "b.txt"} <= {getattr(each, "id", "") for each in found}


def test_a_touched_archive_is_meant_with_what_is_in_it():
    touched = Touched(base=Selection(exclude=("*.md",)), names=frozenset({"x/a.zip"}))
    assert touched.takes("x/a.zip")
    assert touched.takes("x/a.zip/b.txt")
    assert not touched.takes("x/a.zip/b.md")
    assert not touched.leaves("x")
    assert touched.leaves("y")
    assert touched.leaves("x/b.zip")


def test_prune_reports_in_json_and_a_missing_path_is_misuse(tmp_path):
    from click.testing import CliRunner

    from ui.cli import main

    write(tmp_path / "a" / "un.txt", article("Lyon").text)
    write(tmp_path / "a" / "deux.txt", article("Nice").text)
    command = ["index", str(tmp_path / "a"), "--corpus", str(tmp_path / "c"), "--prune", "--json"]
    assert json.loads(CliRunner().invoke(main, command).stdout)["removed"] == 0
    (tmp_path / "a" / "deux.txt").unlink()
    told = json.loads(CliRunner().invoke(main, command).stdout)
    assert (told["removed"], told["documents"], told["unchanged"]) == (1, 1, 1)
    (tmp_path / "a").rename(tmp_path / "b")
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert "no such file or folder" in result.stderr
    assert len(list(Corpus.open(tmp_path / "c").documents())) == 1


def test_the_corpus_in_the_folder_is_no_article(tmp_path):
    from click.testing import CliRunner

    from ui.cli import main

    write(tmp_path / "a.txt", article("Lyon").text)
    write(tmp_path / "corpus.md" / "b.txt", article("Nice").text)
    command = ["index", str(tmp_path), "--corpus", str(tmp_path / "corpus"), "--json"]
    for added in (2, 0):
        told = json.loads(CliRunner().invoke(main, command).stdout)
        assert (told["added"], told["documents"], told["skipped"]) == (added, 2, [])
    assert (
        CliRunner().invoke(main, ["index", str(tmp_path / "rien"), "--corpus", str(tmp_path / "c")]).exit_code
    )
    assert not (tmp_path / "c").exists()
