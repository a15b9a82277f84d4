"""Follow-up questions: completed from what came before, shown as understood, and nothing else is touched."""

import json
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.encoder import load_encoder
from index.writer import add_documents
from qa.answer import Answer
from qa.answerer import Answerer
from qa.conversation import Turn, understand
from qa.question import LONGEST
from qa.questions import read_questions
from tests.ui_browser import Tab, chromium
from tests.ui_support import FakeAnswerer, serving
from ui.api import create_app
from ui.settings import Settings
from ui.starter import seed_documents
from ui.text import FRENCH
from ui.typography import typeset

SEEDS = Path(__file__).parents[1] / "seeds"
CONVERSATIONS = json.loads((SEEDS / "conversations.json").read_text(encoding="utf-8"))["conversations"]
AMAZON = Turn("Quand Amazon a-t-il suspendu Rekognition ?", "Mercredi")
GOOGLE = Turn("Qui est le patron de Google ?", "Sundar Pichai")
FLOYD = Turn("Comment George Floyd est-il mort ?", "asphyxié par un policier blanc")
BAN = Turn("Quelle entreprise a interdit Rekognition à la police ?", "Amazon")
ACLU = Turn("Quand l'ACLU a-t-elle lancé son appel ?", "mercredi")
LIGHT = Turn("Où se dresse le phare du Créac’h ?", "sur l’île d’Ouessant")
ENGLISH = Turn("When did Amazon stop the police from using Rekognition?", "Mercredi")


def turns(conversation):
    return [Turn(question, answer) for question, answer in conversation["history"]]


@pytest.mark.parametrize(
    ("before", "asked", "understood"),
    [
        (AMAZON, "Pourquoi ?", "Pourquoi Amazon a-t-il suspendu Rekognition ?"),
        (AMAZON, "et depuis quand", "Depuis quand Amazon a-t-il suspendu Rekognition ?"),
        (AMAZON, "Et Microsoft ?", "Quand Microsoft a-t-il suspendu Rekognition ?"),
        (AMAZON, "Et en France ?", "Quand Amazon a-t-il suspendu Rekognition en France ?"),
        (AMAZON, "Qu’en est-il de Google ?", "Quand Google a-t-il suspendu Rekognition ?"),
        (AMAZON, "Que lui reproche-t-on ?", "Que reproche-t-on à Amazon ?"),
        (AMAZON, "Est-ce qu'il a tout dit ?", "Est-ce qu'Amazon a tout dit ?"),
        (GOOGLE, "Et depuis quand ?", "Depuis quand Sundar Pichai est le patron de Google ?"),
        (GOOGLE, "Et d'Amazon ?", "Qui est le patron d'Amazon ?"),
        (GOOGLE, "Et le patron d'IBM ?", "Qui est le patron d'IBM ?"),
        (GOOGLE, "Qu'a-t-il dit à Bruxelles ?", "Sundar Pichai, qu'a-t-il dit à Bruxelles ?"),
        (GOOGLE, "Quel est son âge ?", "Quel est l'âge de Sundar Pichai ?"),
        (GOOGLE, "Où est sa maison de campagne ?", "Où est la maison de campagne de Sundar Pichai ?"),
        (GOOGLE, "Que proposent-ils ?", "Google, que proposent-ils ?"),
        (GOOGLE, "What is his age?", "What is Sundar Pichai's age?"),
        (FLOYD, "Quel âge avait-il ?", "Quel âge George Floyd avait-il ?"),
        (FLOYD, "ou est il mort", "Ou George Floyd est il mort ?"),
        (BAN, "Pour quelle durée ?", "Pour quelle durée Amazon a interdit Rekognition à la police ?"),
        (BAN, "Et IBM ?", "IBM a interdit Rekognition à la police ?"),
        (BAN, "Qui l'a annoncé ?", "Qui l'a annoncé (Amazon a interdit Rekognition à la police) ?"),
        (ACLU, "Contre quoi milite-t-elle ?", "Contre quoi l'ACLU milite-t-elle ?"),
        (LIGHT, "Quand a-t-il été rallumé ?", "Quand le phare du Créac’h a-t-il été rallumé ?"),
        (LIGHT, "Quelle est sa hauteur ?", "Quelle est la hauteur de Créac’h ?"),
        (LIGHT, "Où est-elle mentionnée ?", "Où Créac’h est-elle mentionnée ?"),
        (ENGLISH, "And Microsoft?", "When did Microsoft stop the police from using Rekognition?"),
        (ENGLISH, "Why?", "Why did Amazon stop the police from using Rekognition?"),
    ],
)  # fmt: skip
def test_a_follow_up_is_completed(before, asked, understood):
    assert understand(asked, [before]) == understood


