"""Run training steps with a warm-up, a linear decay and checkpoints: encoder and reader share it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

Step = TypeVar("Step")
Ready = TypeVar("Ready")


def freeze(*modules: nn.Module | nn.Parameter) -> None:
    """Keep these weights as they are."""
    for module in modules:
        module.requires_grad_(False)


def train(
    model: nn.Module,
    steps: Sequence[Step],
    ready: Callable[[Step], Ready],
    loss: Callable[[Ready], Tensor],
    out: Path,
    *,
    rate: float,
    warm: int,
    end: float,
    stop: int | None = None,
) -> None:
    """Take every step with AdamW and write the weights to `out`; the same call resumes after a kill.

    `ready` makes the inputs of a step and is called for skipped ones too, so that its random choices stay the
    same; `rate` is reached after `warm` steps and falls to the share `end` of it at the last one, also where
    `stop` ends the run before. Checkpoint: every 100.
    """
    weights = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=rate, weight_decay=0.01)
    state, first = out.with_suffix(".state"), 0
    if state.exists():
        saved = torch.load(state, weights_only=True)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        first = saved["step"]
    model.train()
    recent: list[float] = []
    for number, step in enumerate(steps[:stop]):
        inputs = ready(step)
        if number < first:
            continue
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (number + 1) / warm) * (1 - (1 - end) * number / len(steps))
        value = loss(inputs)
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        recent.append(value.item())
        if number % 20 == 19:
            print(f"step {number + 1}/{len(steps)} loss {np.mean(recent[-20:]):.4f}", flush=True)
        if number % 100 == 99:
            keep(state, model, optimiser, number + 1)
    torch.save(model.state_dict(), out)


def keep(path: Path, model: nn.Module, optimiser: torch.optim.Optimizer, step: int) -> None:
    """Write a checkpoint beside the last one, then put it in its place: a kill leaves one of them whole."""
    beside = path.with_suffix(".part")
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, beside)
    beside.replace(path)
