"""Train the bundled reader from what mine.py wrote, and from foreign SQuAD files.

    python -m qa.model.train --mined mined.jsonl --foreign squad-it.json --out reader.pt --part 1/2

A question is read beside a passage that answers it and some that were found for it and do not: each passage
learns where its answer stands or that it has none, and the passages of a question compare with each other.
Embeddings and the lowest layers stay frozen. Checkpoints every 100 steps; the same command resumes. Seeds are
fixed; bf16, where the processor computes in it, makes runs agree to about three digits. `--part` takes one of
several disjoint shares of the questions: runs side by side, one core each, whose weights are then averaged.
"""

import argparse
import json
import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from index.model import loop
from index.model.tune import PASSAGE, QUERY, Embedder, bf16
from qa.model.readings import Group, Reading, batches, group, mined, roughen
from qa.model.span import SpanReader

LIMIT = 320
# Longest answer, in tokens.
LONGEST = 40


class Batcher:
    """Turn groups of readings into padded token ids, masks, gold positions and group bounds."""

    def __init__(self, embed: Embedder, rng: random.Random) -> None:
        self.embed, self.rng = embed, rng

    def encode(self, question: str, reading: Reading) -> tuple[list[int], int, int, int]:
        """Return ids, the first passage token, and the gold start and end tokens (0, 0: no answer)."""
        titled = reading.title and self.rng.random() > 0.25
        second = f"{PASSAGE}{reading.title}\n{reading.text}" if titled else PASSAGE + reading.text
        offset = len(second) - len(reading.text)
        encoded = self.embed.tokenizer.encode(question, second)
        ids, sides, places = encoded.ids, encoded.sequence_ids, encoded.offsets
        ids = ids if len(ids) <= LIMIT else [*ids[: LIMIT - 1], ids[-1]]
        body = [i for i in range(len(ids) - 1) if sides[i] == 1 and places[i][1] > offset]
        if reading.span is None:
            return ids, body[0], 0, 0
        a, b = reading.span[0] + offset, reading.span[1] + offset
        inside = [i for i in body if places[i][0] < b and places[i][1] > a]
        return (ids, body[0], inside[0], inside[-1]) if inside else (ids, body[0], 0, 0)

    def __call__(self, groups: list[Group]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, list[int]]:
        """Return ids, mask, allowed positions, starts, ends, and how many rows each group has."""
        rows = []
        for each in groups:
            question = QUERY + roughen(each.question, self.rng)
            rows += [self.encode(question, reading) for reading in each.readings]
        width = max(len(r[0]) for r in rows)
        ids, mask = torch.ones(len(rows), width, dtype=torch.long), torch.zeros(len(rows), width)
        allowed = torch.zeros(len(rows), width, dtype=torch.bool)
        for i, (row, first, _, _) in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
            mask[i, : len(row)] = 1
            allowed[i, first : len(row) - 1] = True
        allowed[:, 0] = True
        starts, ends = torch.tensor([r[2] for r in rows]), torch.tensor([r[3] for r in rows])
        return ids, mask, allowed, starts, ends, [len(each.readings) for each in groups]


def loss(
    model: SpanReader, embed: Embedder, batch: tuple[Tensor, Tensor, Tensor, Tensor, Tensor, list[int]]
) -> Tensor:
    """Return the loss of spans (null at position 0), of answerability, and of passages beside each other."""
    ids, mask, allowed, starts, ends, sizes = batch
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16()):
        span, known, left, right = model(embed.words[ids], mask, 0.1)
    span, known = span.float().masked_fill(~allowed[:, :, None], -1e4), known.float()
    begin, end = span[:, :, 0], span[:, :, 1]
    apart = functional.cross_entropy(begin, starts) + functional.cross_entropy(end, ends)
    pairs = joint(begin, end, left.float() @ right.float().transpose(1, 2))
    # Of an answer longer than any that is given, the beginning is learned.
    nearest = torch.minimum(ends, starts + LONGEST - 1)
    together = functional.cross_entropy(pairs.flatten(1), starts * pairs.shape[1] + nearest)
    answered = functional.binary_cross_entropy_with_logits(known, (starts > 0).float())
    margin = pairs.flatten(1)[:, 1:].logsumexp(1) - pairs[:, 0, 0]
    beside = listwise(known, starts, sizes) + listwise(margin, starts, sizes)
    return apart / 4 + together / 2 + answered / 2 + beside / 4


