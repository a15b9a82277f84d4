"""Every error a user can cause or meet, each with its remedy in the message.

RepondeurError
├── UsageError              the call is wrong: exit code 2, HTTP 4xx
│   ├── QuestionError       empty, too long or unreadable question
│   ├── CorpusMissing       no corpus at that place
│   ├── FileError           a path that cannot be read at all
│   └── ArchiveError        an archive that is not whole, not unaltered or not ours
├── CorpusError             the corpus on disk cannot be used: exit code 1
│   ├── CorpusDamaged       a checksum or an invariant does not hold
│   ├── CorpusLocked        another writer holds the lock
│   ├── EncoderMismatch     the corpus was made with another encoder
│   └── FormatVersionError  the corpus was written by another version of the format
└── ModelError              a bundled model file is missing or altered
"""

__all__ = [
    "ArchiveError",
    "CorpusDamaged",
    "CorpusError",
    "CorpusLocked",
    "CorpusMissing",
    "EncoderMismatch",
    "FileError",
    "FormatVersionError",
    "ModelError",
    "QuestionError",
    "RepondeurError",
    "UsageError",
]


class RepondeurError(Exception):
    """Be the root of every error this project raises on purpose."""

    exit_code = 1


class UsageError(RepondeurError):
    """Say that the call itself is wrong."""

    exit_code = 2


class QuestionError(UsageError):
    """Say that a question cannot be answered as it was sent."""


class CorpusMissing(UsageError):
    """Say that there is no corpus where one was looked for."""


class FileError(UsageError):
    """Say that a path cannot be read."""


class ArchiveError(UsageError):
    """Say that an archive cannot be imported."""


class CorpusError(RepondeurError):
    """Say that the corpus on disk cannot be used."""


class CorpusDamaged(CorpusError):
    """Say that a checksum or an invariant of the corpus does not hold."""


class CorpusLocked(CorpusError):
    """Say that another process is writing the corpus."""


class EncoderMismatch(CorpusError):
    """Say that the corpus was made with another encoder than the one in hand."""


class FormatVersionError(CorpusError):
    """Say that the corpus was written by another version of the format."""


class ModelError(RepondeurError):
    """Say that a model file is missing, altered or of another kind."""
