"""What visitors thought of answers: one SQLite file beside the corpus, nothing in it about who they are."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from index.errors import RepondeurError, UsageError
from qa.answer import Answer

__all__ = ["FeedbackFile", "FeedbackFullError", "Judged", "Opinion", "beside", "judged"]

Opinion = Literal["up", "down"]
# Rows. Beyond it, somebody is playing; an operator exports and starts a new file.
MOST = 100_000
_VERSION = 1
_TABLE = """
CREATE TABLE judged (
  receipt TEXT PRIMARY KEY, question TEXT NOT NULL, understood TEXT, lang TEXT NOT NULL, answer TEXT,
  reason TEXT, document_id TEXT, sha256 TEXT, start INTEGER, "end" INTEGER, confidence REAL NOT NULL,
  opinion TEXT NOT NULL CHECK (opinion IN ('up', 'down')), remark TEXT NOT NULL, at TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""


class FeedbackFullError(RepondeurError):
    """Say that no more opinions are taken."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold one opinion: what was asked, what was answered and where that stands, what was thought, when.

    `at` is UTC to the minute: enough to follow a change of the corpus, too coarse to find a line of an access
    log. `receipt` names the answer, not its visitor, and is drawn at random for each.
    """

    receipt: str
    question: str
    understood: str | None
    lang: str
    answer: str | None
    reason: str | None
    document_id: str | None
    sha256: str | None
    start: int | None
    end: int | None
    confidence: float
    opinion: Opinion
    remark: str
    at: str


_COLUMNS = ", ".join(f'"{field.name}"' for field in fields(Judged))
_PUT = f"INSERT OR REPLACE INTO judged ({_COLUMNS}) VALUES ({', '.join('?' * len(fields(Judged)))})"  # noqa: S608


def judged(receipt: str, answer: Answer, lang: str, opinion: Opinion, remark: str) -> Judged:
    """Return what is kept of an opinion of an answer; of several places, the one the answer was read in."""
    place = next((each for each in answer.passages if each.answer_start is not None), None)
    return Judged(
        receipt=receipt,
        question=answer.question,
        understood=answer.understood,
        lang=lang,
        answer=answer.answer,
        reason=str(answer.abstention.reason) if answer.abstention else None,
        document_id=place.document_id if place else None,
        sha256=place.sha256 if place else None,
        start=place.answer_start if place else None,
        end=place.answer_end if place else None,
        confidence=answer.confidence,
        opinion=opinion,
        remark=remark,
        at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ"),
    )


def beside(corpus: Path) -> Path:
    """Return where the opinions about a corpus are kept unless the operator says otherwise.

    Not in its folder: whoever builds a corpus anew deletes that.
    """
    folder = corpus.absolute()
    return folder.with_name(f"{folder.name}.feedback.sqlite")


class FeedbackFile:
    """Keep opinions in one file; safe to share between threads."""

    def __init__(self, path: Path, *, most: int = MOST) -> None:
        self.path = path
        self._most = most
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, *, most: int = MOST) -> "FeedbackFile":
        """Make the file where there is none, and check that it can be written; UsageError otherwise."""
        file = cls(path, most=most)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with file._connection(new=True) as db, db:
                if not db.execute("PRAGMA user_version").fetchone()[0]:
                    db.execute(_TABLE)
                    db.execute(f"PRAGMA user_version = {_VERSION}")
                db.execute("BEGIN IMMEDIATE")
        except (sqlite3.Error, OSError) as error:
            raise UsageError(
                f"opinions cannot be kept in {path}: {error}; name another file with --feedback FILE, "
                "or switch them off with --no-feedback"
            ) from error
        return file

    def put(self, opinion: Judged) -> None:
        """Keep an opinion; a second one of the same answer replaces the first.

        FeedbackFullError when the file is full.
        """
        values = [getattr(opinion, field.name) for field in fields(Judged)]
        with self._lock, self._connection() as db, db:
            others = "SELECT count(*) FROM judged WHERE receipt != ?"
            if db.execute(others, [opinion.receipt]).fetchone()[0] >= self._most:
                raise FeedbackFullError(
                    f"{self.path} holds {self._most} opinions: export it, then move it away"
                )
            db.execute(_PUT, values)

    def all(self) -> list[Judged]:
        """Return every opinion, oldest first; UsageError where there is no such file."""
        if not self.path.is_file():
            raise UsageError(
                f"no opinions at {self.path}: `repondeur serve` keeps them there once a visitor judged an "
                "answer; name another file with --feedback FILE"
            )
        try:
            with self._connection() as db:
                rows = db.execute(f"SELECT {_COLUMNS} FROM judged ORDER BY at, receipt").fetchall()  # noqa: S608
        except sqlite3.Error as error:
            raise UsageError(f"{self.path} does not hold opinions: {error}") from error
        return [Judged(*row) for row in rows]

    @contextmanager
    def _connection(self, *, new: bool = False) -> Iterator[sqlite3.Connection]:
        """Open the file for one task: opinions are rare, and a file moved away is then let go of."""
        mode = "rwc" if new else "rw"
        with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode={mode}", uri=True)) as db:
            yield db


assert get_args(Opinion) == ("up", "down")  # noqa: S101  what the table checks
