"""Importing and exporting: what is replaced and what is not, full disks, kills, and the commands."""

import itertools
import json
import resource
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from index.archive import export_corpus
from index.corpus import Corpus
from index.document import Document
from index.errors import (
    CorpusDamaged,
    CorpusError,
    CorpusLocked,
    CorpusMissing,
    EncoderMismatch,
    FileError,
    FormatVersionError,
    UsageError,
)
from index.layout import STORE
from index.locking import writing
from index.unpacking import import_corpus
from index.verify import verify
from index.writer import add_documents, write_settings
from tests.benchmarks.kills import run as run_kills
from tests.corpora import SMALL, article, check
from tests.crashing import forked
from ui.cli import main


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a corpus and its archive."""
    from tests.conftest import ToyEncoder

    place = tmp_path_factory.mktemp("made")
    articles = [article("Orléans", 40), Document("copie", article("Orléans", 40).text, "Reprise")]
    add_documents(place / "corpus", [*articles, article("Lyon")], ToyEncoder(), chunking=SMALL)
    write_settings(place / "corpus", {"threshold": 0.25})
    export_corpus(place / "corpus", place / "corpus.tar")
    return place


def test_documents_are_replaced_only_where_that_is_asked_for(
    made: Path, tmp_path: Path, toy_encoder: Any, make_encoder: Any
) -> None:
    other = make_encoder("autre", 32)
    add_documents(tmp_path, [article("Lille")], other)
    with pytest.raises(UsageError, match=r"1 documents already: pass --replace"):
        import_corpus(tmp_path, made / "corpus.tar")
    assert check(tmp_path, other).document("Lille")
    reader = Corpus.open(tmp_path, other)
    assert import_corpus(tmp_path, made / "corpus.tar", replace=True).generation == 2
    assert {d.id for d in check(tmp_path, toy_encoder).documents()} == {"Orléans", "copie", "Lyon"}
    # Who served the corpus with the other encoder goes on with what it has, and is told why.
    assert reader.document("Lille")
    with pytest.raises(EncoderMismatch, match=r"'toy'.*'autre'"):
        reader.reopen()


@pytest.mark.parametrize("damage", ["manifest", "format", "CURRENT", "CURRENT and all"])
def test_a_damaged_corpus_is_replaced_and_nothing_less_than_replace_does_it(
    made: Path, tmp_path: Path, toy_encoder: Any, damage: str
) -> None:
    add_documents(tmp_path, [article("Lille")], toy_encoder)
    manifest = tmp_path / "generations" / "000001" / "manifest.json"
    if damage == "format":
        values = json.loads(manifest.read_text(encoding="utf-8"))
        manifest.write_text(json.dumps({**values, "format_version": 99}), encoding="utf-8")
    elif damage == "manifest":
        manifest.write_text("{", encoding="utf-8")
    else:
        (tmp_path / "CURRENT").write_text("n’importe quoi", encoding="utf-8")
        if damage == "CURRENT and all":
            manifest.unlink()
    with pytest.raises((CorpusDamaged, FormatVersionError)):
        import_corpus(tmp_path, made / "corpus.tar")
    assert import_corpus(tmp_path, made / "corpus.tar", replace=True).generation == 2
    check(tmp_path, toy_encoder)
    assert verify(tmp_path).problems == ()


def test_an_empty_corpus_takes_an_archive_without_more_ado(
    made: Path, tmp_path: Path, toy_encoder: Any
) -> None:
    from index.writer import remove_documents

    add_documents(tmp_path, [article("Lille")], toy_encoder)
    remove_documents(tmp_path, ["Lille"], toy_encoder)
    assert import_corpus(tmp_path, made / "corpus.tar").generation == 3


def test_two_writers_and_wrong_places_are_refused(made: Path, tmp_path: Path) -> None:
    with writing(tmp_path / "corpus", create=True), pytest.raises(CorpusLocked, match="wait until"):
        import_corpus(tmp_path / "corpus", made / "corpus.tar")
    with pytest.raises(CorpusMissing):
        export_corpus(tmp_path / "corpus", tmp_path / "a.tar")
    for target in (tmp_path, tmp_path / "rien" / "a.tar"):
        with pytest.raises(FileError, match="name the file"):
            export_corpus(made / "corpus", target)
    for source in (tmp_path, tmp_path / "rien.tar"):
        with pytest.raises(FileError, match="no such file"):
            import_corpus(tmp_path / "corpus", source)
    assert [each.name for each in tmp_path.iterdir()] == ["corpus"]


def test_a_damaged_corpus_is_not_exported(made: Path, tmp_path: Path, toy_encoder: Any) -> None:
    import_corpus(tmp_path / "corpus", made / "corpus.tar")
    target = tmp_path / "a.tar"
    target.write_text("sauvegarde", encoding="utf-8")
    path = tmp_path / "corpus" / "generations" / "000001" / STORE
    data = path.read_bytes()
    for wrong in (data[:-1], data + b"x", data[:5000] + b"?" + data[5001:]):
        path.write_bytes(wrong)
        with pytest.raises(CorpusDamaged, match="repondeur check"):
            export_corpus(tmp_path / "corpus", target)
    path.unlink()
    with pytest.raises(CorpusDamaged, match="repondeur check"):
        export_corpus(tmp_path / "corpus", target)
    assert target.read_text(encoding="utf-8") == "sauvegarde"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.tar", "corpus"]


def test_a_full_disk_is_said_and_harms_neither_archive_nor_corpus(made: Path, tmp_path: Path) -> None:
    corpus, target = tmp_path / "corpus", tmp_path / "a.tar"
    import_corpus(corpus, made / "corpus.tar")
    export_corpus(corpus, target)
    before = target.read_bytes()

    def limited(work: Callable[[], object], size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        with pytest.raises(CorpusError, match="Free space"):
            work()

    works = (
        lambda: export_corpus(corpus, target),
        lambda: import_corpus(corpus, made / "corpus.tar", replace=True),
    )
    with tarfile.open(target) as tar:
        largest = max(each.size for each in tar)
    for size, work in itertools.product((100, 3_000, largest - 1), works):
        assert forked(lambda size=size, work=work: limited(work, size)) == 0, size
        assert (target.read_bytes(), verify(corpus).problems) == (before, ())
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.tar", "corpus"]


@pytest.mark.parametrize("large", [False, True])
def test_random_kills_of_every_command_lose_nothing(tmp_path: Path, large: bool) -> None:
    outcome = run_kills(tmp_path, 12, seed=7, large=large)
    assert (outcome.corrupt, outcome.lost, outcome.failed) == ([], [], [])
    assert outcome.kills == 12
    assert outcome.reads > 0


def test_the_commands_report_in_words_and_json(made: Path, tmp_path: Path) -> None:
    def run(*arguments: str, code: int = 0) -> Any:
        result = CliRunner().invoke(main, [*arguments])
        assert result.exit_code == code, result.output
        return result

    corpus, target = str(tmp_path / "corpus"), str(tmp_path / "a.tar")
    told = json.loads(run("export", target, "--corpus", str(made / "corpus"), "--json").stdout)
    assert (told["documents"], told["archive"]) == (3, target)
    again = json.loads(run("import", target, "--corpus", corpus, "--json").stdout)
    assert (again["sha256"], again["encoder"], again["generation"]) == (told["sha256"], "toy", 1)
    assert "--replace" in run("import", target, "--corpus", corpus, code=2).stderr
    assert "3 documents" in run("import", target, "--corpus", corpus, "--replace").stdout
    assert told["sha256"] in run("export", target, "--corpus", str(made / "corpus")).stdout
    (tmp_path / "b.tar").write_bytes(b"x" * 2000)
    assert "export the corpus again" in run("import", str(tmp_path / "b.tar"), code=2).stderr
