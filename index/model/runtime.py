"""Run the bundled graphs: tokens in, word vectors from the shared table, ONNX Runtime for the rest."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.model.table import WordTable

FOLDER = Path(__file__).parent
PAD = 1
END = 2
MOST_THREADS = 4

Item = TypeVar("Item")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Words:
    """Hold what encoder and reader share: the tokenizer and the word-vector table."""

    tokenizer: Any
    table: WordTable

    def batch(self, rows: Sequence[Sequence[int]]) -> dict[str, NDArray[Any]]:
        """Return the two model inputs for rows of token ids, padded to the longest."""
        width = max(len(row) for row in rows)
        ids = np.full((len(rows), width), PAD, np.int64)
        mask = np.zeros((len(rows), width), np.int32)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
        return {"words": self.table.rows(ids), "mask": mask}


@cache
def shared_words() -> Words:
    """Load the tokenizer and map the table, once a process."""
    from tokenizers import Tokenizer

    # The tokenizer's own thread pool would fight with ours for two cores, and warns after a fork.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    checked(FOLDER)
    tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    tokenizer.no_truncation()
    return Words(tokenizer, WordTable.load(FOLDER))


@cache
def checked(folder: Path) -> Mapping[str, Any]:
    """Return model.json of a folder after checking every file's sha256, once a process."""
    try:
        described: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        for name, wanted in described["files"].items():
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            if found != wanted:
                raise ModelError(
                    f"{folder / name} has sha256 {found[:12]}…, model.json says {wanted[:12]}…: "
                    "reinstall repondeur"
                )
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            f"the bundled model in {folder} cannot be read ({error}): reinstall repondeur"
        ) from error
    return described


def fingerprint(folder: Path) -> str:
    """Return what identifies a bundled model: the sha256 of its model.json, which holds all others."""
    return hashlib.sha256((folder / "model.json").read_bytes()).hexdigest()[:16]


def session(path: Path) -> Any:
    """Return an ONNX Runtime session whose calls take one thread each, and may be made side by side."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class SideBySide:
    """Make calls of a model side by side, a thread each.

    Threads inside one call wait for each other at every layer, busily: that costs twice the processor
    time, and beside another busy process all of the gain. Calls of one thread each cost no more together.
    """

    def __init__(self, threads: int | None = None) -> None:
        """Take `threads` at most (None: as many as the cores this process may use, up to 4)."""
        if threads is not None and threads < 1:
            raise ModelError(f"threads is {threads}: give 1 or more")
        self.threads = threads or min(cores(), MOST_THREADS)
        self._pool = ThreadPoolExecutor(self.threads, "model")

    def map(self, work: Callable[[Item], Made], items: Sequence[Item]) -> list[Made]:
        """Return what `work` makes of each item, in their order."""
        if self.threads == 1 or len(items) < 2:
            return [work(item) for item in items]
        return list(self._pool.map(work, items))


def cores() -> int:
    """Return how many processor cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
