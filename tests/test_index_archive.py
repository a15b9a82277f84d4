"""A corpus as one file: the same bytes each time, nothing altered gets in, nothing is lost on the way."""

import gzip
import hashlib
import io
import random
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.archive import HEADER, export_corpus, header_text
from index.corpus import Corpus
from index.document import Document
from index.errors import (
    ArchiveError,
    FormatVersionError,
)
from index.layout import STORE
from index.manifest import FileCard, Manifest
from index.tarblocks import head, padding, trailer
from index.unpacking import import_corpus
from index.verify import verify
from index.writer import add_documents, write_settings
from tests.corpora import SMALL, article, check

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
