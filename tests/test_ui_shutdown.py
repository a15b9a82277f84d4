"""A server that is told to stop: what it took is answered whole."""

import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from tests.ui_browser import Tab
from tests.ui_support import AMAZON, FakeAnswerer
from ui.api import create_app
from ui.serve import configured
from ui.settings import Settings

# Slow to answer, and says when it begins.
SLOW = """
from tests.ui_support import FakeAnswerer
from ui.api import create_app
from ui.serve import bind, run
from ui.settings import Settings

class Slow(FakeAnswerer):
    def ask(self, *args, **kwargs):
        print("begun", flush=True)
        return super().ask(*args, **kwargs)

with bind("127.0.0.1", 0) as listening:
    run(create_app(Slow(seconds=1.5), Settings(seconds=2), page=False), listening, proxies="")
"""


# An open page would hold this one for two minutes.
PATIENT = SLOW.replace("Settings(seconds=2), page=False", "Settings(seconds=120)")


@pytest.mark.browser
def test_an_open_page_does_not_keep_a_server_that_is_told_to_stop(browser):
    process = subprocess.Popen(
        [sys.executable, "-c", PATIENT], stderr=subprocess.PIPE, cwd=Path(__file__).parents[1], text=True
    )
    tab = Tab(browser)
    try:
        address = re.search(r"http://\S+?(?=/ )", process.stderr.readline())[0]
        with tab.page.expect_request("**/gradio_api/heartbeat/*"):
            tab.open(address)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
        assert "Traceback" not in said and "Cancel" not in said
    finally:
        process.kill()
        process.communicate()
        tab.context.close()


@pytest.mark.parametrize("seconds", [0.5, 15.0, 20.2])
def test_a_server_told_to_stop_waits_longer_than_any_answer_may_take(seconds):
    app = create_app(FakeAnswerer(), Settings(seconds=seconds), page=False)
    assert configured(app).timeout_graceful_shutdown >= seconds + 1


def test_an_answer_that_was_begun_arrives_whole_after_sigterm():
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
        text=True,
    )
    replies = []
    try:
        address = re.search(r"http://\S+?(?=/ )", process.stderr.readline())[0]

        def ask():
            replies.append(httpx.post(f"{address}/api/v1/ask", json={"question": "Combien ?"}, timeout=60))

        visitor = threading.Thread(target=ask)
        visitor.start()
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGTERM)
        visitor.join()
        assert replies[0].status_code == 200 and replies[0].json()["answer"] == "un an"
        assert replies[0].json()["passages"][0]["text"] == AMAZON
        _, said = process.communicate(timeout=60)
        assert process.returncode in {0, -signal.SIGTERM} and "Cancel" not in said
    finally:
        process.kill()
        process.communicate()
