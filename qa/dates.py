"""Say which day "mercredi" is, from the date of the article that says it.

    when("Mercredi", "Mercredi, Amazon a décidé …", "2020-06-11")   # Period 2020-06-10 … 2020-06-10

Rules, not a model: weekdays, days without a year, months, "hier", "la semaine dernière" and so on. In doubt
there is no period: a date with its year needs none, one that fits no rule gets none, nor does a day or month
more than half a year from the article, or in a sentence about another year.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from index.sentences import around
from qa.coverage import plain

__all__ = ["Period", "when", "when_in"]

_DAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche".split()
_MONTHS = "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()
_NUMBERS = dict(
    zip(
        "un une deux trois quatre cinq six sept huit neuf dix onze douze".split(),
        (1, *range(1, 13)),
        strict=True,
    )
)
_DAY = "|".join(_DAYS)
_MONTH = "|".join(_MONTHS)
_NUMBER = r"\d{1,2}|" + "|".join(_NUMBERS)
_HAS_YEAR = re.compile(r"\b(1\d{3}|20\d{2})\b")
_HALF_A_YEAR = timedelta(days=183)
# Of "tous les lundis", "du 3 au 5 mai", "lundi et mardi" or "sauf le dimanche" no one day can be told.
_SEVERAL = re.compile(
    r"\b(?:tous|toutes|chaque|entre|ou|sauf|hors|prochains|derniers|prochaines|dernieres)\b|\bdu \d|"
    rf"\b(?:{_DAY})s\b|\b(?:{_DAY})\b.*\b(?:{_DAY})\b|\b(?:{_MONTH})\b.*\b(?:{_MONTH})\b"
)
_PAST = re.compile(
    r"\b(?:a|ont|avait|avaient|s'est|s'etait|est|sont|fut|furent)\s+(?:\w+\s+)?\w+(?:e|es|ee|ees|i|is|it|u|us|ue)\b|"
    r"\b(?:etait|etaient|derniere?|passee?)\b"
)
_FUTURE = re.compile(
    r"\b\w{2,}(?:era|eront|ira|iront|dra|dront|tra|tront|vra|vront|fera|feront)\b|\b(?:sera|seront|aura|auront|ira|iront)\b|"
    r"\b(?:prochaine?|doit|doivent|prevue?s?|attendue?s?|programmee?s?|va|vont|d'ici|avant)\b"
)

_FROM = r"\b(?:a partir d[eu]|a compter d[eu]|jusqu'au?|d'ici(?: a)?|des)(?: ce| le)?"
_THIS = re.compile(r"\bce\s+(?:$|\w+di\b|dimanche\b)")
_BEFORE, _OPENING = re.compile(_FROM + r"\s*$"), re.compile(_FROM + r"\s")


@dataclass(frozen=True, slots=True)
class Period:
    """Hold the first and the last day of what a relative date means; one day where they are equal."""

    start: date
    end: date

    def to_dict(self) -> dict[str, str]:
        """Return both days as YYYY-MM-DD."""
        return {"start": self.start.isoformat(), "end": self.end.isoformat()}


def when_in(text: str, start: int, end: int, published: str | None) -> Period | None:
    """Return the period that `text[start:end]` means, read with the sentence it stands in."""
    left, right = around(text, start, end)
    return when(text[start:end], text[left:right], published)


def when(span: str, sentence: str, published: str | None) -> Period | None:
    """Return the period that a span of an article means, None where it is not relative or in doubt.

    `sentence` holds the span: its verbs tell whether a bare "mercredi" is past or to come. `published` is the
    article's date, YYYY-MM-DD with or without more behind it.
    """
    said = plain(span)
    try:
        day = date.fromisoformat((published or "")[:10])
    except ValueError:
        return None
    if _HAS_YEAR.search(said) or _SEVERAL.search(said) or _named(span):
        return None
    ahead = _ahead(said, plain(sentence))
    for pattern, rule in _RULES:
        found = pattern.search(said)
        if found:
            try:
                period = rule(found, day, ahead)
            except (ValueError, OverflowError):
                return None
            certain = _CERTAIN.get(rule, _always)
            return period if certain(period, day, plain(sentence), said) else None
    return None


def _named(span: str) -> bool:
    """Tell whether a month's word is a name: a planet, a singer, a field."""
    return any(word[0].isupper() and plain(word) in _MONTHS for word in re.findall(r"\w+", span))


def _near(period: Period, day: date, sentence: str, _: str) -> bool:
    """Tell whether a day or month without its year is one that the article would name so."""
    years = {int(year) for year in _HAS_YEAR.findall(sentence)}
    nearest = min(abs(period.start - day), abs(period.end - day))
    return nearest <= _HALF_A_YEAR and not years - {period.start.year}


def _plain_weekday(period: Period, day: date, sentence: str, said: str) -> bool:
    """Tell whether a weekday is not "ce vendredi", which is today, or one to come, or one just gone."""
    before = sentence[: max(sentence.find(said), 0)]
    return period.start == day or not (_THIS.search(before) or _THIS.match(said))


def _always(*_: object) -> bool:
    return True


