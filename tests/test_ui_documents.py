"""The documents page: behind the token, files dropped and read, found, removed; absent without a token."""

import httpx
import pytest

from index.document import Document
from index.encoder import load_encoder
from index.writer import add_documents
from qa.answerer import Answerer
from tests.ui_browser import BOX, Tab
from tests.ui_support import AMAZON, HOSTILE, FakeAnswerer, serving
from ui.api import create_app
from ui.documents_text import document_words
from ui.editor import Editor
from ui.settings import Settings

TOKEN = "jeton-de-test"  # noqa: S105
KEY = {"Authorization": f"Bearer {TOKEN}"}
SAID = document_words("fr")
FILE = "/api/v1/documents/file"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents") / "corpus"
    encoder = load_encoder()
    many = [Document(f"n{n:02}", f"Note numéro {n} sur le phare.", f"Note {n}") for n in range(24)]
    hostile = Document("dir/é à.txt", HOSTILE + " est un texte.", HOSTILE, HOSTILE, "2020-06-11")
    add_documents(folder, [Document("amazon", AMAZON, "Amazon et la police"), hostile, *many], encoder)
    answerer = Answerer.open(folder, reader="none")
    app = create_app(
        answerer, Settings(admin_token=TOKEN, document_bytes=200_000), editor=Editor(folder, encoder)
    )
    with serving(app) as address:
        yield address


def send(address, name, data, **headers):
    return httpx.post(
        f"{address}{FILE}", params={"name": name}, content=data, headers=KEY | headers, timeout=60
    )


def test_a_file_is_read_as_the_command_reads_it_and_answers_at_once(address):
    page = (
        "<html><head><title>Ouessant</title></head><body><p>Le phare du Créac'h est à Ouessant.</p>".encode()
    )
    report = send(address, "phare.html", page).json()
    assert (report["added"], report["skipped"]) == (1, [])
    held = httpx.get(f"{address}/api/v1/documents/phare.html").json()
    assert "Créac'h" in held["text"] and "<p>" not in held["text"] and "tmp" not in str(held)
    assert send(address, "phare.html", page).json()["unchanged"] == 1
    asked = httpx.post(f"{address}/api/v1/ask", json={"question": "Où est le phare du Créac'h ?"}).json()
    assert asked["passages"][0]["document_id"] == "phare.html"
    gone = httpx.delete(f"{address}/api/v1/documents/phare.html", headers=KEY)
    assert gone.json()["removed"] == 1


@pytest.mark.parametrize(
    ("name", "data", "status", "kind"),
    [
        ("photo.png", b"\x89PNG", 415, "format"),
        ("sans suffixe", b"texte", 415, "format"),
        ("../../etc/passwd.txt", b"x", 422, "file-name"),
        ("a\\b.txt", b"x", 422, "file-name"),
        (".cache.txt", b"x", 422, "file-name"),
        ("a\x00.txt", b"x", 422, "file-name"),
        ("x" * 201 + ".txt", b"x", 422, "invalid-request"),
        ("vide.txt", b"", 422, "unreadable-file"),
        ("faux.pdf", b"ceci n'est pas un pdf", 422, "unreadable-file"),
        ("gros.txt", b"x" * 200_001, 413, "too-large"),
    ],
)
def test_what_is_no_document_is_refused_in_the_visitors_language(address, name, data, status, kind):
    french, english = (send(address, name, data, **{"Accept-Language": lang}) for lang in ("fr", "en"))
    assert french.status_code == english.status_code == status
    assert french.json()["type"].endswith(kind) and french.json()["title"] != english.json()["title"]
    assert "repondeur-" not in french.text


def test_a_body_cut_off_is_never_taken_for_the_whole(address):
    streamed = send(address, "coupe.txt", (b"mot " * 5000 for _ in range(20)))
    assert streamed.status_code == 413
    assert httpx.get(f"{address}/api/v1/documents/coupe.txt").status_code == 404


def test_documents_are_searched_by_what_they_are_called(address):
    def found(q, **more):
        return httpx.get(f"{address}/api/v1/documents", params={"q": q, **more}).json()

    assert [each["id"] for each in found("AMAZON police")["documents"]] == ["amazon"]
    assert found("dir/e a")["total"] == 1 and found("introuvable")["total"] == 0
    page = found("note", limit=10, offset=20)
    assert page["total"] == 24 and len(page["documents"]) == 4 and page["offset"] == 20
    assert found("note", offset=500)["total"] == 24


def test_who_guesses_at_the_token_must_soon_wait_and_who_has_it_need_not():
    settings = Settings(admin_token=TOKEN)
    answerer = FakeAnswerer()
    with serving(create_app(answerer, settings, editor=object(), page=False)) as address:
        wrong = {"Authorization": "Bearer faux"}
        codes = [
            httpx.post(f"{address}/api/v1/documents", json=[], headers=wrong).status_code for _ in range(12)
        ]
        assert codes[:10] == [401] * 10 and codes[-1] == 429
        assert httpx.delete(f"{address}/api/v1/documents/rien", headers=KEY).status_code == 404


