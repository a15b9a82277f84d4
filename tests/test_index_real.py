"""The whole write and read path with the bundled encoder, on the article of the project."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunking import Chunker, ChunkSettings
from index.corpus import Corpus
from index.document import Document
from index.encoder import load_encoder
from index.loaders import load_paths
from index.protocols import Encoder
from index.writer import add_documents, remove_documents

SEED = Path(__file__).parent.parent / "seeds" / "000_7f12f659eab9b7eb.txt"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def test_the_question_of_the_article_finds_its_passage_by_meaning_and_by_words(
    tmp_path: Path, encoder: Encoder
) -> None:
    report = add_documents(tmp_path, load_paths([SEED]), encoder)
    assert (report.documents, report.skipped) == (1, [])
    with Corpus.open(tmp_path, encoder) as corpus:
        question = "Quand Amazon a-t-il suspendu Rekognition ?"
        near = corpus.search_vectors(encoder.encode_query([question])[0], 5)
        words = corpus.search_words(question, 5)
        for hits in (near, words):
            best = corpus.passages([hits[0][0]])[0].passage
            assert "Mercredi, Amazon a décidé d'interdire à la police" in best.text
            assert SEED.read_text(encoding="utf-8")[best.start : best.end] == best.text
        sizes = encoder.count_tokens([s.passage.text for s in corpus.passages(corpus.passage_ids())])
        assert max(sizes) <= corpus.manifest.chunking.max_tokens
        assert min(sizes) >= 60
        assert corpus.manifest.encoder.name == "bundled"
        assert corpus.manifest.encoder.prompts == {"query": "query: ", "document": "passage: "}


def test_vectors_taken_over_are_those_that_would_be_computed(tmp_path: Path, encoder: Encoder) -> None:
    (document,) = (item for item in load_paths([SEED]) if isinstance(item, Document))
    other = Document("autre", "Un texte court. Il parle de Lille.")
    rest = Document("reste", "Un texte qui reste. La police et Lille en sont, à la fin.")
    add_documents(tmp_path / "a", [document, other, rest], encoder)
    longer = Document(
        document.id, document.text + "\n\nUn mot de la fin, ajouté ce matin.", "", document.source
    )
    report = add_documents(tmp_path / "a", [longer], encoder)
    assert report.reused >= 3
    assert report.encoded <= 1
    add_documents(tmp_path / "b", [longer, rest], encoder)
    remove_documents(tmp_path / "a", ["autre"])
    updated, fresh = (Corpus.open(tmp_path / name, encoder) for name in ("a", "b"))
    texts = [[s.passage for s in corpus.passages_of(document.id)] for corpus in (updated, fresh)]
    assert texts[0] == texts[1]
    ids = [[s.id for s in corpus.passages_of(document.id)] for corpus in (updated, fresh)]
    assert updated.vectors(ids[0]) == pytest.approx(fresh.vectors(ids[1]), abs=1e-6)
    # After a removal the words score as if what was removed had never been there.
    for question in ("Rekognition", "un texte de la fin à Lille", "police"):
        scores = [[score for _, score in corpus.search_words(question, 9)] for corpus in (updated, fresh)]
        assert scores[0] == pytest.approx(scores[1], rel=1e-5)


NASTY = st.sampled_from(
    [
        "ﷺ" * 40,
        "Le chat dort. ",
        "l’été\u202f! ",
        "x" * 300,
        "漢字" * 50,
        "🙂🙃",
        "a\u0301" * 30,
        "1.234,5 ",
        '"Oui." ',
        "\n\n",
        "ﬃ",
    ]
)


@settings(max_examples=25, deadline=None)
@given(parts=st.lists(NASTY, max_size=40))
def test_no_text_makes_a_passage_longer_than_the_limit(encoder: Encoder, parts: list[str]) -> None:
    text = "".join(parts)
    limits = ChunkSettings(max_tokens=64, target_tokens=50)
    (spans,) = Chunker(encoder.count_tokens, limits).spans([text])
    assert all(count <= 64 for count in encoder.count_tokens([text[a:b] for a, b in spans]))
