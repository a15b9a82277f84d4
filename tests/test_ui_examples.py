"""Examples on the page: made from the corpus, shown only where the reader proves them, else none."""

from dataclasses import replace

import pytest

from index.document import Document
from index.encoder import load_encoder
from index.writer import add_documents
from qa.answer import Abstention, Answer, Evidence, Reason, Timings
from qa.answerer import Answerer
from ui.examples import CONFIDENT, Draft, drafts, proven
from ui.starter import EXAMPLES, examples, seed_documents

ARTICLES = {
    "tesla": "Elon Musk, le patron de Tesla, a parlé mardi devant des clients.",
    "senat": "La séance a repris. Selon le président du Sénat, Gérard Larcher, la loi attendra.",
    "sigle": "La Federal Trade Commission (FTC) a ouvert une enquête.",
    "phare": "Le phare du Créac'h a été allumé pour la première fois en 1863.",
    "ville": "La commune de Plougastel compte 13 400 habitants. Elle est connue pour ses fraises.",
    "head": "Tim Cook, head of Apple, said so on Monday.",
    "rien": "Il pleut. On dit que cela durera. Voilà tout, écrit Danielle Simonnet (LFI).",
}
MADE = [
    ("Qui est le patron de Tesla ?", "Elon Musk"),
    ("Qui est le président du Sénat ?", "Gérard Larcher"),
    ("Que veut dire FTC ?", "La Federal Trade Commission"),
    ("Quand le phare du Créac'h a-t-il été allumé ?", "en 1863"),
    ("Combien d'habitants compte la commune de Plougastel ?", "13 400"),
    ("Who is the head of Apple?", "Tim Cook"),
]


def held():
    return [Document(name, text, name) for name, text in ARTICLES.items()]


def test_plain_sentences_become_the_questions_they_answer():
    assert [(each.question, each.answer) for each in drafts(held())] == MADE


def answer(said="Elon Musk", confidence=0.9, document="tesla"):
    place = Evidence(document, "0" * 64, "", "", None, 0, 10, "x" * 10, 1.0, 0, 9)
    return Answer("?", said, confidence, None, (place,), Timings(1, 1, 2))


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (answer(), True),
        (answer("le patron, Elon Musk"), True),
        (answer(confidence=CONFIDENT - 0.01), False),
        (answer("Jeff Bezos"), False),
        (answer(document="autre"), False),
        (replace(answer(), answer=None, abstention=Abstention(Reason.NO_ANSWER_IN_PASSAGES, "Rien.")), False),
    ],
)
def test_only_what_is_answered_as_meant_is_shown(found, shown):
    draft = Draft("Qui est le patron de Tesla ?", "Elon Musk", "tesla")
    assert proven([draft], lambda _: found, most=4, seconds=60) == ((draft.question,) if shown else ())


def test_a_slow_machine_shows_fewer_and_never_waits_longer():
    now = [0.0]

    def slow(_):
        now[0] += 0.8
        return answer()

    many = (Draft(f"Question {n} ?", "Elon Musk", "tesla") for n in range(100))
    assert len(proven(many, slow, most=4, seconds=2, clock=lambda: now[0])) == 3
    asked = []
    silent = replace(answer(), confidence=0.0)
    many = (Draft(f"Question {n} ?", "Elon Musk", "tesla") for n in range(100))
    assert proven(many, lambda each: asked.append(each) or silent, most=4, seconds=60) == ()
    assert len(asked) == 16


def test_a_corpus_of_ones_own_gets_examples_that_it_answers(tmp_path):
    add_documents(tmp_path / "own", held(), load_encoder())
    answerer = Answerer.open(tmp_path / "own")
    shown = proven(drafts(answerer.corpus.documents()), answerer.ask, most=EXAMPLES, seconds=600)
    assert shown and set(shown) <= {question for question, _ in MADE}
    assert all(answerer.ask(question).answer for question in shown)
    assert set(examples(answerer)) <= set(shown)
    assert examples(Answerer.open(tmp_path / "own", reader="none")) == ()


def test_the_seed_shows_its_own_and_each_is_answered(tmp_path):
    add_documents(tmp_path / "seed", seed_documents(), load_encoder())
    answerer = Answerer.open(tmp_path / "seed")
    shown = examples(answerer)
    assert len(shown) == EXAMPLES and all(answerer.ask(question).answer for question in shown)
    assert len(examples(Answerer.open(tmp_path / "seed", reader="none"))) == EXAMPLES
