"""Train the bundled reader from SQuAD files.

    python -m qa.model.train --french piaf.json:2 --french news.json --foreign squad-it.json --out reader.pt

French questions are met with a passage that answers (`:2`, twice) and one that does not; foreign ones mostly
with an answer, early in the run. Embeddings and the lowest layers stay frozen. Checkpoints every 100 steps;
the same command resumes. Seeds are fixed; bf16, where the processor computes in it, makes runs agree to about
three digits.
"""

import argparse
import random
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from index.chunking import Chunker
from index.model import examples, loop
from index.model.tune import QUERY, Embedder, bf16, shown
from qa.model.readings import Reading, near, negatives, positives, roughen
from qa.model.span import SpanReader

LIMIT = 320


class Batcher:
    """Turn readings into padded token ids, masks and gold positions."""

    def __init__(self, embed: Embedder, passages: list[examples.TrainPassage], rng: random.Random) -> None:
        self.embed, self.passages, self.rng = embed, passages, rng

    def encode(self, reading: Reading) -> tuple[list[int], int, int, int]:
        """Return ids, the first passage token, and the gold start and end tokens (0, 0: no answer)."""
        passage = self.passages[reading.passage]
        second = shown(passage, title=self.rng.random() > 0.25)
        offset = len(second) - len(passage.text)
        encoded = self.embed.tokenizer.encode(QUERY + roughen(reading.question, self.rng), second)
        ids, sides, places = encoded.ids[:LIMIT], encoded.sequence_ids, encoded.offsets
        body = [i for i in range(len(ids)) if sides[i] == 1 and places[i][1] > offset]
        if reading.span is None:
            return ids, body[0], 0, 0
        a, b = reading.span[0] + offset, reading.span[1] + offset
        inside = [i for i in body if places[i][0] < b and places[i][1] > a]
        return (ids, body[0], inside[0], inside[-1]) if inside else (ids, body[0], 0, 0)

    def __call__(self, readings: list[Reading]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Return ids, mask, allowed positions, starts and ends."""
        rows = [self.encode(r) for r in readings]
        width = max(len(r[0]) for r in rows)
        ids, mask = torch.ones(len(rows), width, dtype=torch.long), torch.zeros(len(rows), width)
        allowed = torch.zeros(len(rows), width, dtype=torch.bool)
        for i, (row, first, _, _) in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
            mask[i, : len(row)] = 1
            allowed[i, first : len(row) - 1] = True
        allowed[:, 0] = True
        return ids, mask, allowed, torch.tensor([r[2] for r in rows]), torch.tensor([r[3] for r in rows])


def loss(model: SpanReader, embed: Embedder, batch: tuple[Tensor, ...]) -> Tensor:
    """Return span cross-entropy (null at position 0) plus answerability binary cross-entropy."""
    ids, mask, allowed, starts, ends = batch
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16()):
        span, answerable = model(embed.words[ids], mask, 0.1)
    span = span.float().masked_fill(~allowed[:, :, None], -1e4)
    places = functional.cross_entropy(span[:, :, 0], starts) + functional.cross_entropy(span[:, :, 1], ends)
    known = functional.binary_cross_entropy_with_logits(answerable.float(), (starts > 0).float())
    return places / 2 + known / 2


def schedule(readings: dict[str, list[Reading]], rng: random.Random) -> list[Reading]:
    """Return the readings in training order: foreign ones thin out, French ones stay to the end."""
    order: list[tuple[float, Reading]] = []
    for name, rows in readings.items():
        for row in rows:
            place = rng.random()
            order.append((place * 0.6 if name == "foreign" else 0.1 + 0.9 * place, row))
    order.sort(key=lambda pair: pair[0])
    return [row for _, row in order]


def bucketed(
    rows: list[Reading], size: int, passages: list[examples.TrainPassage], rng: random.Random
) -> list[list[Reading]]:
    """Return batches of like length, made within windows of 16 batches so that the order stays."""
    done: list[list[Reading]] = []
    for at in range(0, len(rows), size * 16):
        window = sorted(rows[at : at + size * 16], key=lambda r: len(passages[r.passage].text))
        made = [window[i : i + size] for i in range(0, len(window), size)]
        rng.shuffle(made)
        done += made
    return done


def plan(
    args: argparse.Namespace, embed: Embedder, rng: random.Random
) -> tuple[list[examples.TrainPassage], list[Reading]]:
    """Return the passages and the readings in their order."""
    chunker = Chunker(embed.count)
    files = [counted(each) for each in args.french]
    passages, asked = examples.read([path for path, _ in files], chunker)
    times = {path.stem: count for path, count in files}
    of = {e.question: e.source for e in asked}
    close = neighbours(embed, passages, asked, args.out.with_suffix(".near.npy"))
    right = [r for r in positives(passages, asked) for _ in range(times[of[r.question]])]
    wrong = [r for _ in range(2) for r in negatives(passages, asked, close, rng)]
    silent = {e.question for e in asked if not e.answers}
    share = {
        path.stem: args.hard_negatives if path.stem in args.hard else args.negatives for path, _ in files
    }
    kept = [r for r in wrong if rng.random() < (0.75 if r.question in silent else share[of[r.question]])]
    extra, foreign = examples.read(args.foreign, chunker)
    shifted = [
        examples.Example(e.question, e.answers, tuple(n + len(passages) for n in e.passages), e.source)
        for e in foreign
    ]
    passages += extra
    outside = positives(passages, shifted)
    outside = rng.sample(outside, min(args.foreign_readings, len(outside)))
    others = [Reading(r.question, rng.choice(outside).passage, None) for r in outside if rng.random() < 0.15]
    return passages, schedule({"foreign": outside + others, "french": right + kept}, rng)


def counted(text: str) -> tuple[Path, int]:
    """Return the file and how often its answers are read, from `FILE` or `FILE:TIMES`."""
    path, colon, times = text.rpartition(":")
    return (Path(path), int(times)) if colon and times.isdigit() else (Path(text), 1)


def neighbours(
    embed: Embedder, passages: list[examples.TrainPassage], asked: list[examples.Example], cache: Path
) -> list[list[int]]:
    """Return `near`, kept beside the checkpoint so that a resumed run need not search again."""
    if cache.exists():
        found = np.load(cache)
        if len(found) == len(asked):
            return list(found.tolist())
    close = near(embed, passages, asked)
    np.save(cache, np.array(close, np.int32))
    return close


def main() -> None:
    """Train, checkpointing; print the mean loss every 20 steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--french", metavar="FILE[:TIMES]", action="append", required=True)
    parser.add_argument("--foreign", type=Path, action="append", default=[])
    parser.add_argument(
        "--hard", action="append", default=[], help="stem of a file whose wrong passages lie close"
    )
    parser.add_argument("--hard-negatives", type=float, default=0.75, help="share of those that is read")
    parser.add_argument("--negatives", type=float, default=0.25, help="share of other wrong passages read")
    parser.add_argument("--foreign-readings", type=int, default=4500)
    parser.add_argument("--start", type=Path, help="weights to start from instead of the published ones")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--stop", type=int, help="end after this many steps of the schedule")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, default=1.2e-4)
    parser.add_argument("--end", type=float, default=0.03, help="share of the rate left at the end")
    parser.add_argument("--frozen", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)  # noqa: S311
    embed = Embedder()
    passages, order = plan(args, embed, rng)
    model = SpanReader(embed.model)
    if args.start:
        model.load_state_dict(torch.load(args.start, weights_only=True))
    body = model.transformer
    loop.freeze(body.position, body.norm, *body.layers[: args.frozen])
    steps = bucketed(order, args.batch, passages, rng)
    print(f"{len(passages)} passages, {len(order)} readings, {len(steps)} steps", flush=True)
    ready = Batcher(embed, passages, rng)
    loop.train(
        model,
        steps,
        ready,
        partial(loss, model, embed),
        args.out,
        rate=args.lr,
        warm=80,
        end=args.end,
        stop=args.stop,
    )


if __name__ == "__main__":
    main()