def _ahead(said: str, sentence: str) -> bool:
    """Tell whether the verb nearest to the span speaks of what is to come."""
    place = max(sentence.find(said), 0)
    if _BEFORE.search(sentence[:place]) or _OPENING.match(said):
        return True

    def distance(marks: re.Pattern[str]) -> int:
        gaps = [max(place - m.end(), m.start() - place - len(said), 0) for m in marks.finditer(sentence)]
        return min(gaps, default=10_000)

    return distance(_FUTURE) < distance(_PAST)


def _weekday(found: re.Match[str], day: date, ahead: bool) -> Period:
    """Return the nearest such weekday on the side that the verb points to, today included."""
    wanted = _DAYS.index(found["day"])
    turn = found["turn"]
    if turn and turn.startswith("prochain"):
        return _one(day + timedelta(days=(wanted - day.weekday() - 1) % 7 + 1))
    if turn:
        return _one(day - timedelta(days=(day.weekday() - wanted - 1) % 7 + 1))
    if ahead:
        return _one(day + timedelta(days=(wanted - day.weekday()) % 7))
    return _one(day - timedelta(days=(day.weekday() - wanted) % 7))


def _dated(found: re.Match[str], day: date, ahead: bool) -> Period:
    """Return the day whose year fits the weekday, if one is named, else the nearest on the verb's side."""
    number = 1 if found["number"].startswith("1er") else int(found["number"])
    month = _MONTHS.index(found["month"]) + 1
    years = [day.year + n for n in (-1, 0, 1)]
    possible = [date(year, month, number) for year in years if number <= monthrange(year, month)[1]]
    if found["day"]:
        possible = [each for each in possible if each.weekday() == _DAYS.index(found["day"])]
    side = [each for each in possible if (each >= day) == ahead or each == day]
    return _one(min(side or possible, key=lambda each: abs(each - day)))


def _month(found: re.Match[str], day: date, ahead: bool) -> Period:
    """Return the whole month, the nearest on the side that the verb points to, this one included."""
    month = _MONTHS.index(found["month"]) + 1
    turn = found["turn"] or ""
    ahead = turn.startswith("prochain") or (ahead and not turn)
    year = day.year + (month < day.month if ahead else -(month > day.month))
    return _months(year, month)


def _shifted(found: re.Match[str], day: date, _: bool) -> Period:
    return _one(day + timedelta(days=_SHIFTS[found["word"]]))


def _around(found: re.Match[str], day: date, _: bool) -> Period:
    """Return last, this or next week, month or year."""
    turn = found["turn"] or found["this"] or ""
    step = 1 if turn.startswith("prochain") else 0 if turn.startswith("ce") else -1
    if found["unit"] == "semaine":
        monday = day - timedelta(days=day.weekday()) + timedelta(weeks=step)
        return Period(monday, monday + timedelta(days=6))
    if found["unit"] == "mois":
        index = day.year * 12 + day.month - 1 + step
        return _months(index // 12, index % 12 + 1)
    return Period(date(day.year + step, 1, 1), date(day.year + step, 12, 31))


def _ago(found: re.Match[str], day: date, _: bool) -> Period:
    """Return the day, month or year that lies so far back."""
    count = int(found["count"]) if found["count"].isdigit() else _NUMBERS[found["count"]]
    if found["unit"].startswith("jour"):
        return _one(day - timedelta(days=count))
    if found["unit"] == "mois":
        index = day.year * 12 + day.month - 1 - count
        return _months(index // 12, index % 12 + 1)
    return Period(date(day.year - count, 1, 1), date(day.year - count, 12, 31))


def _one(day: date) -> Period:
    return Period(day, day)


def _months(year: int, month: int) -> Period:
    return Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


_SHIFTS = {"avant-hier": -2, "hier": -1, "aujourd'hui": 0, "demain": 1, "apres-demain": 2}
_TURN = r"(?:\s+(?P<turn>prochaine?|derniere?|passee?))?"
_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date, bool], Period]], ...] = (
    (re.compile(rf"(?:\b(?P<day>{_DAY})\s+)?\b(?P<number>1er|\d{{1,2}})\s+(?P<month>{_MONTH})\b"), _dated),
    (re.compile(rf"\b(?P<day>{_DAY})\b{_TURN}"), _weekday),
    (
        re.compile(r"(?<![\w-])(?P<word>avant-hier|apres-demain|aujourd'hui(?! en france)|hier|demain)\b"),
        _shifted,
    ),
    (re.compile(rf"\bil y a (?P<count>{_NUMBER}) (?P<unit>jours?|mois|ans?|annees?)\b"), _ago),
    (
        re.compile(
            r"\b(?P<this>cette?)?\s*(?:la|le|l')?\s*\b(?P<unit>semaine|mois|an|annee)\b\s*"
            r"(?P<turn>prochaine?|derniere?|passee?)?$"
        ),
        lambda found, day, ahead: _around(found, day, ahead) if found["this"] or found["turn"] else _refuse(),
    ),
    (re.compile(rf"\b(?P<month>{_MONTH})\b{_TURN}"), _month),
)
# What must hold besides, for the rules that are not always certain.
_CERTAIN: dict[object, Callable[[Period, date, str, str], bool]] = {
    _dated: _near,
    _month: _near,
    _weekday: _plain_weekday,
}


def _refuse() -> Period:
    raise ValueError("neither last, this nor next")
