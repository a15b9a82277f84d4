"""The parent's side of the child process: start it, ask it, bound it, replace it when it fails."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Self

from index.formats.columns import Columns
from index.formats.items import Item, Unreadable, from_line
from index.formats.limits import Limits

__all__ = ["ColumnRefused", "Sandbox"]

_ROOT = str(Path(__file__).parents[2])
# Seconds a child may take to end once it no longer answers.
_DYING = 5.0
# All the child sees of the environment: no tokens, no proxies.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "TEMP", "TMP", "USERPROFILE")


class ColumnRefused(Exception):  # noqa: N818
    """Say that a table has no column of the name the caller gave."""


class _Broken(Exception):  # noqa: N818
    """Say how the child ended before its answer did."""


class Sandbox:
    """Read files in a child process, one at a time; one child serves many files."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._child: subprocess.Popen[bytes] | None = None
        self._expired = False

    def __enter__(self) -> Self:
        """Return the sandbox; a child starts with the first file."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the child."""
        self.close()

    def close(self) -> None:
        """End the child, whatever it does."""
        child, self._child = self._child, None
        if child:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                # What was not yet written to a dead child is written in vain.
                with suppress(OSError):
                    if pipe:
                        pipe.close()

    def read(self, path: Path, inside: tuple[str, ...], suffix: str, columns: Columns) -> Iterator[Item]:
        """Yield what a file, or one in an archive, gives.

        Raises Unreadable with the reason where that is nothing, or no more; ColumnRefused.
        """
        request = {"path": str(path), "inside": inside, "suffix": suffix, "columns": asdict(columns)}
        while True:
            fresh = self._child is None
            given = 0
            try:
                for item in self._exchange(json.dumps(request).encode("ascii") + b"\n"):
                    given += 1
                    yield item
            except _Broken as broken:
                self.close()
                # What an earlier file left behind may be what was too much: once more, in a new process.
                if fresh or given or self._expired:
                    raise Unreadable(str(broken), costly=True) from broken
            else:
                return

    def _exchange(self, request: bytes) -> Iterator[Item]:
        """Send a request and yield the items of its answer."""
        child = self._child = self._child or self._started()
        self._expired = False
        try:
            assert child.stdin  # noqa: S101
            child.stdin.write(request)
            child.stdin.flush()
        except OSError:
            raise _Broken(self._ending(child)) from None
        left, size = self.limits.seconds, 0
        while True:
            began = time.monotonic()
            line = self._line(child, left)
            # The child's time only: between two lines the caller embeds what it got.
            left -= time.monotonic() - began
            size += len(line)
            if not line.endswith(b"\n") or size > self.limits.output:
                raise _Broken(self._ending(child, size))
            try:
                values = json.loads(line)
                if values["kind"] == "end":
                    return self._finish(values)
                item = from_line(values)
            except (ValueError, KeyError, TypeError) as error:
                raise _Broken(f"its parser gave an answer that is none: {error}") from error
            yield item

    def _finish(self, end: dict[str, Any]) -> None:
        """Raise what the end of an answer says."""
        if end["memory"]:
            raise _Broken(end["reason"])
        if self._expired:
            # The clock rang between the last line and here: whole answer, dead child.
            self.close()
        if end["column"]:
            raise ColumnRefused(end["column"])
        if end["reason"]:
            raise Unreadable(end["reason"], costly=end["costly"])

    def _line(self, child: subprocess.Popen[bytes], seconds: float) -> bytes:
        """Return the next line of the child, what there is of it when it dies, or is killed for its time."""
        output: IO[bytes] | None = child.stdout
        assert output  # noqa: S101
        clock = threading.Timer(max(seconds, 0.0), self._ring, [child])
        clock.daemon = True
        clock.start()
        try:
            return output.readline(self.limits.output + 1)
        finally:
            clock.cancel()
            clock.join()

    def _ring(self, child: subprocess.Popen[bytes]) -> None:
        """Kill a child whose time is up."""
        self._expired = True
        child.kill()

    def _ending(self, child: subprocess.Popen[bytes], size: int = 0) -> str:
        """Return in words why an answer stopped before its end."""
        if self._expired:
            return f"takes more than {self.limits.seconds:g} seconds to read"
        if size > self.limits.output:
            return f"gives more than {self.limits.output >> 20} MB of text: split it"
        with suppress(subprocess.TimeoutExpired):
            child.wait(_DYING)
        child.kill()
        code = child.wait()
        return f"too much for its parser, which stopped ({_named(code)})"

    def _started(self) -> subprocess.Popen[bytes]:
        """Start a child with the modules of this process and little else."""
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join([_ROOT, *(each for each in sys.path if each)])
        # The same order of sets, and so the same text, each time.
        environment["PYTHONHASHSEED"] = "0"
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-B", "-m", "index.formats.worker", json.dumps(asdict(self.limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )


def _named(code: int) -> str:
    """Return an exit status in words."""
    return f"signal {-code}" if code < 0 else f"exit status {code}"
