"""A question set about invented people, and its evaluation with the toy answerer."""

from index.document import Document
from qa.evaluate import Options, evaluate
from qa.questions import Gold, Question, QuestionSet
from qa.relevance import find_gold
from qa.summary import summarise
from tests.toy_answerer import ToyAnswerer

TOWNS = ["Vroncourt", "Marseille", "Paris", "Nantes", "Lyon", "Rennes", "Dijon", "Tours", "Brest", "Nancy"]


def question_set(count=60):
    """Make articles about people: each has two answerable questions and one that nothing answers."""
    questions, documents = [], []
    for number in range(count // 3):
        name, town = f"Jeanne{number:03d}", TOWNS[number % len(TOWNS)]
        text = f"{name} naquit dans la commune de {town}. Elle exerça ensuite comme institutrice. "
        documents.append(Document(f"d{number}", text * 2, title=name))
        golds = (Gold(town, text.index(town)),)
        shared = {"document_ids": (f"d{number}",), "context": text * 2, "group": f"d{number}"}
        who = name if number % 3 else "cette dame"
        questions += [
            Question(f"{number}-a", f"Dans quelle commune naquit {who} ?", golds, style="plain", **shared),
            Question(
                f"{number}-b", f"Où cette {name} vint-elle donc au monde ?", golds, style="other", **shared
            ),
            Question(f"{number}-c", "Combien coûte une baguette ?", (), style="plain", **shared),
        ]
    return QuestionSet("people", "0" * 64, tuple(questions), tuple(documents))


SET = question_set()
OPTIONS = Options(resamples=300)


def report_of(threshold=0.35, questions=SET, options=OPTIONS, answerer=None):
    answerer = answerer or ToyAnswerer(questions.documents, size=400, threshold=threshold)
    gold = find_gold(questions.questions, questions.documents)
    return summarise(evaluate(questions, answerer, gold, options), options, {"corpus": {}})
