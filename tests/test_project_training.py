"""The training loop and the way back from a shipped graph: what a retraining stands on."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from index.model import loop
from qa.model import written


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


def test_every_written_question_is_read_from_its_file():
    for name in ("news-questions.jsonl", "wiki-questions.jsonl", "afriqa-questions.jsonl"):
        rows = [json.loads(line) for line in (written.FOLDER / name).read_text(encoding="utf-8").splitlines()]
        assert len({(row["id"], row["q"]) for row in rows}) == len(rows) > 2000
        assert all(row.keys() == {"id", "q", "a", "style"} for row in rows)
        assert all((row["style"] == "impossible") == (not row["a"]) for row in rows)
