"""How fast posts are judged, beside a bare ONNX Runtime loop and the pipelines of transformers.

    python -m benchmarks.understand ../shared/data/semeval2017_4a/dev.jsonl.gz

FILE holds one JSON object with a ``text`` a line. All contestants read the same posts in one run,
turn by turn and in turns of changing order; ratios are taken within a turn, and their median is
told: by the clock, and by the time that the processors spent, which other work on the machine
disturbs less. Two pipelines at their defaults read fewer posts of each turn, evenly spread: one of
the bundled network's shape in float (the base it was trained from, with a new head), one of the
shape of RoBERTa-base with random weights and the same tokenizer. Speed follows from the shape; what
the weights say does not change it. They need torch (``pip install 'laurels[train]'``), and are left
out without it. Loading, memory and single posts are measured in processes of their own.
"""

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.report import record

if TYPE_CHECKING:
    from models.reader import Batch

A_TURN: Final = 500
SINGLE: Final = 1_000
AS_HEARD: Final = 32
LOADS: Final = 3
OURS, BARE, PLAIN, HEARD = "all heads", "bare loop", "plain loop", "as heard"
SAME, BIG = "same network", "RoBERTa-base"
Pass = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Contestant:
    """What reads posts: `ready` gets them and returns the part whose time is taken."""

    ready: Callable[[Sequence[str]], Pass]
    every: int = 1
    """Of so many posts it reads one."""


@dataclass(frozen=True, slots=True)
class Lap:
    """Posts a second of one contestant in one turn, by the clock and by all processors' time."""

    clock: float
    processor: float


