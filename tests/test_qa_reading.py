"""Spans, windows, the bundled reader, a transformers reader in its place, and the choice among spans."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.document import Passage
from index.errors import ModelError, UsageError
from index.store import StoredPassage
from qa.bundled_reader import OVERLAP, BundledReader, windows
from qa.coverage import names_covered
from qa.fusion import FEATURES, Fusion, features
from qa.reader import Reading, Span, Text, load_reader
from qa.retriever import Hit
from qa.selection import Judge, same_answer
from qa.spans import MOST_TOKENS, best_spans

TEXT = "Mercredi, Amazon a décidé d'interdire Rekognition (un logiciel) pendant un an."


def offsets_of(text):
    places, start = [], 0
    for word in text.split(" "):
        places.append((start, start + len(word)))
        start += len(word) + 1
    return places


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_best_span_equals_the_brute_force_one(seed):
    rng = np.random.default_rng(seed)
    text = " ".join(f"mot{n}" for n in range(60))
    scores = rng.normal(size=(60, 60)).astype(np.float32)
    pairs = [(i, j) for i, j in itertools.product(range(60), repeat=2) if 0 <= j - i < MOST_TOKENS]
    near = sorted(pairs, key=lambda p: -scores[p])[:40]
    weights = {p: math.exp(scores[p] - scores[near[0]]) for p in near}

    def f1(one, other):
        tokens, others = ({*range(p[0], p[1] + 1)} for p in (one, other))
        return 2 * len(tokens & others) / (len(tokens) + len(others))

    def value(p):
        return scores[p] + 4 * sum(w * f1(p, o) for o, w in weights.items()) / sum(weights.values())

    i, j = max(near, key=value)
    places = offsets_of(text)
    span = best_spans(text, places, scores, 1.5)[0]
    assert (span.start, span.end) == (places[i][0], places[j][1])
    assert span.score == pytest.approx(value((i, j)) - 1.5, abs=1e-4)


def test_the_span_that_near_ones_agree_on_comes_first():
    text = "le palais du Louvre à Paris"
    scores = np.full((6, 6), -9.0, np.float32)
    scores[5, 5] = 2.0
    for pair in ((0, 3), (1, 3), (2, 3), (3, 3)):
        scores[pair] = 1.8
    best = best_spans(text, offsets_of(text), scores, 0.0)[0]
    assert text[best.start : best.end] == "palais du Louvre"
    assert best_spans(text, offsets_of(text), np.zeros((6, 6), np.float32), 0.0)


def test_spans_do_not_overlap_and_come_best_first():
    rng = np.random.default_rng(4)
    text = " ".join(f"mot{n}" for n in range(30))
    spans = best_spans(text, offsets_of(text), rng.normal(size=(30, 30)).astype(np.float32), 0.0)
    assert len(spans) == 5
    assert all(a.score >= b.score for a, b in itertools.pairwise(spans))
    for a, b in itertools.combinations(spans, 2):
        assert a.end <= b.start or b.end <= a.start


@given(st.integers(1, 2000), st.integers(80, 400))
def test_windows_cover_every_token_and_overlap(length, size):
    found = list(windows(length, size))
    assert found[0][0] == 0 and found[-1][1] == length
    assert all(b - a <= size for a, b in found)
    for (_, end), (start, _) in itertools.pairwise(found):
        assert end - start == OVERLAP


@pytest.fixture(scope="module")
def reader():
    return BundledReader()


def test_the_reader_returns_exact_slices(reader):
    passages = [Text(TEXT, "Reconnaissance faciale"), Text("La tarte se cuit une heure.", "")]
    readings = reader.read("Quand Amazon a-t-il suspendu Rekognition ?", passages)
    assert len(readings) == 2
    for reading, passage in zip(readings, passages, strict=True):
        assert reading.spans
        assert all(0 <= s.start < s.end <= len(passage.text) for s in reading.spans)
    assert readings[0].spans[0].score > readings[1].spans[0].score


def test_a_reading_does_not_depend_on_its_neighbours(reader):
    texts = [Text(TEXT), Text("Rien à voir. " * 30), Text("Un an plus tard, il revint.")]
    question = "Pendant combien de temps ?"
    assert reader.read(question, texts) == [reader.read(question, [t])[0] for t in texts]


def test_an_answer_at_the_end_of_a_long_passage_is_found(reader):
    filler = "Le conseil municipal a débattu longuement du budget de la commune et des écoles. " * 40
    text = filler + "La ministre Jeanne Martin a inauguré le pont de Bordeaux le 12 mars 2019."
    spans = reader.read("Quand le pont de Bordeaux a-t-il été inauguré ?", [Text(text)])[0].spans
    assert "12 mars 2019" in text[spans[0].start : spans[0].end]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\ufdfa" * 500, "😀" * 300, "a" * 20_000])
def test_any_passage_can_be_read(reader, text):
    reading = reader.read("Qui ?", [Text(text)])[0]
    assert all(0 <= s.start < s.end <= len(text) for s in reading.spans)


def test_a_very_long_question_leaves_room_for_the_passage(reader):
    spans = reader.read("mot " * 250, [Text(TEXT, "titre " * 100)])[0].spans
    assert spans


def test_reader_names():
    assert load_reader("none") is None
    with pytest.raises(UsageError, match="no name"):
        load_reader("")
    with pytest.raises(ModelError, match="nobody/nothing"):
        load_reader("nobody/nothing")


def test_a_transformers_model_reads_in_the_bundled_ones_place(tmp_path):
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForQuestionAnswering, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *dict.fromkeys(TEXT.lower().split()), "quand", "?"]
    base = Tokenizer(models.WordLevel({w: n for n, w in enumerate(words)}, unk_token="[UNK]"))
    base.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    base.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=base, **special).save_pretrained(tmp_path)
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertForQuestionAnswering(BertConfig(vocab_size=len(words), **sizes)).save_pretrained(tmp_path)
    foreign = load_reader(str(tmp_path))
    assert foreign is not None and foreign.name == str(tmp_path)
    long_text = (TEXT + " ") * 60
    for reading in foreign.read("quand ?", [Text(TEXT), Text(long_text)]):
        assert reading.spans and all(s.start < s.end for s in reading.spans)
    assert max(s.end for s in foreign.read("quand ?", [Text(long_text)])[0].spans) > 384


def hit(number, text, score=0.0, cosine=0.9):
    stored = StoredPassage(number, Passage(f"d{number}", 0, len(text), text), "", "", None, "0" * 64)
    return Hit(stored, score, cosine, 1.0)


JUDGE = Judge((0.0, 1.0, *[0.0] * 4), (0.0, 1.0, 0.0, 2.0, *[0.0] * 7), 0.5)


def test_the_likeliest_span_of_all_passages_wins():
    hits = [hit(0, "lundi matin"), hit(1, "mardi soir", -1.0)]
    verdict = JUDGE.decide(
        "Quand ?", hits, [Reading((Span(0, 5, 1.0),), 0.0), Reading((Span(0, 5, 3.0),), 0.0)]
    )
    assert verdict.best is not None and (verdict.best.text, verdict.best.passage) == ("mardi", 1)
    assert verdict.rival is not None and verdict.rival.text == "lundi"


def test_passages_that_agree_support_each_other():
    one = JUDGE.decide("Quand ?", [hit(0, "lundi matin")], [Reading((Span(0, 5, 1.0),), 0.0)])
    two = JUDGE.decide(
        "Quand ?",
        [hit(0, "lundi matin"), hit(1, "le lundi")],
        [Reading((Span(0, 5, 1.0),), 0.0), Reading((Span(0, 8, 0.9),), 0.0)],
    )
    assert two.confidence > one.confidence
    assert two.rival is None and two.holding(1, "le lundi") == (3, 8)


@pytest.mark.parametrize(
    ("text", "span", "place"),
    [
        ("Doucet a gagné.", (0, 6), None),  # part of the answer is not the answer
        ("Hier, M. Grégory Doucet, élu.", (6, 23), (9, 23)),
        ("Grégory Doucetin a gagné.", (0, 16), None),
        ("Grégory Doucet est né. Grégory Doucet a gagné.", (23, 37), (23, 37)),
        ("Grégory Doucet est né. Doucet a gagné.", (23, 29), None),  # said elsewhere, about something else
    ],
)
def test_a_passage_holds_the_very_words_of_the_answer_or_nothing(text, span, place):
    hits = [hit(0, "Grégory Doucet a gagné."), hit(1, text)]
    read = [Reading((Span(0, 14, 3.0),), 0.0), Reading((Span(*span, 1.0),), 0.0)]
    verdict = JUDGE.decide("Qui a gagné ?", hits, read)
    assert verdict.holding(0, hits[0].stored.passage.text) == (0, 14)
    assert verdict.holding(1, text) == place


def test_no_span_at_all_is_no_confidence():
    verdict = JUDGE.decide("Quand ?", [hit(0, "")], [Reading((), -20.0)])
    assert verdict.best is None and verdict.confidence == 0.0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Élysée", "l'Elysee", True),
        ("12 mars 2019", "le 12 mars", True),
        ("12 mars", "13 mars", False),
        ("20 euros", "20 millions d'euros", False),
        ("1 000", "1 000 000", False),
        ("20", "20 personnes", True),
        ("Grégory Doucet", "M. Grégory Doucet", True),
        ("Doucet, de Grégory", "Grégory Doucet", False),
        ("", "lundi", False),
    ],
)
def test_same_answer(one, other, same):
    assert same_answer(one, other) is same


def test_fusion_puts_a_shared_winner_first_and_weighs_by_the_question():
    cosines = np.array([0.90, 0.89, 0.80, 0.79, 0.78, 0.77], np.float32)
    words = np.array([12.0, 2.0, 0.0, 0.0, 0.0, 0.0], np.float32)
    assert Fusion.bundled().scores(cosines, words, 4).argmax() == 0
    rows = features(cosines, words, 4)
    assert rows.shape == (6, len(FEATURES))
    assert rows[0, 0] == 0 and rows[0, 1] == pytest.approx(1.0)
    # The same shares weigh more where each word of the question brought more.
    assert features(cosines, words, 2)[0, 3] > rows[0, 3]


def test_fusion_without_any_shared_word_keeps_the_order_of_meaning():
    cosines = np.array([0.7, 0.9, 0.8], np.float32)
    scores = Fusion.bundled().scores(cosines, np.zeros(3, np.float32), 0)
    assert list(np.argsort(-scores)) == [1, 2, 0]


def test_names_are_found_across_accents_and_inflection():
    assert names_covered("Quand Amazon a-t-il suspendu Rekognition en 2019 ?", TEXT) == pytest.approx(2 / 3)
    assert names_covered("les élections à Nîmes en 2018", "l'election a nimes, 2018") == 1.0
    assert names_covered("où part le train ?", TEXT) == 1.0


def test_a_length_penalty_parts_two_answers_of_one_sentence():
    places = offsets_of(TEXT)
    starts, ends = np.full((2, len(places)), -5.0, np.float32)
    starts[0], ends[0] = 4.0, 2.0  # Mercredi
    ends[-1] = 3.0  # … un an.
    plain, fined = (best_spans(TEXT, places, starts[:, None] + ends, 0.0, p)[0] for p in (0.0, 0.2))
    assert TEXT[plain.start : plain.end].endswith("un an")
    assert TEXT[fined.start : fined.end] == "Mercredi"
