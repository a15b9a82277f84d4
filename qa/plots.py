"""Draw the report's plots as inline SVG: no script, no image, colours from the page's own variables.

Every plot is one `Canvas` of 460 x 300 units; text is escaped, French and English labels share a place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10
from typing import Any

from markupsafe import Markup, escape

__all__ = ["calibration", "latency", "outcome_bar", "recall_curve", "risk_coverage"]

WIDTH, HEIGHT = 460.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 24.0, 20.0, 46.0
Label = tuple[str, str]


@dataclass
class Canvas:
    """Map data to the plane and collect SVG elements."""

    x: tuple[float, float]
    y: tuple[float, float]
    parts: list[Markup] = field(default_factory=list)

    def px(self, x: float) -> float:
        """Return the horizontal place of a value."""
        return LEFT + (x - self.x[0]) / (self.x[1] - self.x[0]) * (WIDTH - LEFT - RIGHT)

    def py(self, y: float) -> float:
        """Return the vertical place of a value."""
        return HEIGHT - BOTTOM - (y - self.y[0]) / (self.y[1] - self.y[0]) * (HEIGHT - TOP - BOTTOM)

    def add(self, markup: str, *values: object) -> None:
        """Add an element; values are escaped into the markup's {} places, numbers to a tenth."""
        shown = [f"{value:.1f}" if isinstance(value, float) else value for value in values]
        self.parts.append(Markup(markup).format(*shown))  # noqa: S704  the markup is ours, the values are escaped

    def line(self, points: Iterable[tuple[float, float]], css: str) -> None:
        """Draw a polyline through data points."""
        path = " ".join(f"{self.px(x):.1f},{self.py(y):.1f}" for x, y in points)
        self.add('<polyline class="{}" points="{}"/>', css, path)

    def band(self, low: Sequence[tuple[float, float]], high: Sequence[tuple[float, float]]) -> None:
        """Fill between two lines."""
        path = " ".join(f"{self.px(x):.1f},{self.py(y):.1f}" for x, y in [*low, *reversed(high)])
        self.add('<polygon class="band" points="{}"/>', path)

    def whisker(self, x: float, low: float, high: float) -> None:
        """Draw an interval as a vertical stroke."""
        here = self.px(x)
        self.add('<path class="whisker" d="M{} {}V{}"/>', here, self.py(low), self.py(high))

    def bar(self, left: float, right: float, height: float, css: str) -> None:
        """Draw a column standing on the horizontal axis, in the plane's own units."""
        markup = '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>'
        self.add(markup, css, left, HEIGHT - BOTTOM - height, right - left, height)

    def dot(self, x: float, y: float, title: str, css: str = "dot") -> None:
        """Draw a point that tells its numbers on hover."""
        self.add(
            '<circle class="{}" cx="{}" cy="{}" r="4"><title>{}</title></circle>',
            css,
            self.px(x),
            self.py(y),
            title,
        )

    def text(self, x: float, y: float, label: Label | str, css: str) -> None:
        """Write a label at a place of the plane, in both languages where it has two."""
        if isinstance(label, str) or label[0] == label[1]:
            self.add(
                '<text class="{}" x="{}" y="{}">{}</text>',
                css,
                x,
                y,
                label if isinstance(label, str) else label[0],
            )
            return
        for language, words in zip(("fr", "en"), label, strict=True):
            self.add(
                '<text class="{} {}" lang="{}" x="{}" y="{}">{}</text>', css, language, language, x, y, words
            )

    def axes(
        self,
        x_label: Label,
        y_label: Label,
        x_ticks: Sequence[tuple[float, str]],
        y_ticks: Sequence[tuple[float, str]],
    ) -> None:
        """Draw grid lines, ticks and the two labels."""
        for value, name in y_ticks:
            self.add('<path class="grid" d="M{} {}H{}"/>', LEFT, self.py(value), WIDTH - RIGHT)
            self.text(LEFT - 8, self.py(value) + 4, name, "tick end")
        for value, name in x_ticks:
            self.text(self.px(value), HEIGHT - BOTTOM + 18, name, "tick middle")
        self.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_label, "axis middle")
        self.text(LEFT, TOP - 8, y_label, "axis")

    def svg(self, title: Label) -> Markup:
        """Return the finished drawing."""
        name = f"{title[0]} / {title[1]}"
        head = Markup('<svg viewBox="0 -8 {} {}" role="img" aria-label="{}">').format(WIDTH, HEIGHT + 8, name)
        return head + Markup("").join(self.parts) + Markup("</svg>")


def _percents(top: float = 1.0, step: float = 0.2) -> list[tuple[float, str]]:
    return [(n * step, f"{n * step * 100:.0f}\u202f%") for n in range(round(top / step) + 1)]


