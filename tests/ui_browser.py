"""A real Chromium for tests, and what they look at in it."""

import os
import shutil
from contextlib import contextmanager
from importlib.resources import files

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BOX = "#rep-box input, #rep-box textarea"


@contextmanager
def chromium():
    """Yield the browser; without one the test is skipped, but fails where CI says it must run."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        reason = "no Chromium on this machine: apt-get install chromium, or name one in $CHROMIUM"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


# WCAG contrast of two colours, however the browser writes them: a canvas makes pixels of any.
CONTRAST = """(element, property) => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const pixel = (of, property) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = getComputedStyle(of)[property];
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = (colour) => [.2126, .7152, .0722].reduce((sum, weight, at) => {
    const part = colour[at] / 255;
    return sum + weight * (part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
  }, 0);
  let ground = element;
  while (pixel(ground, "backgroundColor")[3] === 0) {
    ground = ground.parentElement ?? ground.getRootNode().host;
  }
  const both = [pixel(element, property), pixel(ground, "backgroundColor")].map(light);
  return (Math.max(...both) + .05) / (Math.min(...both) + .05);
}"""


def contrast(locator, property_="color"):
    """Return the contrast of a text, or of another colour of an element, with what it stands on."""
    return locator.first.evaluate(CONTRAST, property_)


class Tab:
    """A page that remembers whom it asked and what went wrong."""

    def __init__(self, browser, **settings):
        self.context = browser.new_context(**settings)
        self.page = self.context.new_page()
        # Long enough for a machine that is busy with something else; a healthy run waits for none of it.
        self.page.set_default_timeout(120_000)
        self.hosts = set()
        self.errors = []
        self.page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, line):
        # A site of someone else in a test has no icon, and that is its own affair.
        foreign_icon = line.location["url"].endswith("/favicon.ico")
        if line.type == "error" and not foreign_icon:
            self.errors.append(line.text)

    def open(self, address):
        self.page.goto(address)
        self.page.wait_for_selector(BOX)
        return self.page

    def ask(self, question):
        number = "document.querySelector('.rep-turns')?.dataset.set"
        before = self.page.evaluate(number)
        self.page.fill(BOX, question)
        self.page.press(BOX, "Enter")
        self.page.wait_for_function(f"before => {number} !== (before ?? undefined)", arg=before)
        return self.page.locator("#rep-answers .rep-turn").first

    def violations(self):
        """Return what axe-core finds wrong, each with the elements."""
        # Not through add_script_tag: the page's own policy would refuse it.
        self.page.evaluate(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return {each["id"]: [node["html"][:200] for node in each["nodes"]] for each in found}