def joint(begin: Tensor, end: Tensor, pair: Tensor) -> Tensor:
    """Return the score of each (start, end), (batch, tokens, tokens); impossible ones are very negative."""
    scores = begin[:, :, None] + end[:, None, :] + pair
    length = torch.arange(begin.shape[1])[None, :] - torch.arange(begin.shape[1])[:, None]
    possible = (length >= 0) & (length < LONGEST)
    possible[0, 1:] = False
    return scores.masked_fill(~possible, -1e4)


def listwise(scores: Tensor, starts: Tensor, sizes: Sequence[int]) -> Tensor:
    """Return the mean cross-entropy of the passage that answers among those of its question."""
    parts = zip(torch.split(scores, list(sizes)), torch.split(starts, list(sizes)), strict=True)
    found = [functional.cross_entropy(s, g.gt(0).long().argmax()) for s, g in parts if len(s) > 1 and g.any()]
    return torch.stack(found).mean() if found else scores.new_zeros(())


def foreign(args: argparse.Namespace, rng: random.Random) -> list[Group]:
    """Return foreign questions with their gold contexts, those that are short enough."""
    found = []
    for path in args.foreign:
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                text = paragraph["context"]
                for qa in paragraph["qas"] if len(text) < 1200 else ():
                    if qa["answers"]:
                        start = qa["answers"][0]["answer_start"]
                        span = (start, start + len(qa["answers"][0]["text"]))
                        found.append(Group(qa["question"], (Reading(article.get("title", ""), text, span),)))
    return rng.sample(found, min(len(found), args.foreign_readings))


def plan(args: argparse.Namespace, rng: random.Random) -> list[list[Group]]:
    """Return the batches in their order; this part's share of the questions, each `--times` times."""
    part, parts = (int(n) for n in args.part.split("/"))
    rows = mined(args.mined)
    order = random.Random(args.shuffle)  # noqa: S311
    order.shuffle(rows)
    shares = dict(each.split("=") for each in args.share)
    rows = [row for row in rows if order.random() < float(shares.get(row["source"], 1))][part - 1 :: parts]
    groups = [group(row, rng, wrong=args.wrong, whole=args.whole) for _ in range(args.times) for row in rows]
    made = [g for g in groups if g] + foreign(args, rng)
    rng.shuffle(made)
    return batches(made, args.batch, rng)


def main() -> None:
    """Train, checkpointing; print the mean loss every 20 steps."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mined", type=Path, action="append", required=True)
    parser.add_argument("--foreign", type=Path, action="append", default=[])
    parser.add_argument("--foreign-readings", type=int, default=0)
    parser.add_argument("--wrong", type=int, default=2, help="passages beside the one that answers")
    parser.add_argument("--whole", type=float, default=0.5, help="share of short contexts read whole")
    parser.add_argument(
        "--share",
        action="append",
        default=[],
        metavar="SET=SHARE",
        help="read this share of a set's questions",
    )
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--part", default="1/1", metavar="K/N")
    parser.add_argument("--shuffle", type=int, default=1, help="seed of the order that parts are cut from")
    parser.add_argument("--start", type=Path, help="weights to start from instead of the published ones")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--stop", type=int, help="end after this many steps of the schedule")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, default=1.2e-4)
    parser.add_argument("--warm", type=int, default=80, help="steps until the rate is reached")
    parser.add_argument("--end", type=float, default=0.03, help="share of the rate left at the end")
    parser.add_argument("--frozen", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)  # noqa: S311
    embed = Embedder()
    steps = plan(args, rng)
    model = SpanReader(embed.model)
    if args.start:
        # Weights of a release before the pair head lack it.
        model.load_state_dict(torch.load(args.start, weights_only=True), strict=False)
    body = model.transformer
    loop.freeze(body.position, body.norm, *body.layers[: args.frozen])
    print(f"{sum(map(len, steps))} questions, {len(steps)} steps", flush=True)
    ready, value = Batcher(embed, rng), partial(loss, model, embed)
    rates = {"rate": args.lr, "warm": args.warm, "end": args.end}
    loop.train(model, steps, ready, value, args.out, stop=args.stop, **rates)


if __name__ == "__main__":
    main()
