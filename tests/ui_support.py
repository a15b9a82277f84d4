"""A corpus in memory and an answerer that finds words, for tests of what is shown and served."""

import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

import uvicorn

from index.document import Document
from qa.answer import Abstention, Answer, Evidence, Reason, Timings
from qa.dates import when_in

AMAZON = (
    "Depuis la mort de George Floyd, les entreprises réagissent. Mercredi, Amazon a décidé d'interdire à la "
    "police d'utiliser son logiciel de reconnaissance faciale Rekognition pendant un an. IBM avait déjà "
    "annoncé lundi suspendre la vente de logiciels similaires."
)
HOSTILE = (
    '<script>window.hacked=1</script><img src=x onerror="window.hacked=1"> ${window.hacked=1} {{hacked}}'
)


def document(name="amazon", text=AMAZON, **more):
    return Document(name, text, **{"title": "Amazon et la police", "date": "2020-06-11", **more})


@dataclass
class Shelf:
    held: dict[str, Document]
    generation: int = 1

    @property
    def manifest(self):
        counts = SimpleNamespace(documents=len(self.held), passages=len(self.held))
        return SimpleNamespace(counts=counts, generation=self.generation)

    def document(self, document_id):
        return self.held[document_id]

    def documents(self):
        return iter(self.held.values())


@dataclass
class FakeAnswerer:
    """Answer « un an » to combien and « Mercredi » to quand, where the text holds it; take `seconds`."""

    corpus: Shelf = field(default_factory=lambda: Shelf({"amazon": document()}))
    seconds: float = 0.0
    asked: list = field(default_factory=list)

    def refreshed(self):
        return self

    def ask(self, question, *, k=5, lang="fr", history=()):
        self.asked.append((question, k, lang, tuple(history)))
        time.sleep(self.seconds)
        passages = tuple(evidence(each, question) for each in self.corpus.held.values())[:k]
        timings = Timings(1.0, 1.0, 2.0)
        found = next((each for each in passages if each.answer_start is not None), None)
        if found is None:
            message = "Rien." if lang == "fr" else "Nothing."
            abstention = Abstention(Reason.NO_ANSWER_IN_PASSAGES, message)
            return Answer(question, None, 0.1, abstention, passages, timings)
        start, end = found.answer_start - found.start, found.answer_end - found.start
        period = when_in(found.text, start, end, found.date)
        return Answer(question, found.text[start:end], 0.87, None, passages, timings, when=period)


class Held(FakeAnswerer):
    """Answer only when told to."""

    def __init__(self):
        super().__init__()
        self.go = threading.Event()

    def ask(self, *args, **kwargs):
        self.go.wait(100)
        return super().ask(*args, **kwargs)


def evidence(doc, question):
    asked = question.lower()
    answer = "un an" if "combien" in asked else "Mercredi" if asked.startswith("quand") else ""
    start = doc.text.find(answer) if answer else -1
    span = (start, start + len(answer)) if start >= 0 else (None, None)
    return Evidence(
        doc.id, doc.sha256, doc.title, doc.source, doc.date, 0, len(doc.text), doc.text, 0.9, *span
    )


@contextmanager
def serving(app, port=0):
    """Run the application on a port of this machine, 0 for any free one, in a thread; yield its address."""
    listening = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
