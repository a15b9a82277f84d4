"""RSS and Atom feeds and sitemaps, saved to disk: entries as articles, sitemaps as lists of pages."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from index.formats.dates import day_of
from index.formats.items import Article, Item, Member, Problem, Unreadable
from index.formats.limits import Given
from index.formats.naming import standard, web_address
from index.formats.webpage import fragment_text
from index.formats.xmltree import parse_xml

__all__ = ["read"]

_FEEDS = frozenset({"rss", "feed", "RDF"})
_MAPS = {"urlset": "url", "sitemapindex": "sitemap"}


def read(given: Given) -> Iterator[Item]:
    """Yield the entries of a feed, or name the pages of a sitemap."""
    root, damage = _root(given.data)
    name = root.tag.rpartition("}")[2] if isinstance(root.tag, str) else ""
    if name in _MAPS and damage is None:
        yield from _pages(root, _MAPS[name])
    elif name in _FEEDS:
        yield from _entries(given, damage)
    elif damage is not None:
        raise damage
    else:
        raise Unreadable(f"XML with the root <{name}>: neither an RSS or Atom feed nor a sitemap")


def _root(data: bytes) -> tuple[Any, Unreadable | None]:
    """Return the root of an XML text, and what is wrong with it: entries may stand before the damage."""
    from lxml import etree

    try:
        return parse_xml(data, "it"), None
    except Unreadable as error:
        if "declares XML entities" in str(error):
            raise
        parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
        root = etree.parse(BytesIO(data), parser).getroot()
        if root is None:
            raise
        return root, error


def _pages(root: Any, wanted: str) -> Iterator[Item]:
    """Yield the addresses a sitemap lists."""
    found = False
    for number, element in enumerate(root.iter("{*}" + wanted), 1):
        address = (element.findtext("{*}loc") or "").strip()
        if address:
            found = True
            day = day_of((element.findtext("{*}lastmod") or "").strip())
            yield Member(address, url=web_address(address), date=day)
        else:
            yield Problem(f"#{number}", "an entry of the sitemap without an address")
    if not found:
        raise Unreadable("a sitemap without addresses")


def _entries(given: Given, damage: Unreadable | None) -> Iterator[Item]:
    """Yield the entries of a feed, and what is wrong with it."""
    import feedparser

    feed = feedparser.parse(BytesIO(given.data), resolve_relative_uris=False, sanitize_html=True)
    if damage is not None:
        yield Problem("", f"{damage}: {len(feed.entries)} entries before the damage were read")
    elif not feed.entries:
        raise Unreadable("a feed without entries")
    for number, entry in enumerate(feed.entries, 1):
        text = fragment_text(_content(entry), given.limits)
        if text:
            title = fragment_text(entry.get("title") or "", given.limits).replace("\n", " ")
            yield _article(entry, title, feed.feed.get("language", ""), text, f"#{number}")
        else:
            yield Problem(f"#{number}", "an entry without text")


def _content(entry: Any) -> str:
    """Return the longest text an entry has: the whole one, else its summary."""
    texts = [each.get("value") or "" for each in entry.get("content", [])] + [entry.get("summary") or ""]
    return max(texts, key=len)


def _article(entry: Any, title: str, language: str, text: str, part: str) -> Article:
    """Return the article of an entry."""
    date = day_of(entry.get("published") or entry.get("updated") or "")
    meta = {"author": entry.get("author") or "", "language": entry.get("language") or language or ""}
    url = web_address(entry.get("link") or "")
    return Article(text + "\n", title, date, url, entry.get("id") or url, part, standard(meta))
