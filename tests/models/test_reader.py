"""Texts of like length go through together, and each comes back to its place."""

import numpy as np
import pytest

from models.reader import Reader
from models.weights_file import load

TEXTS = [f"{'word ' * words}{words}" for words in (9, 1, 30, 2, 17, 4, 8, 1)]


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Batches of three on two threads."""
    return Reader(load(), threads=2, batch=3)


def test_longest_batch_begins_and_each_is_as_long_as_its_longest_text(reader: Reader) -> None:
    batches = reader.batches(TEXTS)
    masks = [batch.feeds["attention_mask"] for batch in batches]
    widths = [mask.shape[1] for mask in masks]
    assert widths == sorted(widths, reverse=True)
    assert all(mask.sum(axis=1).max() == mask.shape[1] for mask in masks)
    read = sorted(at for batch in batches for at in batch.places)
    assert read == list(range(len(set(TEXTS)))), "each once, a repeated one too"


def test_few_texts_are_shared_out_among_the_threads(reader: Reader) -> None:
    assert [len(batch.places) for batch in reader.batches(TEXTS[:4])] == [2, 2]
    assert reader.batches([]) == []


def test_repeated_text_is_read_once_and_told_everywhere(reader: Reader) -> None:
    read, topics = reader.read(["thank you", "it broke", "thank you"])
    assert topics is not None
    assert np.array_equal(read[0], read[2])
    assert np.array_equal(topics[0], topics[2])
    assert not np.array_equal(read[0], read[1])


def test_text_is_read_as_it_is_alone_or_near_it(reader: Reader) -> None:
    """The numbers of a batch are rounded together, so its rows weigh a little on each other."""
    together, _ = reader.read(TEXTS)
    alone = np.concatenate([reader.read([text])[0] for text in TEXTS])
    assert np.abs(together - alone).mean() < 0.3