def texts_of(path: Path) -> list[str]:
    """The texts of the file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def ours() -> dict[str, Contestant]:
    """The classifier, and the same batches through ONNX Runtime with nothing around them."""
    import onnxruntime

    from models.classifier import OnnxClassifier
    from models.device import open_network
    from models.judgement import Text
    from models.reader import Reader
    from models.text import prepare
    from models.weights_file import load

    weights, cores = load(), os.cpu_count() or 1
    classifier, network = OnnxClassifier(), open_network(weights.network)
    reader = Reader(weights, threads=0, batch=16)
    plain = onnxruntime.InferenceSession(str(weights.network), providers=network.get_providers())

    def batches(posts: Sequence[str]) -> list["Batch"]:
        return reader.batches(list(dict.fromkeys(prepare(post) for post in posts)))

    def all_heads(posts: Sequence[str], at_once: int) -> Pass:
        given = [Text(post) for post in posts]
        parts = [given[at : at + at_once] for at in range(0, len(given), at_once)]
        return lambda: [classifier.classify(part) for part in parts]

    def bare(posts: Sequence[str]) -> Pass:
        feeds = [batch.feeds for batch in batches(posts)]

        def run() -> None:
            with ThreadPoolExecutor(cores) as pool:
                for _ in pool.map(lambda one: network.run(None, one), feeds):
                    pass

        return run

    def one_after_another(posts: Sequence[str]) -> Pass:
        feeds = [batch.feeds for batch in batches(posts)]
        return lambda: [plain.run(None, one) for one in feeds]

    return {
        OURS: Contestant(lambda posts: all_heads(posts, len(posts))),
        BARE: Contestant(bare),
        PLAIN: Contestant(one_after_another),
        HEARD: Contestant(lambda posts: all_heads(posts, AS_HEARD), every=3),
    }


def pipelines() -> dict[str, Contestant]:
    """The pipelines of transformers; none without torch."""
    try:
        import torch  # noqa: F401 - the pipelines run on it
        from transformers import (
            AutoModelForSequenceClassification,
            AutoTokenizer,
            RobertaConfig,
            RobertaForSequenceClassification,
            pipeline,
        )

        from models.train import base_model

        base = str(base_model())
    except ModuleNotFoundError as missing:
        print(f"No pipelines: {missing.name or missing}; pip install 'laurels[train]'")
        return {}
    tokenizer = AutoTokenizer.from_pretrained(base)
    same = AutoModelForSequenceClassification.from_pretrained(base, num_labels=3)
    big = RobertaForSequenceClassification(RobertaConfig(num_labels=3))

    def contestant(model: Any, every: int) -> Contestant:
        judge = pipeline("text-classification", model=model.eval(), tokenizer=tokenizer)
        return Contestant(lambda posts: lambda: judge(list(posts)), every)

    return {SAME: contestant(same, 20), BIG: contestant(big, 60)}


def turns(posts: Sequence[str], count: int) -> Iterator[Sequence[str]]:
    """The posts of each turn, so many that the last of the file begin it again."""
    whole = [*posts, *posts]
    for turn in range(count):
        start = turn * A_TURN % len(posts)
        yield whole[start : start + A_TURN]


def lap(contestant: Contestant, posts: Sequence[str]) -> Lap:
    """One contestant over its share of the posts of a turn."""
    share = posts[:: contestant.every]
    run = contestant.ready(share)
    clock, processor = time.perf_counter(), time.process_time()
    run()
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    return Lap(len(share) / clock, len(share) / processor)


def race(
    posts: Sequence[str], contestants: dict[str, Contestant], count: int
) -> dict[str, list[Lap]]:
    """The laps of each contestant, one a turn."""
    for one in contestants.values():
        lap(one, posts[:64])
    laps: dict[str, list[Lap]] = {name: [] for name in contestants}
    for turn, part in enumerate(turns(posts, count)):
        names = list(contestants)
        for name in names if turn % 2 == 0 else reversed(names):
            laps[name].append(lap(contestants[name], part))
        told = ", ".join(f"{name} {laps[name][-1].clock:,.0f}" for name in names)
        print(f"turn {turn + 1}, posts/s: {told}", file=sys.stderr)
    return laps


def loading() -> dict[str, float]:
    """Seconds that this fresh process takes to import and then to load the classifier."""
    began, own = time.perf_counter(), time.process_time()
    from models.classifier import OnnxClassifier

    imported, own_imported = time.perf_counter(), time.process_time()
    OnnxClassifier()
    return {
        "import": imported - began,
        "import_processor": own_imported - own,
        "load": time.perf_counter() - imported,
        "load_processor": time.process_time() - own_imported,
    }


def judging(path: Path) -> dict[str, float]:
    """Megabytes that this fresh process holds, and the milliseconds of single posts."""
    from models.classifier import OnnxClassifier
    from models.judgement import Text

    classifier = OnnxClassifier()
    loaded = _memory("VmRSS")
    posts = [Text(text) for text in texts_of(path)]
    classifier.classify(posts)
    found = {"loaded": loaded, "resident": _memory("VmRSS"), "most": _memory("VmHWM")}
    clocks, processors = [], []
    for post in posts[:SINGLE]:
        clock, processor = time.perf_counter(), time.process_time()
        classifier.classify([post])
        clocks.append(1000 * (time.perf_counter() - clock))
        processors.append(1000 * (time.process_time() - processor))
    return found | {
        "single": statistics.median(clocks),
        "p95": statistics.quantiles(clocks, n=20)[-1],
        "p95_processor": statistics.quantiles(processors, n=20)[-1],
    }


def _memory(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (found,) = (line.split()[1] for line in lines if line.startswith(f"{name}:"))
    return int(found) / 1024


def processes(path: Path) -> dict[str, float]:
    """What processes of their own find; of loading the median of several."""
    loads = [_alone(path, "loading") for _ in range(LOADS)]
    return _alone(path, "judging") | {
        name: statistics.median(one[name] for one in loads) for name in loads[0]
    }


def _alone(path: Path, what: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.understand", str(path), "--alone", what]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _clock(lap: Lap) -> float:
    return lap.clock


def _processor(lap: Lap) -> float:
    return lap.processor


def table(laps: dict[str, list[Lap]], own: dict[str, float]) -> list[tuple[str, str]]:
    """The rows of the report, each with its aim."""

    def speed(name: str) -> str:
        return f"{statistics.median(one.clock for one in laps[name]):,.0f}"

    def ratio(name: str, speed_of: Callable[[Lap], float] = _clock) -> float:
        pairs = zip(laps[OURS], laps[name], strict=True)
        return statistics.median(speed_of(own) / speed_of(other) for own, other in pairs)

    rows = [
        ("all heads in one pass, posts/s (aim 1,400)", speed(OURS)),
        ("bare ONNX Runtime loop: same batches, a thread a core, posts/s", speed(BARE)),
        ("share of that loop (aim 85 %)", f"{ratio(BARE):.0%}"),
        ("the same by processor time", f"{ratio(BARE, _processor):.0%}"),
        ("plain loop: one batch after another on ONNX Runtime's threads, posts/s", speed(PLAIN)),
        ("times that loop", f"{ratio(PLAIN):.2f}"),
        (f"all heads as heard, {AS_HEARD} posts at once, posts/s", speed(HEARD)),
    ]
    for name, shape, aim in (
        (SAME, "transformers pipeline, the same network in float", 12),
        (BIG, "transformers pipeline, shape of RoBERTa-base", 60),
    ):
        if name in laps:
            rows.append((f"{shape}, posts/s", speed(name)))
            rows.append((f"times that pipeline (aim {aim})", f"{ratio(name):.1f}"))
            rows.append(("the same by processor time", f"{ratio(name, _processor):.1f}"))
    return [
        *rows,
        ("one post, ms: median", f"{own['single']:.1f}"),
        ("one post, ms: p95 of 1,000 (aim 8)", f"{own['p95']:.1f}"),
        ("one post, ms of processor time: p95", f"{own['p95_processor']:.1f}"),
        ("imported in a fresh process, s; processor s", _pair(own, "import")),
        (f"then loaded, s (aim 0.6; median of {LOADS}); processor s", _pair(own, "load")),
        ("resident memory, loaded, MB", f"{own['loaded']:.0f}"),
        ("resident memory, all posts judged, MB (aim 250)", f"{own['resident']:.0f}"),
        ("most memory, MB", f"{own['most']:.0f}"),
    ]


def _pair(own: dict[str, float], name: str) -> str:
    return f"{own[name]:.2f}; {own[f'{name}_processor']:.2f}"


def main() -> None:
    """Race, measure processes of their own, record."""
    parser = argparse.ArgumentParser(prog="benchmarks.understand")
    parser.add_argument("file", type=Path, help="posts: .jsonl.gz with a text a line")
    parser.add_argument("--alone", choices=("loading", "judging"), help=argparse.SUPPRESS)
    parser.add_argument("--turns", type=int, default=8)
    asked = parser.parse_args()
    if asked.alone:
        print(json.dumps(loading() if asked.alone == "loading" else judging(asked.file)))
        return
    from models.classifier import OnnxClassifier

    own = processes(asked.file)
    posts = texts_of(asked.file)
    laps = race(posts, ours() | pipelines(), asked.turns)
    name = f"{asked.file.parent.name}/{asked.file.name}"
    rows = [
        ("posts, and those of a turn", f"{len(posts):,}; {min(A_TURN, len(posts)):,}"),
        ("turns, of which medians are told", str(asked.turns)),
        *table(laps, own),
        ("device", OnnxClassifier().device),
        ("cores", str(os.cpu_count())),
        ("load of the machine, mean of 5 minutes", f"{os.getloadavg()[1]:.1f}"),
    ]
    record(f"understand, {name}", f"python -m benchmarks.understand {name}", rows)


if __name__ == "__main__":
    main()
