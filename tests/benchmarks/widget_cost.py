"""What the widget costs the page that shows it: bytes, requests, milliseconds of the main thread.

    python -m tests.benchmarks.widget_cost [--repeat 20] [--throttle 4]

The same host page is loaded in Chromium with and without the widget, in turns, from this machine, the
processor slowed down `--throttle` times as for a cheap phone. Shown beside Onyx's widget as its makers
publish it (100-150 kB).
"""

import gzip
import statistics
from typing import Any

import click
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.ui_browser import chromium
from tests.ui_support import FakeAnswerer, serving
from ui.api import create_app
from ui.settings import Settings
from ui.widget.routes import script

ONYX = "Onyx's widget, as published"
ONYX_BYTES = "100-150 kB"
# The browser's own account of the main thread, in seconds since the page began.
SPENT = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration", "TaskDuration")


def site(answers: str) -> Starlette:
    """Return a host page with some text, and the widget where it is asked for."""
    text = "<p>Un paragraphe comme un autre, pour qu'il y ait de quoi lire.</p>" * 60

    def page(request: Request) -> HTMLResponse:
        widget = (
            f'<script src="{answers}/widget.js" defer></script>'
            '<repondeur-widget lang="fr"></repondeur-widget>'
            if request.query_params.get("widget")
            else ""
        )
        return HTMLResponse(
            f'<!doctype html><html lang="fr"><head><title>Site</title><link rel="icon" href="data:,"></head>'
            f"<body><h1>Site</h1>{text}{widget}</body></html>"
        )

    return Starlette(routes=[Route("/", page)])


def load(browser: Browser, address: str, throttle: float) -> dict[str, Any]:
    """Load the page in a fresh context; return ms of the main thread, its longest task, and the requests."""
    context = browser.new_context()
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    tools = context.new_cdp_session(page)
    tools.send("Performance.enable")
    tools.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    page.add_init_script(
        "window.longest = 0; new PerformanceObserver(list => { for (const task of list.getEntries())"
        " window.longest = Math.max(window.longest, task.duration); })"
        ".observe({type: 'longtask', buffered: true})"
    )
    page.goto(address, wait_until="load")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    metrics = {each["name"]: each["value"] for each in tools.send("Performance.getMetrics")["metrics"]}
    found = {name: 1000 * metrics[name] for name in SPENT} | {
        "longest": page.evaluate("window.longest"),
        "requests": len(requests),
    }
    context.close()
    return found


@click.command()
@click.option("--repeat", default=20, show_default=True, type=click.IntRange(2))
@click.option("--throttle", default=4.0, show_default=True, type=click.FloatRange(1))
def main(repeat: int, throttle: float) -> None:
    """Print a Markdown table."""
    body = script().encode()
    with (
        serving(create_app(FakeAnswerer(), Settings(), page=False)) as answers,
        serving(site(answers)) as host,
        chromium() as browser,
    ):
        load(browser, host + "/?widget=1", throttle)
        pairs = [
            (load(browser, host + "/", throttle), load(browser, host + "/?widget=1", throttle))
            for _ in range(repeat)
        ]

    def cost(name: str) -> str:
        differences = [with_it[name] - without[name] for without, with_it in pairs]
        return f"{statistics.median(differences):.1f} ({min(differences):.1f} – {max(differences):.1f})"

    longest = max(with_it["longest"] for _, with_it in pairs)
    click.echo(f"{repeat} loads of each, processor slowed {throttle:g} times; median (least – most)\n")
    click.echo("| | bytes | gzipped | requests | main thread, ms | of which script, ms | longest task, ms |")
    click.echo("|---|---|---|---|---|---|---|")
    click.echo(
        f"| this widget | {len(body):,} | {len(gzip.compress(body, 9)):,} | {cost('requests')} | "
        f"{cost('TaskDuration')} | {cost('ScriptDuration')} | {round(longest) or 'none over 50'} |"
    )
    click.echo(f"| {ONYX} | {ONYX_BYTES} | | | | | |")


if __name__ == "__main__":
    main()
