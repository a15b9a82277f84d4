"""Passages: exact slices, whole sentences, never longer than the limit, nothing lost."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document

from index.chunking import Chunker, ChunkSettings
from index.folding import folded, text_key
from index.repeats import without_repeats
from index.sentences import sentences
from index.splitter import FrenchTextSplitter

SEED = Path(__file__).parent.parent / "seeds" / "000_7f12f659eab9b7eb.txt"


def count(texts: Sequence[str]) -> list[int]:
    return [len(re.findall(r"\w{1,6}|[^\w\s]", text)) for text in texts]


def passages(text: str, **values: int) -> list[str]:
    return [text[a:b] for a, b in Chunker(count, ChunkSettings(**values)).spans([text])[0]]


WORDS = st.sampled_from(
    [
        "Le",
        "chat",
        "mange",
        "M. Dupont",
        "« Non ! »",
        "l’été",
        '"oui"',
        "3.076",
        "x" * 700,
        "…",
        "🙂",
        "ﷺ" * 30,
        "fin.",
    ]
)
GLUE = st.sampled_from([" ", " ", " ", ". ", ".", "\n\n", "\n", "\u00a0", ""])


@st.composite
def articles(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.tuples(WORDS, GLUE), max_size=120))
    text = "".join(word + glue for word, glue in parts)
    return text + text[: draw(st.integers(0, len(text)))]


def expensive(texts: Sequence[str]) -> list[int]:
    """Count as an encoder does that expands U+FDFA, and where joining two texts can cost a token more."""
    return [
        18 * text.count("ﷺ") + len(re.findall(r"[^\sﷺ]{1,3}", text)) + text.count(" ") // 7 for text in texts
    ]


@settings(max_examples=150, deadline=None)
@given(articles(), st.sampled_from([(32, 20), (64, 50), (200, 160)]), st.sampled_from([0, 1, 2]))
def test_any_text_is_cut_exactly_completely_and_within_the_limit(
    text: str, sizes: tuple[int, int], overlap: int
) -> None:
    chunker = Chunker(expensive, ChunkSettings(*sizes, overlap_sentences=overlap))
    spans = chunker.spans(["Un autre texte.", text])[1]
    kept = [span for run in without_repeats(text, sentences(text)) for span in run]
    held = bytearray(len(text))
    for start, end in spans:
        assert 0 <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert expensive([text[start:end]])[0] <= sizes[0]
        held[start:end] = b"\1" * (end - start)
    for start, end in kept:
        assert all(held[i] or text[i].isspace() for i in range(start, end))
    if not overlap:
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_the_seed_article_which_holds_itself_twice_is_cut_once() -> None:
    text = SEED.read_text(encoding="utf-8")
    cut = passages(text)
    assert sum("Rekognition" in passage for passage in cut) == 1
    assert len({text_key(passage) for passage in cut}) == len(cut)
    # The first copy is kept, with its paragraphs, and all of it.
    half = text[: text.index("de l'Histoire\".") + len("de l'Histoire\".")]
    assert folded("".join(cut))[0].tolist() == folded(half)[0].tolist()
    assert 3 <= len(cut) <= 6


def test_a_quotation_stays_with_its_speaker_where_it_fits() -> None:
    filler = " ".join(
        f"{w} numéro six ne dit rien de plus." for w in ["Voici", "Encore", "Puis", "Enfin", "Ainsi"]
    )
    for left, right in ('""', "«»", "“”"):
        quotation = f"{left}{'Nous irons là. ' * 4}{'Rien ne va. ' * 4}Fin{right}, a déclaré Mme Martin."
        text = f"{filler} {quotation} {filler.replace('numéro six', 'le chapitre sept')}"
        cut = passages(text, max_tokens=110, target_tokens=75)
        assert len(cut) > 1
        assert any(quotation in passage for passage in cut), cut


def test_a_cut_falls_between_paragraphs_rather_than_inside_one() -> None:
    paragraph = " ".join(f"Voici la phrase {i} du paragraphe." for i in range(9))
    cut = passages(f"{paragraph}\n\n{paragraph.replace('Voici', 'Voilà')}", max_tokens=100, target_tokens=60)
    assert [p.count("phrase") for p in cut] == [9, 9]


def test_a_sentence_longer_than_the_limit_is_cut_at_words() -> None:
    text = "Le " + " ".join(f"mot{i}," for i in range(500)) + " fin."
    cut = passages(text)
    assert len(cut) > 5
    assert " ".join(cut) == text


def test_overlap_repeats_the_last_sentence_of_the_passage_before() -> None:
    text = " ".join(f"Voici la phrase {i} du texte." for i in range(40))
    cut = passages(text, max_tokens=80, target_tokens=50, overlap_sentences=1)
    assert len(cut) > 3
    for before, after in pairwise(cut):
        assert after.startswith(before[before.rindex("Voici") :])


def test_ten_megabytes_without_a_space_are_cut_in_linear_time() -> None:
    text = "".join(chr(0x4E00 + (i * i * 31 + i * 7) % 20000) for i in range(200_000)) * 1 + "é" * 10_000_000
    spans = Chunker(lambda texts: [max(1, len(t) // 3) for t in texts]).spans([text])[0]
    assert spans[0][0] == 0
    assert all(b - a <= 602 for a, b in spans)


def test_langchain_gets_the_same_passages_with_exact_starts() -> None:
    # Ten times the same short sentence: what searches the text for its chunks finds the wrong ones.
    text = "Rien. " * 40 + "Tout. " + "Rien. " * 40
    splitter = FrenchTextSplitter(count, ChunkSettings(32, 20))
    found = splitter.split_documents(
        [Document(page_content=text, metadata={"source": "a"}), Document(page_content="Fin.")]
    )
    starts = [item.metadata["start_index"] for item in found]
    assert [text[s : s + len(d.page_content)] for s, d in zip(starts, found, strict=True)][
        :-1
    ] == splitter.split_text(text)
    assert starts[:-1] == [start for start, _ in splitter.spans([text])[0]]
    assert found[0].metadata == {"source": "a", "start_index": 0}


@pytest.mark.parametrize(
    "values", [{"max_tokens": 3}, {"max_tokens": 100, "target_tokens": 101}, {"overlap_sentences": -1}]
)
def test_impossible_settings_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(reversed(values))):
        ChunkSettings(**values)
