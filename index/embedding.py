"""What is embedded for a passage, in one place."""

from hashlib import blake2b

__all__ = ["embedded_hash", "embedding_text"]

# Beyond this a title is a mistake of its source, and would drown the passage.
_LONGEST_TITLE = 300


def embedding_text(document_title: str, passage_text: str) -> str:
    """Return the text whose vector stands for the passage: the document's title, if any, then the passage."""
    title = document_title.strip()[:_LONGEST_TITLE]
    return f"{title}\n{passage_text}" if title else passage_text


def embedded_hash(text: str) -> bytes:
    """Return 16 bytes that identify an embedded text, to take its vector over instead of computing it."""
    return blake2b(text.encode("utf-8"), digest_size=16).digest()
