"""Another model through transformers: a tiny one, made on the spot."""

from pathlib import Path
from typing import Any

import pytest

from models.hub import HubClassifier, task_of
from models.judgement import Text
from models.weights_file import ModelError
from tests.fakes import WordClassifier


def test_labels_say_which_task_a_model_does() -> None:
    assert task_of(["NEGATIVE", "POSITIVE"]) == "sentiment"
    assert task_of(["joy", "anger"]) == "emotion"
    assert task_of(["question", "other"]) == "intent"
    with pytest.raises(ModelError, match="LABEL_0"):
        task_of(["LABEL_0", "LABEL_1"])


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A model of two layers with random weights and a vocabulary of ten words."""
    pytest.importorskip("torch", reason="the extra `hub` (torch) is not installed")
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        PreTrainedTokenizerFast,
    )

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "so", "it", "is"]
    reader = Tokenizer(WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    reader.pre_tokenizer = Whitespace()
    make: Any = PreTrainedTokenizerFast
    tokenizer = make(tokenizer_object=reader, pad_token="[PAD]", unk_token="[UNK]")
    tokenizer.save_pretrained(tmp_path)
    config = BertConfig(
        vocab_size=10, hidden_size=8, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=16, id2label={0: "negative", 1: "neutral", 2: "positive"},
        label2id={"negative": 0, "neutral": 1, "positive": 2},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    return tmp_path


def test_hub_model_judges_its_task_and_leaves_the_others(tiny: Path) -> None:
    judge = HubClassifier(str(tiny), WordClassifier(), batch=2)
    found = judge.classify([Text("it is good"), Text("thank you"), Text("so bad so bad")])
    assert {one.sentiment.name for one in found} <= {"negative", "neutral", "positive"}
    assert found[1].intent.name == "thanks"
    assert judge.model.startswith("words-1+")
    told = judge.classify([Text("it is good"), Text("https://a.example")])
    assert [one.sentiment.is_guess for one in told] == [False, True]


def test_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the extra `hub` (torch) is not installed")
    with pytest.raises(ModelError, match="cannot be loaded"):
        HubClassifier(str(tmp_path / "none"), WordClassifier())
