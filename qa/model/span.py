"""The reader in torch: the encoder's transformer, a span head and an answerability head."""

from torch import Tensor, nn

from index.model.bert import Transformer


class SpanReader(nn.Module):
    """Score where an answer starts and ends; position 0 (`<s>`) means that there is none."""

    def __init__(self, transformer: Transformer, hidden: int = 384) -> None:
        super().__init__()
        self.transformer = transformer
        self.span = nn.Linear(hidden, 2)
        self.answerable = nn.Linear(hidden, 1)

    def forward(self, words: Tensor, mask: Tensor, drop: float = 0.0) -> tuple[Tensor, Tensor]:
        """Return start and end logits, (batch, tokens, 2), and answerability logits, (batch,)."""
        states = self.transformer(words, mask, drop)
        return self.span(states), self.answerable(states[:, 0]).squeeze(-1)
