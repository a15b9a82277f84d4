"""Links that a card and the article view share: to where an article came from, and to the article itself."""

from html import escape
from urllib.parse import quote, urlencode, urlsplit

from qa.answer import Evidence
from ui.text import Words
from ui.typography import NO_BREAK

__all__ = ["article_url", "permalink", "source_link"]

# Hexadecimal digits of the sha256 in a link: enough to tell one text of an article from the next.
DIGITS = 16


def source_link(source: str) -> str:
    """Return a web address as a link to its host, anything else as text; escaped."""
    try:
        parts = urlsplit(source)
    except ValueError:
        return escape(source)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return escape(source)
    address = escape(quote(source, safe=":/?#[]@!$&'()*+,;=%~"))
    return f'<a href="{address}" rel="noopener noreferrer" target="_blank">{escape(parts.netloc)}</a>'


def article_url(evidence: Evidence, words: Words, prefix: str) -> str:
    """Return the address of the whole article, opened at the answer or the passage; escaped."""
    start = evidence.start if evidence.answer_start is None else evidence.answer_start
    end = evidence.end if evidence.answer_end is None else evidence.answer_end
    query = {
        "id": evidence.document_id,
        "start": start,
        "end": end,
        "sha": evidence.sha256[:DIGITS],
        "lang": words.lang,
    }
    return escape(f"{prefix}article?{urlencode(query)}#passage")


def permalink(question: str) -> str:
    """Return the address that asks a question again, on the page it stands on; escaped."""
    return escape(f"?{urlencode({'q': question.replace(NO_BREAK, ' ')})}")