def test_without_a_token_there_is_nothing_of_it():
    with serving(create_app(FakeAnswerer())) as address:
        assert httpx.get(f"{address}/documents").status_code == 404
        assert httpx.post(f"{address}{FILE}", params={"name": "a.txt"}).status_code in {404, 405}
        assert "rep-tabs" not in httpx.get(address).text
        assert FILE not in httpx.get(f"{address}/api/v1/openapi.json").json()["paths"]


def test_the_page_is_plain_and_strict(address):
    page = httpx.get(f"{address}/documents", params={"lang": "en"})
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "amazon" not in page.text.lower() and TOKEN not in page.text and '<html lang="en">' in page.text


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_administrator_adds_finds_and_removes(browser, address, tmp_path, scheme):
    tab = Tab(browser, viewport={"width": 1280, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
    page = tab.open(address)
    assert tab.violations() == {}
    page.get_by_role("link", name=SAID.documents).click()
    page.wait_for_selector("#token")
    assert tab.violations() == {}
    page.fill("#token", "faux")
    page.keyboard.press("Enter")
    page.get_by_text(SAID.wrong, exact=True).wait_for()
    assert page.locator("#desk").is_hidden()
    page.fill("#token", TOKEN)
    page.keyboard.press("Enter")
    page.get_by_text("26 documents").wait_for()
    assert HOSTILE in page.locator("#list").inner_text() and page.evaluate("window.hacked") is None

    (tmp_path / "phare.md").write_text("# Le phare\n\nIl se trouve à Ouessant.\n", encoding="utf-8")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    (tmp_path / "gros.txt").write_bytes(b"x" * 200_001)
    page.evaluate(
        "window.heard = []; const said = document.querySelector('#said');"
        " new MutationObserver(() => heard.push(said.textContent)).observe(said, {childList: true})"
    )
    page.set_input_files("#files", [tmp_path / name for name in ("phare.md", "photo.png", "gros.txt")])
    large = page.locator("#queue").get_by_text(SAID.large.format(limit="0,1"))
    large.wait_for()
    page.get_by_text("27 documents").wait_for()
    assert page.locator("#queue").get_by_text("Ce format n’est pas lu").count() == 1
    assert page.locator("#queue [data-good=true]").inner_text() == SAID.added
    heard = page.evaluate("heard")
    assert [each.split(".")[0] for each in heard] == ["phare", "photo", "gros"] and SAID.added in heard[0]
    assert tab.violations() == {}

    page.get_by_role("button", name=SAID.next).click()
    page.get_by_text("Page 2 sur 2").wait_for()
    # In the same tab the token, and what is under way, would be lost.
    with page.expect_popup() as opened:
        page.get_by_role("link", name=SAID.see).first.click()
    assert "/article?id=" in opened.value.url and page.locator("#desk").is_visible()
    opened.value.close()
    page.fill("#search", "phare.md")
    page.get_by_text(SAID.found[1]).wait_for()
    remove = page.get_by_role("button", name=f"{SAID.remove} Le phare")
    remove.click()
    page.get_by_role("dialog").wait_for()
    assert tab.violations() == {}
    page.keyboard.press("Escape")
    assert page.locator("#list li").count() == 1
    remove.click()
    page.get_by_role("dialog").get_by_role("button", name=SAID.remove).click()
    page.get_by_text(SAID.found[0]).wait_for()
    assert httpx.get(f"{address}/api/v1/documents/phare.md").status_code == 404
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.context.cookies() == []
    assert page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})").find(TOKEN) < 0
    assert tab.hosts == {address.removeprefix("http://")}
    page.get_by_role("link", name=SAID.questions).click()
    page.wait_for_selector(BOX)
    assert all("Failed to load resource" in error for error in tab.errors)
    tab.context.close()


@pytest.mark.browser
def test_a_dropped_file_is_taken_and_a_lost_server_is_told(browser, address):
    tab = Tab(browser)
    page = tab.page
    page.goto(f"{address}/documents?lang=fr")
    page.fill("#token", TOKEN)
    page.keyboard.press("Enter")
    page.get_by_text("26 documents").wait_for()
    drop = (
        "name => { const data = new DataTransfer(); data.items.add(new File(['Un texte à déposer.'], name));"
        " document.querySelector('#drop').dispatchEvent(new DragEvent('drop',"
        " {dataTransfer: data, bubbles: true, cancelable: true})); }"
    )
    page.evaluate(drop, "depose.txt")
    page.get_by_text("27 documents").wait_for()
    httpx.delete(f"{address}/api/v1/documents/depose.txt", headers=KEY)
    page.route("**/documents/file**", lambda route: route.abort())
    page.evaluate(drop, "perdu.txt")
    page.locator("#queue").get_by_text(SAID.lost).wait_for()
    report = {"added": 1, "updated": 0, "unchanged": 0, "skipped": [{"path": "b.pdf", "reason": "scanned"}]}
    page.unroute("**/documents/file**")
    page.route("**/documents/file**", lambda route: route.fulfill(json=report))
    page.evaluate(drop, "lot.zip")
    state = page.locator("#queue").get_by_text(SAID.partly.format(read=1, skipped=1))
    state.wait_for()
    assert state.get_attribute("title") == "scanned"
    tab.context.close()
