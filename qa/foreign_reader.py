"""Any transformers extractive question-answering model in the bundled reader's place."""

import os
from collections.abc import Sequence
from typing import Any

from index.errors import ModelError
from qa.reader import Reading, Span, Text
from qa.spans import best_spans

__all__ = ["ForeignReader"]

LONGEST = 384
OVERLAP = 96


class ForeignReader:
    """Run an AutoModelForQuestionAnswering on the CPU; its first token scores "no answer" (SQuAD v2.0)."""

    def __init__(self, model: Any, tokenizer: Any, name: str) -> None:
        if not tokenizer.is_fast:
            raise ModelError(f"reader {name!r} has no fast tokenizer: its answers would have no offsets")
        self.name = name
        self.model = model.eval()
        self.tokenizer = tokenizer

    @classmethod
    def load(cls, name: str, *, threads: int = 1) -> "ForeignReader":
        """Load a model by folder, or by hub name from the local cache only."""
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import torch
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        torch.set_num_threads(threads)
        try:
            tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=True)
            model = AutoModelForQuestionAnswering.from_pretrained(name, local_files_only=True)
        except Exception as error:  # any of a dozen kinds, none of them ours
            raise ModelError(
                f"reader {name!r} cannot be loaded ({error}): give a folder that holds an extractive "
                "question-answering model, or a hub name that is already in this machine's cache"
            ) from error
        return cls(model, tokenizer, name)

    def read(self, question: str, passages: Sequence[Text]) -> list[Reading]:
        """Return one reading per passage; titles are not shown to models that did not learn with them."""
        return [self._read(question, passage.text) for passage in passages]

    def _read(self, question: str, text: str) -> Reading:
        import torch

        encoded = self.tokenizer(
            question, text, truncation="only_second", max_length=LONGEST, stride=OVERLAP, padding=True,
            return_overflowing_tokens=True, return_offsets_mapping=True, return_tensors="pt",
        )  # fmt: skip
        offsets = encoded.pop("offset_mapping").tolist()
        encoded.pop("overflow_to_sample_mapping", None)
        with torch.inference_mode():
            output = self.model(**encoded)
        spans: list[Span] = []
        for n, places in enumerate(offsets):
            body = [i for i, side in enumerate(encoded.sequence_ids(n)) if side == 1]
            starts, ends = output.start_logits[n].numpy(), output.end_logits[n].numpy()
            null = float(starts[0] + ends[0])
            pairs = starts[body][:, None] + ends[body]
            spans += best_spans(text, [tuple(places[i]) for i in body], pairs, null)
        spans.sort(key=lambda s: (-s.score, s.start))
        kept: list[Span] = []
        for span in spans:
            if all(span.end <= k.start or k.end <= span.start for k in kept):
                kept.append(span)
        # Such a model has no separate opinion on answerability: its best margin is one.
        return Reading(tuple(kept[:5]), kept[0].score if kept else -20.0)
