"""Tune the encoder on questions and the passages that answer them: contrastive, with mined negatives.

    python -m index.model.tune --squad piaf.json --squad news.json --titles corpus.jsonl.gz --out tuned.pt

The word table stays frozen, so that it remains the published 4-bit one. Checkpoints every 100 steps; the same
command resumes. Seeds are fixed; bf16, where the processor computes in it, makes runs agree to about three
digits, not bit for bit.
"""

import argparse
import gzip
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from index.chunking import Chunker
from index.model import bert, examples, loop, source, vocabulary

QUERY, PASSAGE = "query: ", "passage: "


@dataclass(frozen=True, slots=True)
class Pair:
    """Hold a question, its passage, and passages that look like it and do not answer."""

    question: str
    passage: int
    group: int
    negatives: tuple[int, ...] = ()
    hard: float = 0.15


class Embedder:
    """Turn texts into vectors with torch, for training."""

    def __init__(self) -> None:
        published = source.read(source.default_path())
        rows = vocabulary.kept_rows(published)
        self.tokenizer: Tokenizer = vocabulary.tokenizer(published, rows)
        self.tokenizer.no_truncation()
        self.words = torch.from_numpy(published.matrix("emb.word", published.hidden)[rows])
        self.model = bert.rebuild(published)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return token counts without special tokens."""
        return [len(e.ids) for e in self.tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def __call__(self, texts: list[str], limit: int) -> Tensor:
        """Return (n, hidden) unit vectors, each text cut to `limit` tokens."""
        rows = [
            e.ids if len(e.ids) <= limit else [*e.ids[: limit - 1], 2]
            for e in self.tokenizer.encode_batch(texts)
        ]
        ids = torch.ones(len(rows), max(map(len, rows)), dtype=torch.long)
        mask = torch.zeros(ids.shape)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
            mask[i, : len(row)] = 1
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16()):
            states = self.model(self.words[ids], mask, 0.1)
        return bert.mean_pool(states.float(), mask)

    @torch.inference_mode()
    def all(self, texts: list[str], limit: int, batch: int = 32) -> Tensor:
        """Return the vectors of many texts, in batches of like length."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out = torch.zeros(len(texts), self.words.shape[1])
        for i in range(0, len(order), batch):
            out[order[i : i + batch]] = self([texts[j] for j in order[i : i + batch]], limit)
        return out


def bf16() -> bool:
    """Tell whether the processor computes in bfloat16; imitated, it is four times slower than float32."""
    return bool(torch.cpu.get_capabilities().get("avx512_bf16"))


def shown(passage: examples.TrainPassage, *, title: bool = True) -> str:
    """Return what is embedded for a passage."""
    return f"{PASSAGE}{passage.title}\n{passage.text}" if title and passage.title else PASSAGE + passage.text


def mine(
    embed: Embedder,
    passages: list[examples.TrainPassage],
    asked: list[examples.Example],
    hard: dict[str, float],
) -> list[Pair]:
    """Return the answerable questions as pairs, each with up to 8 close passages that hold no gold answer.

    `hard` gives the share of a set's pairs that get one of these (others: 0.15). Sets may share contexts: a
    passage's first number stands for it.
    """
    embed.model.eval()
    seen: dict[str, int] = {}
    first = [seen.setdefault(p.text, n) for n, p in enumerate(passages)]
    vectors = embed.all([shown(p) for p in passages], 256)
    queries = embed.all([QUERY + e.question for e in asked], 64)
    pairs = []
    for example, query in zip(asked, queries, strict=True):
        gold = [first[n] for n in example.passages if example.holds(passages[n])]
        if not gold:
            continue
        near = {first[n]: None for n in torch.topk(vectors @ query, 40).indices.tolist()}
        texts = {text.lower() for _, text in example.answers}
        wrong = [n for n in near if n not in gold and not any(t in passages[n].text.lower() for t in texts)]
        share = hard.get(example.source, 0.15)
        pairs.append(Pair(example.question, gold[0], passages[gold[0]].context, tuple(wrong[:8]), share))
    return pairs


