"""Draw the pictures of docs/images, and more to look at, from the real product over the seed article.

    python -m tests.screenshots [docs/images] [--all]

Needs Chromium. The article has no headline, date or address of its own; here it gets them, as a site's would
have. With --all every state comes out: errors, feedback, documents, waiting, quota, no server, phone, themes.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import click
import httpx

from index.document import Document
from index.encoder import load_encoder
from index.writer import add_documents, remove_documents
from qa.answerer import Answerer
from tests.ui_browser import BOX, Tab, chromium
from tests.ui_support import FakeAnswerer, Held, serving
from ui.api import create_app
from ui.editor import Editor
from ui.settings import Settings
from ui.starter import examples, seed_documents

QUESTION = "Quand Amazon a-t-il suspendu Rekognition ?"
FOLLOW_UP = "Et pour combien de temps ?"
UNKNOWN = "Quel âge avait George Floyd ?"
TOKEN = "jeton"  # noqa: S105
DESKTOP, PHONE = {"width": 1180, "height": 1080}, {"width": 390, "height": 844}
TITLE = "Reconnaissance faciale : Microsoft ne vendra pas sa technologie à la police"
SOURCE = "https://journal.example/reconnaissance-faciale"
SHELF = (
    Document(
        "phares/creach.md",
        "Le phare du Créac'h se dresse à Ouessant depuis 1863.",
        "Le Créac'h",
        date="2021-08-01",
    ),
    Document("phares/jument.md", "Le phare de la Jument date de 1911.", "La Jument", date="2020-02-11"),
    Document("notes/reunion.txt", "La réunion du conseil portait sur la digue.", "Réunion du conseil"),
)


@contextmanager
def product(*, admin: bool) -> Iterator[str]:
    """Serve the seed article with everything switched on; yield the address."""
    with tempfile.TemporaryDirectory() as folder:
        corpus, encoder = Path(folder) / "corpus", load_encoder()
        articles = [replace(each, title=TITLE, date="2020-06-11", source=SOURCE) for each in seed_documents()]
        add_documents(corpus, [*articles, *(SHELF if admin else ())], encoder)
        answerer = Answerer.open(corpus)
        settings = Settings(
            examples=examples(answerer), per_minute=0, feedback=Path(folder) / "opinions.sqlite",
            admin_token=TOKEN if admin else "",
        )  # fmt: skip
        with serving(create_app(answerer, settings, editor=Editor(corpus, encoder))) as address:
            yield address


class Camera:
    """Take pictures of pages in a browser."""

    def __init__(self, browser, folder, address):
        self.browser, self.folder, self.address = browser, folder, address

    @contextmanager
    def tab(self, name, path="/", size=DESKTOP, scheme="light"):
        """Yield a tab, and keep what it shows in the end."""
        tab = Tab(
            self.browser, viewport=size, color_scheme=scheme, reduced_motion="reduce", device_scale_factor=1.5
        )
        tab.page.goto(self.address + path)
        yield tab
        tab.page.evaluate("scrollTo(0, 0)")
        tab.page.screenshot(path=self.folder / f"{name}.png")
        click.echo(f"{name}.png")
        tab.context.close()

    def asked(self, name, *questions, path="/", **more):
        """Ask some questions on the page."""
        with self.tab(name, path, **more) as tab:
            tab.open(self.address + path)
            for question in questions:
                card = tab.ask(question)
            return card


def shown(camera: Camera) -> None:
    """Draw what the README shows."""
    camera.asked("page-fr", QUESTION)
    camera.asked("abstention-fr", UNKNOWN)
    camera.asked("page-en-dark-phone", "Who is the head of Google?", path="/en/", size=PHONE, scheme="dark")
    with camera.tab("widget", "/widget/demo") as tab:
        ask_widget(tab, QUESTION)


def ask_widget(tab, question):
    """Ask in the widget that is part of the page."""
    widget = tab.page.locator("repondeur-widget").first
    widget.locator("input").first.fill(question)
    widget.locator("input").first.press("Enter")
    widget.locator(".asked", has_text=question).first.wait_for()
    return widget


def states(camera: Camera) -> None:
    """Draw every other state."""
    camera.asked("follow-up", QUESTION, FOLLOW_UP)
    camera.asked("follow-up-dark-phone", QUESTION, FOLLOW_UP, size=PHONE, scheme="dark")
    camera.asked("abstention-dark-phone", UNKNOWN, size=PHONE, scheme="dark")
    camera.asked("error", "x" * 1001)
    for scheme, size in (("light", DESKTOP), ("dark", PHONE)):
        name = f"{scheme}-{'phone' if size is PHONE else 'desktop'}"
        with camera.tab(f"start-{name}", size=size, scheme=scheme) as tab:
            tab.open(camera.address)
        with camera.tab(f"feedback-{name}", size=size, scheme=scheme) as tab:
            tab.open(camera.address)
            tab.ask(QUESTION).locator("[data-opinion=down]").click()
            tab.page.locator(".rep-remark textarea").fill("Il manque la date exacte.")
        with camera.tab(f"widget-{name}", "/widget/demo", size, scheme) as tab:
            tab.page.locator(".bubble").click()
            dialog = tab.page.locator("repondeur-widget").nth(1)
            for question in (QUESTION, FOLLOW_UP):
                dialog.locator("input").first.fill(question)
                dialog.locator("input").first.press("Enter")
                dialog.locator(".asked", has_text=question).first.wait_for()
            dialog.locator("[data-opinion=up]").click()
            dialog.locator(".judge p", has_text="Merci").wait_for()
        with camera.tab(f"article-{name}", size=size, scheme=scheme) as tab:
            tab.open(camera.address)
            tab.ask(QUESTION).locator("[data-see]").first.click()
            tab.page.frame_locator("dialog iframe").locator("mark#passage").wait_for()


def documents(camera: Camera) -> None:
    """Draw the documents page."""
    for scheme, size in (("light", DESKTOP), ("dark", PHONE)):
        name = f"{scheme}-{'phone' if size is PHONE else 'desktop'}"
        with camera.tab(f"documents-door-{name}", "/documents?lang=fr", size, scheme):
            pass
        with camera.tab(f"documents-{name}", "/documents?lang=fr", size, scheme) as tab:
            page = tab.page
            page.fill("#token", TOKEN)
            page.keyboard.press("Enter")
            page.locator("#list li").first.wait_for()
            page.set_input_files("#files", [
                {"name": "stiff.txt", "mimeType": "text/plain", "buffer": b"Le phare du Stiff date de 1700."},
                {"name": "photo.png", "mimeType": "image/png", "buffer": b"x"},
            ])  # fmt: skip
            page.locator("[data-good=false]").wait_for()
            page.locator("[data-good=true]").wait_for()
        with camera.tab(f"documents-remove-{name}", "/documents?lang=fr", size, scheme) as tab:
            tab.page.fill("#token", TOKEN)
            tab.page.keyboard.press("Enter")
            tab.page.locator("#list button").first.click()
            tab.page.get_by_role("dialog").wait_for()
        camera.asked(f"tabs-{name}", QUESTION, size=size, scheme=scheme)


def hardships(browser, folder: Path, scheme: str, size: dict[str, int]) -> None:
    """Draw what is shown when there is no answer to come, or not yet."""
    look = {"scheme": scheme, "size": size}
    name = f"{scheme}-{'phone' if size is PHONE else 'desktop'}"
    held = Held()
    with serving(create_app(held, Settings(per_minute=0))) as address:
        camera = Camera(browser, folder, address)
        with camera.tab(f"waiting-{name}", f"/?{httpx.QueryParams({'q': QUESTION})}", **look) as tab:
            tab.page.locator("#rep-wait .rep-pending").wait_for()
        held.go.set()
    full = Settings(per_minute=1)
    with serving(create_app(FakeAnswerer(), full)) as address:
        Camera(browser, folder, address).asked(f"quota-{name}", QUESTION, FOLLOW_UP, **look)
    with tempfile.TemporaryDirectory() as corpus:
        encoder, where = load_encoder(), Path(corpus) / "corpus"
        add_documents(where, SHELF[:1], encoder)
        remove_documents(where, [SHELF[0].id], encoder)
        with serving(create_app(Answerer.open(where), Settings())) as address:
            Camera(browser, folder, address).asked(f"empty-{name}", QUESTION, **look)
    with ExitStack() as server:
        address = server.enter_context(serving(create_app(FakeAnswerer())))
        with Camera(browser, folder, address).tab(f"unreachable-{name}", **look) as tab:
            tab.open(address)
            tab.ask(QUESTION)
            server.close()
            tab.page.fill(BOX, FOLLOW_UP)
            tab.page.press(BOX, "Enter")
            tab.page.wait_for_selector("#rep-wait .rep-unreachable")


@click.command()
@click.argument("folder", default="docs/images", type=click.Path(file_okay=False, path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Every state, to look at.")
def main(folder: Path, everything: bool) -> None:
    """Draw the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        with product(admin=False) as address:
            shown(Camera(browser, folder, address))
            if everything:
                states(Camera(browser, folder, address))
        if everything:
            with product(admin=True) as address:
                documents(Camera(browser, folder, address))
            for scheme, size in (("light", DESKTOP), ("dark", PHONE)):
                hardships(browser, folder, scheme, size)


if __name__ == "__main__":
    main()
