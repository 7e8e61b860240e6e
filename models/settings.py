"""Which model judges, and with how much of the machine: section `models` of config.yaml."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The bundled model unless `path` names another; `hub` replaces it for one task."""

    path: Path | None = None
    """A folder written by ``laurels model train``."""
    hub: str | None = None
    """A model for transformers, by its name or its folder; needs the extra ``hub``."""
    batch: int = 16
    """Texts of like length that go through the model together."""
    threads: int = 0
    """Batches that run side by side; 0 takes one a core."""

    def __post_init__(self) -> None:
        """Raises ValueError for numbers that cannot be."""
        if self.batch < 1:
            raise ValueError(f"models.batch: at least 1, not {self.batch}")
        if self.threads < 0:
            raise ValueError(f"models.threads: at least 0, not {self.threads}")
