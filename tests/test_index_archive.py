"""A corpus as one file: the same bytes each time, nothing altered gets in, nothing is lost on the way."""

import gzip
import hashlib
import io
import itertools
import json
import random
import resource
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from index.archive import HEADER, export_corpus, header_text
from index.corpus import Corpus
from index.document import Document
from index.errors import (
    ArchiveError,
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
from index.manifest import FileCard, Manifest
from index.tarblocks import head, padding, trailer
from index.unpacking import import_corpus
from index.verify import verify
from index.writer import add_documents, write_settings
from tests.benchmarks.kills import run as run_kills
from tests.corpora import SMALL, article, check
from tests.crashing import forked
from ui.cli import main

Members = dict[str, bytes]


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


def members(archive: Path) -> Members:
    with tarfile.open(archive) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar}  # type: ignore[union-attr]


def packed(path: Path, contents: Members) -> Path:
    """Write an archive as `export` spells it, whatever is in it."""
    text = b"".join(head(name, len(data)) + data + padding(len(data)) for name, data in contents.items())
    path.write_bytes(text + trailer(len(text)))
    return path


def resigned(contents: Members, **changes: Any) -> Members:
    """Write down new checksums for altered members, as whoever wants to fool us would."""
    manifest = Manifest.from_json(contents["manifest.json"].decode(), Path("m"))
    files = {
        name: FileCard(len(data), hashlib.sha256(data).hexdigest())
        for name, data in contents.items()
        if name not in {HEADER, "manifest.json"}
    }
    values = {name: getattr(manifest, name) for name in Manifest.__slots__} | {"files": files}
    text = Manifest(**values | changes).to_json().encode()
    card = FileCard(len(text), hashlib.sha256(text).hexdigest())
    return {
        HEADER: header_text(card),
        "manifest.json": text,
        **{name: contents[name] for name in sorted(files)},
    }


def test_what_comes_out_is_what_went_in(made: Path, tmp_path: Path, toy_encoder: Any) -> None:
    report = import_corpus(tmp_path / "new", made / "corpus.tar")
    old, new = Corpus.open(made / "corpus"), check(tmp_path / "new", toy_encoder)
    assert (report.documents, report.passages, report.generation) == (3, len(old), 1)
    assert report.sha256 == hashlib.sha256((made / "corpus.tar").read_bytes()).hexdigest()
    assert list(new.documents()) == list(old.documents())
    assert new.passages(new.passage_ids()) == old.passages(old.passage_ids())
    assert new.passages([1])[0].also_in[0].document_id == "copie"
    assert new.search_words("budget de Lyon", 5) == old.search_words("budget de Lyon", 5)
    assert new.manifest.settings == {"threshold": 0.25}
    assert verify(tmp_path / "new").problems == ()
    assert add_documents(tmp_path / "new", [article("Metz")], toy_encoder).documents == 4
    check(tmp_path / "new", toy_encoder)


def test_the_same_generation_gives_the_same_bytes_and_any_tar_reads_them(made: Path, tmp_path: Path) -> None:
    export_corpus(made / "corpus", tmp_path / "again.tar")
    assert (tmp_path / "again.tar").read_bytes() == (made / "corpus.tar").read_bytes()
    found = members(tmp_path / "again.tar")
    assert list(found)[:2] == [HEADER, "manifest.json"]
    assert found[STORE] == (made / "corpus" / "generations" / "000002" / STORE).read_bytes()
    assert packed(tmp_path / "own.tar", found).read_bytes() == (made / "corpus.tar").read_bytes()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["again.tar", "own.tar"]


def refuse(archive: Path, place: Path, match: str) -> None:
    """Hold that an archive is refused by name, and that neither a new nor an old corpus feels it."""
    kind = (ArchiveError, FormatVersionError)
    with pytest.raises(kind, match=match) as caught:
        import_corpus(place / "nowhere", archive)
    assert archive.name in str(caught.value)
    assert not (place / "nowhere" / "CURRENT").exists()
    assert not any((place / "nowhere").glob("generations/*"))


def test_one_altered_byte_anywhere_is_noticed(made: Path, tmp_path: Path) -> None:
    data = (made / "corpus.tar").read_bytes()
    rng = random.Random(3)  # noqa: S311
    # Its first blocks, its last, and any others: headers, contents, padding.
    places = [0, 100, 257, 512, 600, 1023, len(data) - 1, len(data) - 2000]
    with tarfile.open(made / "corpus.tar") as tar:
        places += [each.offset_data + each.size for each in tar if each.size % 512]
        places += [each.offset + 330 for each in tar.getmembers()[:3]]
    for place in [*places, *(rng.randrange(len(data)) for _ in range(30))]:
        altered = bytearray(data)
        altered[place] ^= 1 << rng.randrange(8)
        (tmp_path / "a.tar").write_bytes(altered)
        refuse(tmp_path / "a.tar", tmp_path, "export")