@pytest.mark.parametrize(
    "asked",
    [
        "Et quand Microsoft a-t-il parlé ?",
        "Quelle entreprise a-t-elle interdit Rekognition à la police ?",
        "Combien y a-t-il d'articles ?",
        "Faut-il une loi ?",
        "Que s'est-il passé mercredi ?",
        "Est-il possible d'acheter Rekognition ?",
        "Quelle heure est-il ?",
        "Qui a vendu sa maison ?",
        "quand apple a vendu ses parts",
        "Pourquoi les entreprises veulent-elles qu'il y ait une loi ?",
        "Où est-il né, George Floyd ?",
        "Microsoft ?",
        "IBM vente logiciels",
        "Et la suite de cette affaire est-elle connue ?",
        "Que fait la police quand elle arrive ?",
        "Who sold his house?",
        "Quel film a-t-il réalisé ensuite ?",
    ],
)
def test_what_stands_alone_or_is_doubtful_is_left_alone(asked):
    for before in (AMAZON, GOOGLE, FLOYD, ENGLISH):
        assert understand(asked, [before]) is None


def test_no_question_of_the_seed_is_altered_by_any_other():
    questions = [question.text for question in read_questions(SEEDS / "questions.json").questions]
    histories = [[Turn(each, "Sundar Pichai")] for each in questions] + [
        [AMAZON, GOOGLE, FLOYD],
        [ENGLISH, BAN],
    ]
    altered = {q for history in histories for q in questions if understand(q, history) is not None}
    assert not altered


def test_without_history_or_hints_nothing_is_made_up():
    for asked in ("Pourquoi ?", "Où est-il mort ?", "Et Microsoft ?"):
        assert understand(asked, []) is None
    assert understand("Où est-il mort ?", [Turn("combien ça coûte")]) is None
    assert understand("Pourquoi ?", [Turn("Quand ?")]) is None


def test_follow_ups_of_follow_ups_lead_back():
    history = [GOOGLE, Turn("Et de Microsoft ?"), Turn("Et pourquoi ?")]
    assert understand("Et d'Amazon ?", history[:2]) == "Qui est le patron d'Amazon ?"
    assert understand("Et Amazon ?", history) == "Pourquoi est le patron d'Amazon ?"


def test_what_would_be_too_long_is_left_alone():
    assert understand("Pourquoi ?", [Turn("Quand Amazon " + "très " * 200 + "a-t-il parlé ?")]) is None


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=80),
    st.lists(st.tuples(st.text(max_size=80), st.none() | st.text(max_size=30)), max_size=4),
)
def test_any_text_is_survived_and_what_is_made_is_a_question(asked, history):
    made = understand(asked, [Turn(*each) for each in history])
    assert made is None or (made.strip() and len(made) <= LONGEST)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "et qui l'a quand il a-t-il son Amazon ? pourquoi de quel âge fait Google elle".split()
        )
    )
)
def test_any_words_are_survived(words):
    for before in (AMAZON, GOOGLE, BAN):
        understand(" ".join(words), [before])


