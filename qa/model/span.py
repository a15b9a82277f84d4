"""The reader in torch: the encoder's transformer, span heads and an answerability head."""

from torch import Tensor, nn

from index.model.bert import Transformer

# Width of what a start and an end know of each other.
PAIR = 64


class SpanReader(nn.Module):
    """Score where an answer starts and ends; position 0 (`<s>`) means that there is none.

    A span's score is the start's, the end's, and how well the two go together: the product of `left` at the
    start with `right` at the end. Scored apart, two short answers of one sentence, each half right, become
    one long wrong one.
    """

    def __init__(self, transformer: Transformer, hidden: int = 384) -> None:
        super().__init__()
        self.transformer = transformer
        self.span = nn.Linear(hidden, 2)
        self.answerable = nn.Linear(hidden, 1)
        self.left = nn.Linear(hidden, PAIR)
        self.right = nn.Linear(hidden, PAIR)
        # At first the pair says nothing, and the gradient of `left` alone is not zero.
        nn.init.zeros_(self.left.weight)
        nn.init.zeros_(self.left.bias)

    def forward(
        self, words: Tensor, mask: Tensor, drop: float = 0.0
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return start and end logits (batch, tokens, 2), answerability (batch,), left and right (…, 64)."""
        states = self.transformer(words, mask, drop)
        known = self.answerable(states[:, 0]).squeeze(-1)
        return self.span(states), known, self.left(states), self.right(states)

    def pairs(self, words: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the shipped graph does: the logit of each (start, end), and answerability (batch,)."""
        span, known, left, right = self(words, mask)
        return span[:, :, :1] + span[:, :, 1:].transpose(1, 2) + left @ right.transpose(1, 2), known
