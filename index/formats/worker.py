"""The child process that reads difficult files: a line of JSON in for each, lines of JSON out.

It has little memory, no network, may write nothing and start nothing; whoever started it kills it when it
takes too long. Run as `python -P -m index.formats.worker LIMITS`, with LIMITS a JSON object.
"""

import contextlib
import ctypes
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from index.formats.archive import member_bytes
from index.formats.columns import Columns, UnknownColumnError
from index.formats.items import Item, Unreadable, to_line
from index.formats.limits import Given, Limits
from index.formats.registry import read, suffix_of
from index.formats.signatures import signature_problem

__all__ = ["main"]

_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.",
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000


def main() -> None:
    """Answer requests until stdin ends."""
    limits = Limits(**json.loads(sys.argv[1]))
    # Ctrl-C reaches the whole group; the parent decides what becomes of this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    # What a library prints must not be taken for an answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _confine(limits)
    packages = _Archives()
    for line in sys.stdin.buffer:
        _more_time(limits)
        end = _answer(json.loads(line), limits, packages, answers)
        answers.write(json.dumps({"kind": "end", **end}).encode("ascii") + b"\n")
        answers.flush()
        if end["memory"]:
            # What did not fit may still be held: the next file gets a new process.
            sys.exit()


def _answer(
    request: dict[str, Any], limits: Limits, packages: "_Archives", answers: IO[bytes]
) -> dict[str, Any]:
    """Write the items of one file and return how it ended."""
    reason, costly, memory, column = "", False, False, ""
    try:
        for item in _items(request, limits, packages):
            answers.write(to_line(item))
    except UnknownColumnError as error:
        column = str(error)
    except Unreadable as error:
        reason, costly = str(error), error.costly
    except MemoryError:
        # What did not fit is held until this clause ends: nothing can be said before.
        memory = True
    except RecursionError:
        reason, costly = "nested too deeply", True
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
    except Exception as error:
        # Parsers fail in ways of their own; none may end the run.
        said = (str(error) or type(error).__name__).split("\n", 1)[0][:200]
        reason = f"damaged, or not what its name says: {said}"
    if memory:
        reason, costly = f"needs more than {limits.memory >> 20} MB of memory to read", True
    return {"reason": reason, "costly": costly, "memory": memory, "column": column}


def _items(request: dict[str, Any], limits: Limits, packages: "_Archives") -> Iterator[Item]:
    """Yield what the file of a request gives."""
    path, inside = Path(request["path"]), request["inside"]
    name = inside[-1] if inside else path.name
    suffix = request["suffix"]
    data = packages.bytes_of(path, tuple(inside), limits)
    problem = signature_problem(data[:1024], suffix)
    if problem and suffix != ".jsonl.gz":
        raise Unreadable(problem)
    stem = Path(name).name.removesuffix(Path(name).suffix) if suffix_of(name) else Path(name).name
    return (yield from read(Given(data, stem, suffix, limits, Columns(**request["columns"]))))


class _Archives:
    """Hold the archive last read from, so that its next file does not unfold it again."""

    def __init__(self) -> None:
        self._key: object = None
        self._data = b""

    def bytes_of(self, path: Path, inside: tuple[str, ...], limits: Limits) -> bytes:
        """Return the bytes of a file, or of a file in an archive in an archive."""
        if not inside:
            return path.read_bytes()
        status = path.stat()
        key = (path, inside[:-1], status.st_mtime_ns, status.st_size)
        if key != self._key:
            data = path.read_bytes()
            for name in inside[:-1]:
                data = member_bytes(data, name, limits.file)
            self._key, self._data = key, data
        return member_bytes(self._data, inside[-1], limits.file)


def _confine(limits: Limits) -> None:
    """Take away from this process what reading a file does not need."""
    with contextlib.suppress(ImportError):
        import resource

        for which, most in (("AS", limits.memory), ("FSIZE", 0), ("CORE", 0)):
            with contextlib.suppress(ValueError, OSError, AttributeError):
                resource.setrlimit(getattr(resource, f"RLIMIT_{which}"), (most, most))
    with contextlib.suppress(OSError, AttributeError):
        # Where the kernel lets us, there is not even a network to reach. Root would lose its right to files
        # of others in a user namespace of its own.
        flags = _NEW_NETWORK if os.geteuid() == 0 else _NEW_USER | _NEW_NETWORK
        ctypes.CDLL(None).unshare(flags)
    sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    """Refuse connections, programs and files to write, whichever library asks."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is not allowed while a file is read")
    if event == "open" and isinstance(args[2], int) and args[2] & _WRITING and args[0] != os.devnull:
        raise PermissionError(f"writing {args[0]} is not allowed while a file is read")


def _more_time(limits: Limits) -> None:
    """Let one more file have its seconds of processor, should the parent be gone and kill nobody."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        most = int(used.ru_utime + used.ru_stime + limits.seconds) + 5
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main()
