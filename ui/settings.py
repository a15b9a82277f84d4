"""What an operator decides about a server."""

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold the operator's choices; the defaults suit two cores and a small public site."""

    allow_origins: tuple[str, ...] = ()
    """Origins that may show the widget and call the API from a browser, besides the server's own."""
    workers: int = 2
    """Questions answered at the same time."""
    threads: int | None = None
    """Passages read at once, over all questions; None: one a core, up to 4."""
    queue: int = 12
    """Questions that may wait; one more gets 503."""
    seconds: float = 15.0
    """Longest time a visitor waits for an answer; after it, 504."""
    per_minute: int = 60
    """Questions a visitor may ask a minute; 0 for no limit."""
    per_minute_site: int = 600
    """Questions a minute through the widget of one allowed origin; 0 for no limit."""
    body_bytes: int = 64 * 1024
    """Largest body of a request; a document sent by the administrator may be `document_bytes` long."""
    document_bytes: int = 20 * 1024 * 1024
    admin_token: str = field(default="", repr=False)
    """Opens POST and DELETE on documents; without one they do not exist."""
    log_questions: bool = False
    feedback: Path | None = None
    """Where opinions of answers are kept; None: nobody is asked for any."""
    title: str = "Répondeur"
    examples: tuple[str, ...] = ()
    root_path: str = ""