def test_an_archive_cut_anywhere_or_with_something_after_it_is_refused(made: Path, tmp_path: Path) -> None:
    data = (made / "corpus.tar").read_bytes()
    whole = len(data)
    for size in (0, 1, 511, 512, 700, 5000, whole // 2, whole - 10240, whole - 512, whole - 1):
        (tmp_path / "a.tar").write_bytes(data[:size])
        refuse(tmp_path / "a.tar", tmp_path, f"cut off after {size} bytes|not an archive")
    (tmp_path / "a.tar").write_bytes(data + b"\0" * 512)
    refuse(tmp_path / "a.tar", tmp_path, "follows its end")
    (tmp_path / "a.tar").write_bytes(data + data)
    refuse(tmp_path / "a.tar", tmp_path, "follows its end|altered")


@pytest.mark.parametrize(
    "name", ["../dehors.txt", "/dehors.txt", "lexical/../../dehors.txt", "a/b/c/d", "", "x\\y", "w.lock"]
)
def test_a_member_that_would_lie_elsewhere_is_refused(made: Path, tmp_path: Path, name: str) -> None:
    contents = members(made / "corpus.tar")
    # By a tar of the attacker's own, and with all our checksums right.
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for each, data in {**contents, name: b"x"}.items():
            member = tarfile.TarInfo(each)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    refuse(tmp_path / "a.tar", tmp_path, "outside a corpus")
    refuse(packed(tmp_path / "b.tar", resigned({**contents, name: b"x"})), tmp_path, "outside a corpus")
    assert not list(tmp_path.parent.rglob("dehors.txt"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, b"S"])
def test_links_folders_and_devices_are_refused(made: Path, tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for name, data in members(made / "corpus.tar").items():
            member = tarfile.TarInfo(name)
            if name == STORE:
                member.type, member.linkname = kind, "/etc/passwd"
                tar.addfile(member)
                continue
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    refuse(tmp_path / "a.tar", tmp_path, "link or no plain file|not an archive|altered")


def test_what_is_missing_or_twice_or_too_many_is_refused(made: Path, tmp_path: Path) -> None:
    contents = members(made / "corpus.tar")
    refuse(packed(tmp_path / "a.tar", {k: v for k, v in contents.items() if k != STORE}), tmp_path, "altered")
    refuse(packed(tmp_path / "b.tar", {**contents, "zz": b""}), tmp_path, "altered")
    text = packed(tmp_path / "c.tar", contents).read_bytes()
    with tarfile.open(tmp_path / "c.tar") as tar:
        last = tar.getmembers()[-1]
    once = text[: last.offset_data + last.size] + padding(last.size)
    twice = once + text[last.offset : len(once)]
    (tmp_path / "c.tar").write_bytes(twice + trailer(len(twice)))
    refuse(tmp_path / "c.tar", tmp_path, "altered")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda all_: {**all_, STORE: all_[STORE][:-4096]}, "no sound corpus"),
        (lambda all_: {**all_, "vectors.faiss": b"x"}, r"vectors: .*not a vector index"),
        (lambda all_: {k: v for k, v in all_.items() if k != "vectors.faiss"}, "no sound corpus"),
        (lambda all_: {k: v for k, v in all_.items() if k != STORE}, "no sound corpus"),
    ],
)
def test_right_checksums_over_wrong_contents_are_not_enough(
    made: Path, tmp_path: Path, change: Callable[[Members], Members], match: str
) -> None:
    refuse(packed(tmp_path / "a.tar", resigned(change(members(made / "corpus.tar")))), tmp_path, match)


def test_foreign_formats_are_named_with_the_remedy(made: Path, tmp_path: Path) -> None:
    contents = members(made / "corpus.tar")
    header = contents[HEADER].replace(b'"version": 1', b'"version": 7')
    refuse(packed(tmp_path / "a.tar", {**contents, HEADER: header}), tmp_path, "format 7.*update the program")
    newer = packed(tmp_path / "b.tar", resigned(contents, format_version=9))
    refuse(newer, tmp_path, "corpus format 9.*update the program")
    older = packed(tmp_path / "c.tar", resigned(contents, format_version=0))
    refuse(older, tmp_path, "corpus format 0.*again into a new folder")
    refuse(packed(tmp_path / "d.tar", resigned(contents, analysis="x")), tmp_path, "word-rules")
    (tmp_path / "e.tar").write_bytes(gzip.compress((made / "corpus.tar").read_bytes()))
    refuse(tmp_path / "e.tar", tmp_path, "gunzip")
    (tmp_path / "f.tar").write_text("Bonjour.\n" * 300, encoding="utf-8")
    refuse(tmp_path / "f.tar", tmp_path, "not an archive")
    refuse(packed(tmp_path / "g.tar", {"x.txt": b"x"}), tmp_path, "archive.json is not where")


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
    largest = max(map(len, members(target).values()))
    for size, work in itertools.product((100, 3_000, largest - 1), works):
        assert forked(lambda size=size, work=work: limited(work, size)) == 0, size
        assert (target.read_bytes(), verify(corpus).problems) == (before, ())
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.tar", "corpus"]


def test_random_kills_of_every_command_lose_nothing(tmp_path: Path) -> None:
    outcome = run_kills(tmp_path, 12, seed=7)
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