def titles(path: Path, count: int, chunker: Chunker, rng: random.Random) -> list[tuple[str, str]]:
    """Return (title, a passage of the article) pairs: what a headline asks, its article answers."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        articles = rng.sample([json.loads(line) for line in lines], count)
    spans = chunker.spans([a["text"] for a in articles])
    picked = [rng.choice(s[:3]) for s in spans]
    return [
        (a["title"], PASSAGE + a["text"][x:y])
        for a, (x, y) in zip(articles, picked, strict=True)
        if a["title"]
    ]


def batches(pairs: list[Pair], size: int, rng: random.Random) -> list[list[Pair]]:
    """Return shuffled batches in which no passage stands twice, as it would be a false negative."""
    rng.shuffle(pairs)
    done: list[list[Pair]] = []
    open_: list[list[Pair]] = []
    for pair in pairs:
        for batch in open_:
            if all(other.passage != pair.passage for other in batch):
                batch.append(pair)
                break
        else:
            open_.append([pair])
        full = [b for b in open_ if len(b) == size]
        done += full
        open_ = [b for b in open_ if len(b) < size]
    return done + [b for b in open_ if len(b) >= size // 2]


def loss(queries: Tensor, documents: Tensor, temperature: float = 0.02) -> Tensor:
    """Return InfoNCE: the i-th document answers the i-th question, all others do not."""
    scores = queries @ documents.T / temperature
    return functional.cross_entropy(scores, torch.arange(len(queries)))


def main() -> None:
    """Train, checkpointing; print the mean loss every 20 steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--squad", type=Path, action="append", required=True)
    parser.add_argument(
        "--hard",
        action="append",
        default=[],
        metavar="SET=SHARE",
        help="give this share of a file's pairs a mined negative",
    )
    parser.add_argument("--pairs", type=int, help="read this many of the pairs, drawn at random")
    parser.add_argument("--frozen", type=int, default=4)
    parser.add_argument("--start", type=Path, help="weights to start from instead of the published ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--titles", type=Path)
    parser.add_argument("--title-pairs", type=int, default=1500)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=4e-5)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)  # noqa: S311
    embed = Embedder()
    if args.start:
        embed.model.load_state_dict(torch.load(args.start, weights_only=True))
    chunker = Chunker(embed.count)
    passages, asked = examples.read(args.squad, chunker)
    hard = dict(each.split("=") for each in args.hard)
    pairs = mine(embed, passages, asked, {name: float(share) for name, share in hard.items()})
    pairs = rng.sample(pairs, min(len(pairs), args.pairs or len(pairs)))
    schedule: list[list[Pair] | list[tuple[str, str]]] = [
        *batches(list(pairs), args.batch, rng),
    ]
    if args.titles:
        made = titles(args.titles, args.title_pairs, chunker, rng)
        schedule += [made[i : i + args.batch] for i in range(0, len(made), args.batch)]
    rng.shuffle(schedule)
    print(f"{len(passages)} passages, {len(pairs)} pairs, {len(schedule)} steps", flush=True)
    loop.freeze(embed.model.position, embed.model.norm, *embed.model.layers[: args.frozen])

    def ready(batch: list[Pair] | list[tuple[str, str]]) -> tuple[list[str], list[str]]:
        questions, documents, negatives = texts(batch, passages, rng)
        return questions, documents + negatives

    def value(made: tuple[list[str], list[str]]) -> Tensor:
        return loss(embed(made[0], 64), embed(made[1], 176))

    loop.train(embed.model, schedule, ready, value, args.out, rate=args.lr, warm=40, end=0.05)


def texts(
    batch: list[Pair] | list[tuple[str, str]], passages: list[examples.TrainPassage], rng: random.Random
) -> tuple[list[str], list[str], list[str]]:
    """Return the questions, their passages and some mined negatives; titles are dropped at random."""
    pairs = [p for p in batch if isinstance(p, Pair)]
    made = [p for p in batch if not isinstance(p, Pair)]
    hidden = [rng.random() < 0.25 for _ in pairs]
    documents = [shown(passages[p.passage], title=not h) for p, h in zip(pairs, hidden, strict=True)]
    negatives = [
        shown(passages[rng.choice(p.negatives)], title=not h)
        for p, h in zip(pairs, hidden, strict=True)
        if p.negatives and rng.random() < p.hard
    ]
    questions = [QUERY + p.question for p in pairs] + [QUERY + title for title, _ in made]
    return questions, documents + [text for _, text in made], negatives


if __name__ == "__main__":
    main()
