"""The main job for real: the command, the bundled models, the seed article, a browser, a switch."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from index.document import Document
from index.encoder import load_encoder
from index.writer import add_documents
from tests.ui_browser import BOX, Tab, chromium
from ui.starter import seed_documents

CODE = "from ui.cli import main; main(prog_name='repondeur')"
AMAZON = "Mercredi, Amazon a décidé d'interdire à la police"
TOKEN = "jeton-de-test"  # noqa: S105


@contextmanager
def served(corpus, *options, **environment):
    """Run `repondeur serve` as its own process; yield (address, process)."""
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "serve", "--port", "0", "--corpus", str(corpus), *options],
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), **environment},
        text=True,
    )
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(r"open (http://\S+?)/ in a browser", line):
            break
    else:
        pytest.fail("".join(said))
    drain = threading.Thread(target=lambda: said.extend(process.stderr), daemon=True)
    drain.start()
    with httpx.Client(base_url=found[1], timeout=60) as client:
        while not ready(client):
            pass
        try:
            yield client, process, said
        finally:
            process.terminate()
            process.wait(60)


def ready(client):
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def listens(port):
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with served(tmp_path_factory.mktemp("serve") / "corpus") as running:
        yield running


@pytest.mark.browser
def test_a_newcomer_asks_and_sees_the_passage_once_with_its_words_marked(server):
    client, _, said = server
    assert "indexing the example article first" in said[0]
    with chromium() as browser:
        tab = Tab(browser)
        page = tab.open(str(client.base_url).rstrip("/"))
        assert page.locator("#rep-examples button").count() == 4
        card = tab.ask("Quand Amazon a-t-il suspendu Rekognition ?")
        card.locator("summary").click()
        shown = card.locator(".rep-passages").all_inner_texts()
        assert "\n".join(shown).count(AMAZON) == 1
        assert AMAZON in card.locator("blockquote").first.inner_text()
        marked = card.locator("mark").first.inner_text()
        assert marked == card.locator(".rep-short").inner_text() and marked in seed_documents()[0].text
        assert card.locator("cite").first.inner_text()
        assert page.input_value(BOX) and not tab.errors


def test_every_answer_is_a_slice_of_the_document_it_names(server):
    client, *_ = server
    for question in ("Qui est le patron de Google ?", "Quel âge avait George Floyd ?", "\ufdfa" * 1000):
        answer = client.post("/api/v1/ask", json={"question": question}).json()
        for passage in answer["passages"]:
            document = client.get(f"/api/v1/documents/{passage['document_id']}").json()
            assert document["sha256"] == passage["sha256"]
            assert document["text"][passage["start"] : passage["end"]] == passage["text"]
            if passage["answer_start"] is not None:
                held = document["text"][passage["answer_start"] : passage["answer_end"]]
                assert held.lower() == answer["answer"].lower()


def test_a_new_generation_is_served_and_no_question_is_dropped(tmp_path):
    corpus = tmp_path / "corpus"
    add_documents(corpus, seed_documents(), load_encoder())
    with served(corpus, "--per-minute", "0") as (client, process, said):
        replies, stop = [], threading.Event()

        def visitor():
            with httpx.Client(base_url=client.base_url, timeout=60) as own:
                while not stop.is_set():
                    replies.append(own.post("/api/v1/ask", json={"question": "Où est le phare ?", "k": 2}))

        visitors = [threading.Thread(target=visitor) for _ in range(2)]
        for each in visitors:
            each.start()
        for number in range(3):
            text = f"Le phare numéro {number} se trouve à Ouessant depuis 1863."
            add_documents(corpus, [Document(f"phare{number}", text, "Phares")], load_encoder())
        last = client.post("/api/v1/ask", json={"question": "Où est le phare numéro 2 ?"}).json()
        stop.set()
        for each in visitors:
            each.join()
        assert {reply.status_code for reply in replies} == {200}
        assert last["passages"][0]["document_id"].startswith("phare")
        assert "repondeur_generation 4.0" in client.get("/metrics").text
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) in {0, -signal.SIGTERM}
    assert "Traceback" not in "".join(said)


# What docs/deploying.md says to write, and around it what a test needs to run it beside anything else.
DEPLOYING = (Path(__file__).parents[1] / "docs" / "deploying.md").read_text(encoding="utf-8")
NGINX = """
# The workers of one that root started could not write below root's own folder otherwise.
user root;
daemon off;
pid {folder}/pid;
worker_processes 1;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/a;
  proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d;
  scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{port};
    {snippet}
  }}
}}
"""
CADDY = """
{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  {snippet}
}}
"""


def documented(name, server):
    """Return the snippet that docs/deploying.md shows for a proxy, before the server of the test."""
    snippet = re.search(rf"^{name}:\n\n```\w*\n(.*?)^```", DEPLOYING, re.DOTALL | re.MULTILINE)[1]
    assert snippet.count("127.0.0.1:7860") == 1
    return snippet.replace("127.0.0.1:7860", server)


def nginx(folder, port, server):
    """Return the command of an nginx set up as docs/deploying.md says."""
    conf = folder / "conf"
    snippet = documented("nginx", server)
    conf.write_text(NGINX.format(folder=folder, port=port, snippet=snippet), encoding="utf-8")
    return ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(conf)]


def caddy(folder, port, server):
    """Return the command of a Caddy set up as docs/deploying.md says."""
    conf = folder / "Caddyfile"
    conf.write_text(CADDY.format(port=port, snippet=documented("Caddy", server)), encoding="utf-8")
    return ["caddy", "run", "--config", str(conf), "--adapter", "caddyfile"]


@pytest.fixture(scope="module", params=[nginx, caddy], ids=lambda proxy: proxy.__name__)
def proxied(request, tmp_path_factory):
    """Yield the address of a server under a prefix behind a proxy."""
    proxy = request.param
    if shutil.which(proxy.__name__) is None:
        pytest.skip(f"no {proxy.__name__} on this machine: apt-get install nginx-light caddy")
    from ui.serve import bind

    folder = tmp_path_factory.mktemp(proxy.__name__)
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    options = ("--root-path", "/questions", "--proxies", "127.0.0.1")
    with served(folder / "corpus", *options, REPONDEUR_ADMIN_TOKEN=TOKEN) as (client, *_):
        command = proxy(folder, port, client.base_url.netloc.decode())
        process = subprocess.Popen(command, env={**os.environ, "HOME": str(folder)})
        address = f"http://127.0.0.1:{port}/questions"
        try:
            while not listens(port):
                assert process.poll() is None, "the proxy refuses what docs/deploying.md says"
            assert httpx.get(f"{address}/healthz").json() == {"status": "ok"}
            yield address
        finally:
            process.terminate()
            process.wait(20)


# The server takes a path with the prefix or without, so the proxy passes on the prefix written twice.
@pytest.mark.parametrize("path", ["/metrics", "/questions/metrics"])
def test_a_proxy_keeps_the_metrics_to_itself(proxied, path):
    reply = httpx.get(f"{proxied}{path}")
    assert reply.status_code == (403 if "nginx" in reply.headers["server"] else 404)
    assert "repondeur_" not in reply.text


def test_a_large_document_passes_a_proxy_with_the_token_only(proxied):
    page = b"<!-- " + b"x" * 2_000_000 + "--><p>Le phare du Créac'h est à Ouessant.</p>".encode()
    where = f"{proxied}/api/v1/documents/file?name=phare.html"
    assert httpx.post(where, content=page, timeout=60).status_code == 401
    key = {"Authorization": f"Bearer {TOKEN}"}
    assert httpx.post(where, content=page, headers=key, timeout=60).json()["added"] == 1
    assert "Créac'h" in httpx.get(f"{proxied}/api/v1/documents/phare.html").json()["text"]


@pytest.mark.browser
def test_it_works_under_a_prefix_behind_a_proxy(proxied):
    origin = proxied.removesuffix("/questions")
    with chromium() as browser:
        tab = Tab(browser)
        page = tab.open(proxied + "/")
        card = tab.ask("Qui est le patron de Google ?")
        card.locator("[data-opinion=up]").click()
        card.locator("[aria-pressed=true]").wait_for()
        card.locator("[data-see]").first.click()
        page.frame_locator("dialog iframe").locator("mark#passage").wait_for()
        page.keyboard.press("Escape")
        page.click(".rep-lang")
        page.wait_for_selector("#rep-answers .rep-turn")
        assert page.url.startswith(f"{proxied}/en/?q=")
        page.goto(f"{proxied}/widget/demo")
        widget = page.locator("repondeur-widget").first
        widget.locator("input").fill("Qui est le patron de Google ?")
        widget.locator("input").press("Enter")
        widget.locator("blockquote").first.wait_for()
        assert tab.hosts == {origin.removeprefix("http://")} and not tab.errors
