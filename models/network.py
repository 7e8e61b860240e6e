"""The network: one transformer encoder, mean pooling, one small head a task (needs torch)."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from transformers import AutoModel

from models.heads import TOPIC_LAYER, TRAINED

_HIDDEN = 128


class Network(nn.Module):
    """Token ids and mask, both [batch, length], to one row of logits a head, side by side."""

    def __init__(self, base: Path, heads: Mapping[str, int] = TRAINED) -> None:
        super().__init__()
        self.widths = dict(heads)
        self.encoder = AutoModel.from_pretrained(base, attn_implementation="eager")
        width = int(self.encoder.config.hidden_size)
        self.heads = nn.ModuleDict(
            {
                name: nn.Sequential(
                    nn.Dropout(0.1), nn.Linear(width, _HIDDEN), nn.GELU(), nn.Linear(_HIDDEN, size)
                )
                for name, size in heads.items()
            }
        )

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits [batch, sum of the heads' widths] in the order of the heads."""
        return self.both(input_ids, attention_mask)[0]

    def both(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """The logits and, [batch, width], what the texts speak of."""
        read = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True
        )
        pooled = _mean(read.last_hidden_state, attention_mask)
        topic = _mean(read.hidden_states[TOPIC_LAYER], attention_mask)
        return torch.cat([head(pooled) for head in self.heads.values()], dim=-1), topic

    def freeze(self, layers: int) -> None:
        """Keep the embeddings and so many lower layers as they are; none with 0."""
        kept = [self.encoder.embeddings, *self.encoder.encoder.layer[:layers]] if layers else []
        for part in kept:
            part.requires_grad_(requires_grad=False)


class Exported(nn.Module):
    """The network with both outputs, as it is exported."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """See `Network.both`."""
        return self.network.both(input_ids, attention_mask)


def _mean(states: Tensor, attention_mask: Tensor) -> Tensor:
    weights = attention_mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1.0)


def split_heads(logits: Tensor, widths: Mapping[str, int]) -> dict[str, Tensor]:
    """The row of logits cut into the heads."""
    parts = torch.split(logits, list(widths.values()), dim=-1)
    return cast("dict[str, Tensor]", dict(zip(widths, parts, strict=True)))