def recall_curve(
    retrieval: dict[str, Any], after: dict[str, Any], intervals: dict[str, Any]
) -> Markup | None:
    """Draw the share of questions whose passage is found, against how many passages are looked at."""
    series = []
    for section, values, css in (("retrieval", retrieval, "one"), ("after_reading", after, "two")):
        points = [
            (int(key.partition("@")[2]), value, intervals.get(f"{section}.{key}"))
            for key, value in values.items()
            if key.startswith("recall@") and value is not None
        ]
        series.append((sorted(points, key=lambda point: point[0]), css))
    if not series[0][0]:
        return None
    lows = [bounds[0] if bounds else value for points, _ in series for _, value, bounds in points]
    bottom = max(0.0, min(0.8, int(min(lows) * 10) / 10 - 0.1))
    deepest = max(point[0] for point in series[0][0])
    canvas = Canvas((0.5, deepest + 0.5), (bottom, 1.0))
    ticks = [
        (bottom + n * 0.1, f"{(bottom + n * 0.1) * 100:.0f}\u202f%")
        for n in range(round((1 - bottom) / 0.1) + 1)
    ]
    cuts = [(float(cut), str(cut)) for cut, _, _ in series[0][0]]
    canvas.axes(("passages regardés", "passages looked at"), ("questions", "questions"), cuts, ticks)
    for points, css in series:
        canvas.line([(cut, value) for cut, value, _ in points], f"line {css}")
        for cut, value, bounds in points:
            if bounds:
                canvas.whisker(cut, max(bottom, bounds[0]), bounds[1])
            canvas.dot(cut, value, f"@{cut}: {value:.3f}", f"dot {css}")
    return canvas.svg(("Passage trouvé selon le nombre de passages", "Passage found by number of passages"))


def risk_coverage(
    curve: Sequence[Sequence[float]], coverage: float | None, risk: float | None
) -> Markup | None:
    """Draw the share of wrong answers against the share of questions answered, most confident first."""
    if not curve:
        return None
    points = [(cover, wrong) for _, cover, wrong in curve]
    worst = max(0.1, *(wrong for _, wrong in points), risk or 0.0)
    step = 0.1 if worst <= 0.5 else 0.2
    top = min(1.0, ceil(worst / step - 1e-9) * step)
    canvas = Canvas((0.0, 1.0), (0.0, top))
    canvas.axes(
        ("questions répondues, des plus sûres aux moins sûres", "questions answered, surest first"),
        ("réponses fausses", "wrong answers"), _percents(), _percents(top, step),
    )  # fmt: skip
    canvas.band([(x, 0.0) for x, _ in points], points)
    canvas.line(points, "line one")
    if coverage is not None and risk is not None:
        canvas.dot(coverage, risk, f"{coverage:.3f} / {risk:.3f}", "dot here")
    return canvas.svg(("Risque selon la couverture", "Risk against coverage"))


def calibration(bins: Sequence[dict[str, float]]) -> Markup | None:
    """Draw the share of right answers against the confidence told, with Wilson intervals."""
    if not bins:
        return None
    canvas = Canvas((0.0, 1.0), (0.0, 1.0))
    canvas.axes(
        ("confiance annoncée", "confidence told"),
        ("réponses justes", "right answers"),
        _percents(),
        _percents(),
    )
    canvas.line([(0.0, 0.0), (1.0, 1.0)], "ideal")
    most = max(each["count"] for each in bins)
    for each in bins:
        left, right = canvas.px(each["from"]) + 2, canvas.px(each["to"]) - 2
        tall = each["count"] / most * (HEIGHT - TOP - BOTTOM) * 0.35
        canvas.bar(left, right, tall, "mass")
    for each in bins:
        canvas.whisker(each["confidence"], each["accuracy_low"], each["accuracy_high"])
        note = f"{each['confidence']:.2f} → {each['accuracy']:.2f} (n = {each['count']:.0f})"
        canvas.dot(each["confidence"], each["accuracy"], note, "dot one")
    return canvas.svg(("Calibration", "Calibration"))


def latency(times: Sequence[float], marks: dict[str, float]) -> Markup | None:
    """Draw the histogram of times, quantiles marked; what is beyond the axis stands in the last column."""
    if not times:
        return None
    highest = max(*marks.values(), 0.001) * 1.15
    step = _round_step(highest / 4)
    top, bins = step * ceil(highest / step), 40
    counts = [0] * bins
    for each in times:
        counts[min(bins - 1, int(each / top * bins))] += 1
    tallest = max(counts)
    canvas = Canvas((0.0, top), (0.0, float(tallest)))
    steps = [(n * step, f"{n * step:g}") for n in range(round(top / step) + 1)]
    canvas.axes(
        ("millisecondes", "milliseconds"), ("questions", "questions"), steps, [(float(tallest), str(tallest))]
    )
    for place, count in enumerate(counts):
        left, right = canvas.px(place * top / bins), canvas.px((place + 1) * top / bins)
        canvas.bar(left, right - 1, canvas.py(0) - canvas.py(count), "bar")
    for number, (name, value) in enumerate(marks.items()):
        here = canvas.px(value)
        canvas.add('<path class="mark" d="M{} {}V{}"/>', here, TOP, HEIGHT - BOTTOM)
        words = f"{name} {value:.0f} ms"
        canvas.text(here + 5, TOP + 14 + 16 * number, words, "tick strong")
    return canvas.svg(("Temps de réponse", "Time to answer"))


def _round_step(least: float) -> float:
    """Return the least of 1, 2, 5 x 10^n that is no smaller."""
    power: float = 10.0 ** floor(log10(least))
    return next(power * each for each in (1, 2, 5, 10) if power * each >= least)


def outcome_bar(shares: Sequence[tuple[str, int]]) -> Markup:
    """Draw one stacked bar of counts; classes are the outcomes' names."""
    total, left = sum(count for _, count in shares) or 1, 0.0
    parts = []
    for name, count in shares:
        wide = 1000 * count / total
        parts.append(
            Markup(
                '<rect class="o-{}" x="{}" y="0" width="{}" height="40"><title>{}: {}</title></rect>'
            ).format(escape(name), f"{left:.2f}", f"{max(0.0, wide - 2):.2f}", name, count)
        )
        left += wide
    return (
        Markup('<svg viewBox="0 0 1000 40" preserveAspectRatio="none" class="stack" aria-hidden="true">')
        + Markup("").join(parts)
        + Markup("</svg>")
    )
