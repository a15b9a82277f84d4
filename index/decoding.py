"""Bytes to text: UTF-8, what a byte-order mark names, or another encoding where there is no doubt."""

import codecs

__all__ = ["UndecodableError", "decode"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What French files are in when they are not in UTF-8.
_LIKELY = ["cp1252", "iso8859_15", "iso8859_1", "mac_roman", "cp850"]
_SAMPLE = 1 << 20
_MOST_CONTROLS = 0.01


class UndecodableError(ValueError):
    """Say why bytes are not a text we can read."""


def decode(data: bytes) -> tuple[str, str]:
    """Return the text, line ends as LF and no byte-order mark, and the name of its encoding.

    Raises UndecodableError with a reason for the user.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding), encoding
    if b"\0" in data:
        raise UndecodableError(f"binary: NUL byte at offset {data.index(0)}")
    try:
        return _checked(data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError as error:
        return _guess(data, error)


def _strict(data: bytes, encoding: str) -> str:
    """Return the text in the encoding its mark names."""
    try:
        return _checked(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise UndecodableError(
            f"marked as {encoding}, but byte {error.start} is not: save it as UTF-8"
        ) from error


def _guess(data: bytes, cause: UnicodeDecodeError) -> tuple[str, str]:
    """Return the text in a Western encoding if it reads as French or its kin, without any mess."""
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE], cp_isolation=_LIKELY).best()
    if best is not None and best.percent_chaos <= 5.0 and best.percent_coherence >= 20.0:
        try:
            return _checked(data.decode(best.encoding)), best.encoding
        except UnicodeDecodeError:
            pass
    raise UndecodableError(
        f"not UTF-8 (byte 0x{data[cause.start]:02X} at offset {cause.start}), and no other encoding "
        "is certain: save it as UTF-8"
    )


def _checked(text: str) -> str:
    """Return the text with line ends as LF, or refuse one that is mostly control characters."""
    controls = sum(text.count(chr(code)) for code in range(32) if chr(code) not in "\t\n\r\f\x0b")
    if controls > max(8, _MOST_CONTROLS * len(text)):
        raise UndecodableError(f"binary: {controls} control characters")
    return text.replace("\r\n", "\n").replace("\r", "\n")
