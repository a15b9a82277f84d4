"""The day in whatever a file calls its date."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

__all__ = ["day_of"]

_ISO = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?![\d-])")


def day_of(value: object) -> str:
    """Return a date as YYYY-MM-DD where it reads as one, in its own time zone; else as written."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    written = str(value or "").strip()
    if found := _ISO.match(written):
        return found[0]
    try:
        return parsedate_to_datetime(written).date().isoformat()
    except (ValueError, TypeError, OverflowError):
        return written
