"""What the first bytes say a file is, for files whose name says otherwise."""

__all__ = ["signature_problem"]

_ZIPPED = frozenset({".docx", ".odt", ".epub", ".zip"})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES = (
    (b"%PDF-", "a PDF", frozenset({".pdf"})),
    (b"PK\x03\x04", "a ZIP archive or an office document", _ZIPPED),
    (b"PK\x05\x06", "a ZIP archive with nothing in it", _ZIPPED),
    (b"\x1f\x8b", "compressed by gzip", frozenset({".gz"})),
    (b"\x89PNG", "a PNG picture", frozenset[str]()),
    (b"\xff\xd8\xff", "a JPEG picture", frozenset[str]()),
    (b"GIF8", "a GIF picture", frozenset[str]()),
    (b"{\\rtf", "an RTF document", frozenset[str]()),
    (b"\x7fELF", "a program", frozenset[str]()),
    (_OLE, "an Office file of before 2007 or a password-protected one", frozenset[str]()),
)


def signature_problem(head: bytes, suffix: str) -> str | None:
    """Return why bytes that begin so are not of the format the suffix names, or None."""
    if not head:
        return "empty: no text in it"
    for mark, what, suffixes in _SIGNATURES:
        if head.startswith(mark) and suffix not in suffixes:
            return f"named {suffix}, but {what} by its first bytes: rename or convert it"
    if suffix == ".pdf" and b"%PDF-" not in head[:1024]:
        return "named .pdf, but not a PDF by its first bytes: rename or convert it"
    if suffix in _ZIPPED and not head.startswith(b"PK"):
        return f"named {suffix}, but not one by its first bytes: rename or convert it"
    return None
