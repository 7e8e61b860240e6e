"""The classifier: posts a second with batches of like length, and in the order of arrival."""

import os
import time
from contextlib import closing
from pathlib import Path

from benchmarks.report import archive, record
from listener.connectors.archive import Archive, ArchiveOptions
from models.classifier import OnnxClassifier
from models.judgement import Text


def texts(path: Path, count: int) -> list[Text]:
    """The first posts of the archive."""
    with closing(Archive(ArchiveOptions(path), batch=count)) as connector:
        return [Text(post.text, post.title) for post in connector.fetch(None).posts]


def posts_per_second(classifier: OnnxClassifier, posts: list[Text], at_once: int) -> float:
    """Posts judged a second when `at_once` are handed over together."""
    began = time.perf_counter()
    for start in range(0, len(posts), at_once):
        classifier.classify(posts[start : start + at_once])
    return len(posts) / (time.perf_counter() - began)


def main() -> None:
    """Measure both, interleaved, and keep the ratio."""
    path = archive()
    posts = texts(path, 6000)
    cores = os.cpu_count() or 1
    classifier = OnnxClassifier(threads=cores)
    classifier.classify(posts[:64])
    pairs = [
        (posts_per_second(classifier, posts, 1000), posts_per_second(classifier, posts, 32))
        for _ in range(3)
    ]
    by_length = sorted(pair[0] for pair in pairs)[1]
    as_heard = sorted(pair[1] for pair in pairs)[1]
    record(
        f"understand, {path.name}",
        f"python -m benchmarks.understanding {path.name}",
        [
            ("sorted by length within 1,000, posts/s (median of 3)", f"{by_length:,.0f}"),
            ("in the order heard, 32 at once, posts/s", f"{as_heard:,.0f}"),
            ("ratio", f"{by_length / as_heard:.2f}"),
            ("cores", str(cores)),
            ("aim, posts/s", "1,000"),
        ],
    )


if __name__ == "__main__":
    main()
