"""The training loop and the way back from a shipped graph: what a retraining stands on."""

import gzip
import hashlib
import json

import numpy as np
import pytest
import torch
from torch import nn

from index.model import loop
from qa.model import written
from qa.model.excerpt import excerpt


def regression(folder, steps, *, stop=None):
    """Fit y = 2x with the loop; a `stop` raises there, as a kill would."""
    torch.manual_seed(3)
    model = nn.Linear(1, 1)

    def ready(step):
        return torch.tensor([[float(step % 7)]])

    def loss(x):
        ready.seen += 1
        if stop is not None and ready.seen > stop:
            raise KeyboardInterrupt
        return ((model(x) - 2 * x) ** 2).mean()

    ready.seen = 0
    loop.train(model, range(steps), ready, loss, folder / "m.pt", rate=0.05, warm=5, end=0.1)
    return model


def test_a_resumed_run_ends_where_an_unbroken_one_does(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole = regression(tmp_path / "a", 260)
    with pytest.raises(KeyboardInterrupt):
        regression(tmp_path / "b", 260, stop=150)
    resumed = regression(tmp_path / "b", 260)
    assert torch.equal(whole.weight, resumed.weight)
    assert abs(whole.weight.item() - 2) < 0.2


def test_the_shipped_reader_comes_back_to_torch():
    """The restored weights, run in torch, give what the shipped graph gives, to int8's error."""
    pytest.importorskip("onnx", reason="needs the extra `model`, with which the graphs are written")
    from index.model import bert
    from index.model.restore import restore
    from qa.bundled_reader import FOLDER, BundledReader
    from qa.model.span import SpanReader

    state = restore(FOLDER / "reader.onnx")
    model = SpanReader(bert.Transformer(384, 12, 12, 1536, 1e-12)).eval()
    model.load_state_dict(state)
    reader = BundledReader()
    batch = reader._words.batch([list(range(5, 60))])
    pairs, answerable = reader._session.run(["pairs", "answerable"], batch)
    with torch.inference_mode():
        made = model.pairs(*map(torch.from_numpy, (batch["words"], batch["mask"])))
    assert np.corrcoef(pairs.ravel(), made[0].numpy().ravel())[0, 1] > 0.99
    assert answerable == pytest.approx(made[1].numpy(), abs=1)


@pytest.mark.parametrize(
    ("answer", "question", "where"),
    [
        ("trois", "Combien de chiens avait le berger ?", "trois chiens"),
        ("trois", "Combien d'œufs la poule pond-elle ?", "trois œufs"),
        ("un", "De quelle couleur est le chien ?", "un noir"),
    ],
)
def test_an_answer_that_stands_twice_is_placed_where_the_question_is(answer, question, where):
    text = "Chacune pond trois œufs, la poule." + " ." * 100 + " Le berger avait trois chiens, dont un noir."
    assert written.place(text, answer, question) == text.index(where)


def test_an_answer_that_the_text_lacks_is_named():
    with pytest.raises(ValueError, match="quatre"):
        written.place("La poule pond trois œufs.", "quatre", "Combien ?")


WRITTEN = {
    "news-questions.jsonl": 11_000,
    "wiki-questions.jsonl": 6000,
    "afriqa-questions.jsonl": 2000,
    "piaf-paraphrases.jsonl": 5000,
    "news-paraphrases.jsonl": 2500,
    "check-questions.jsonl": 480,
}


def rows_of(name):
    return [json.loads(line) for line in (written.FOLDER / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("name", "least"), WRITTEN.items())
def test_every_written_question_is_read_from_its_file(name, least):
    rows = rows_of(name)
    placed = {"at"} if "paraphrases" in name else set()
    # PIAF itself asks some questions twice, of two answers in one context.
    asked = {(row["id"], row["q"], row.get("at")) for row in rows}
    assert len(asked) == len(rows) >= least
    assert all(row.keys() == {"id", "q", "a", "style"} | placed for row in rows)
    assert all((row["style"] == "impossible") == (not row["a"]) for row in rows)


def test_what_is_measured_on_is_not_learned_from():
    """No article of the questions to check on, nor of those around them, is one of those trained on."""
    check = {row["id"] for row in rows_of("check-questions.jsonl")}
    learned = {
        row["id"] for name in ("news-questions", "news-paraphrases") for row in rows_of(f"{name}.jsonl")
    }
    assert len(check) == 120 and not check & learned
    listed = (written.FOLDER / "check-articles.txt").read_text(encoding="utf-8").split()
    assert len(set(listed)) == 960 and check <= set(listed) and not learned & set(listed)


def test_a_paraphrase_has_its_answer_where_it_is_said_to_be(tmp_path):
    context = {"context": "Un chat noir. Un chien noir.", "qas": []}
    texts, key = tmp_path / "piaf.json", hashlib.sha256(context["context"].encode()).hexdigest()[:16]
    texts.write_text(json.dumps({"data": [{"title": "", "paragraphs": [context]}]}), encoding="utf-8")
    row = {"id": key, "q": "De quelle teinte est le chat ?", "a": ["noir"], "at": 23, "style": "paraphrase"}
    (tmp_path / "p.jsonl").write_text(json.dumps(row), encoding="utf-8")
    made = written.squad(tmp_path / "p.jsonl", texts)
    assert made["data"][0]["paragraphs"][0]["qas"][0]["answers"] == [{"text": "noir", "answer_start": 23}]


def test_articles_are_written_in_the_order_of_their_list(tmp_path):
    lines = [json.dumps({"id": f"os{n}", "text": "Un texte."}) for n in range(4)]
    with gzip.open(tmp_path / "c.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(lines))
    (tmp_path / "l.txt").write_text("os3\nos1\n", encoding="utf-8")
    assert excerpt(tmp_path / "l.txt", tmp_path / "c.jsonl.gz", tmp_path / "o.jsonl") == 2
    assert (tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines() == [lines[3], lines[1]]
    (tmp_path / "l.txt").write_text("os3\nos9\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="no article 'os9'"):
        excerpt(tmp_path / "l.txt", tmp_path / "c.jsonl.gz", tmp_path / "o.jsonl")