@pytest.fixture(scope="module")
def answerer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("conversation") / "corpus"
    add_documents(folder, seed_documents(), load_encoder())
    return Answerer.open(folder)


def test_the_seed_conversations_are_understood_and_found(answerer):
    """With the real models: what answers stands in the passage shown first, and without history less does."""
    alone = 0
    for conversation in CONVERSATIONS:
        answer = answerer.ask(conversation["asked"], history=turns(conversation))
        assert answer.understood == conversation["understood"]
        assert answer.question == conversation["asked"]
        if conversation["found"]:
            assert conversation["found"] in answer.passages[0].text, conversation["asked"]
            alone += conversation["found"] in answerer.ask(conversation["asked"]).passages[0].text
    assert alone < sum(bool(each["found"]) for each in CONVERSATIONS)


def test_history_answers_what_the_question_alone_does_not(answerer):
    asked, history = "Et pour combien de temps ?", [AMAZON]
    assert answerer.ask(asked).understood is None
    assert "un an" in (answerer.ask(asked, history=history).answer or "")
    same = answerer.ask("Qui est le patron de Google ?", history=history)
    assert same.understood is None and same.answer == answerer.ask("Qui est le patron de Google ?").answer


class Understanding(FakeAnswerer):
    """Complete follow-ups as the real answerer does."""

    def ask(self, question, *, k=5, lang="fr", history=()):
        understood = understand(question, history)
        found = super().ask(understood or question, k=k, lang=lang, history=history)
        known = {name: getattr(found, name) for name in found.__slots__}
        return Answer(**known | {"question": question, "understood": understood})


@pytest.fixture(scope="module")
def address():
    with serving(create_app(Understanding(), Settings(per_minute=0))) as address:
        yield address


@pytest.mark.parametrize(
    "history",
    [
        [AMAZON.question],
        [{"question": AMAZON.question, "answer": "Mercredi"}],
        [{"question": AMAZON.question}],
    ],
)
def test_the_api_says_what_it_understood(address, history):
    body = {"question": "Et pour combien de temps ?", "history": history}
    reply = httpx.post(f"{address}/api/v1/ask", json=body).json()
    assert reply["understood"] == "Pour combien de temps Amazon a-t-il suspendu Rekognition ?"
    assert reply["answer"] == "un an" and reply["question"] == body["question"]
    assert httpx.post(f"{address}/api/v1/ask", json={"question": "Qui ?"}).json()["understood"] is None


@pytest.mark.parametrize(
    "history", [["\x00"], [{"question": "Qui ?", "answer": "a\x00"}], [{"answer": "x"}], [3]]
)
def test_a_history_that_cannot_be_read_is_refused(address, history):
    reply = httpx.post(f"{address}/api/v1/ask", json={"question": "Qui ?", "history": history})
    assert reply.status_code == 422


@pytest.mark.browser
def test_the_page_and_the_widget_carry_on_a_conversation_and_show_what_was_understood(address):
    with chromium() as browser:
        tab = Tab(browser, reduced_motion="reduce")
        tab.open(address)
        tab.ask("Combien de temps Amazon interdit-il Rekognition à la police ?")
        card = tab.ask("Et Microsoft ?")
        understood = "Combien de temps Microsoft interdit-il Rekognition à la police ?"
        assert card.locator(".rep-understood").inner_text() == FRENCH.understood.format(
            question=typeset(understood)
        )
        assert tab.violations() == {}
        tab.page.wait_for_url("**Microsoft*")
        tab.page.goto(f"{address}/embed")
        widget = tab.page.locator("repondeur-widget")
        for question in ("Combien de temps Amazon interdit-il Rekognition à la police ?", "Et Microsoft ?"):
            widget.locator("input").fill(question)
            widget.locator("input").press("Enter")
            widget.locator(".asked", has_text=question).wait_for()
        assert typeset(understood) in widget.locator(".understood").inner_text()
        assert not tab.errors
