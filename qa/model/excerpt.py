"""Write some articles of a corpus: those whose ids a list has.

Usage: python -m qa.model.excerpt check-articles.txt orangesum.jsonl.gz check-corpus.jsonl
"""

import gzip
import json
import sys
from pathlib import Path


def excerpt(listed: Path, corpus: Path, out: Path) -> int:
    """Write the articles in the order of the list, return how many; an id that is not there is an error."""
    ids = listed.read_text(encoding="utf-8").split()
    wanted, found = set(ids), {}
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for line in lines:
            if (id_ := json.loads(line)["id"]) in wanted:
                found[id_] = line.rstrip("\n") + "\n"
    if missing := wanted - found.keys():
        raise SystemExit(f"{corpus} has no article {min(missing)!r} (and {len(missing) - 1} more)")
    out.write_text("".join(found[id_] for id_ in ids), encoding="utf-8")
    return len(ids)


if __name__ == "__main__":
    print(excerpt(*map(Path, sys.argv[1:4])), "articles")
