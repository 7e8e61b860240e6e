"""Which words moved a verdict: the time for 10 to 60 words and for a long post."""

import os
import statistics
import time

from benchmarks.report import record
from models.classifier import OnnxClassifier
from models.judgement import Text
from models.why import why

POST = (
    "I updated the app on my phone last night and since then it crashes every single time I open "
    "a playlist which is really annoying because I was so happy with the previous version and the "
    "new colours look great but what use is that when nothing plays and support only tells me to "
    "reinstall it again and again without any help"
)
ROUNDS = 15


def milliseconds(classifier: OnnxClassifier, words: int) -> tuple[float, float, float, float]:
    """Quickest, median and slowest by the wall clock, and the median of the time of each core."""
    known = POST.split()
    text = Text(" ".join((known * (words // len(known) + 1))[:words]))
    why(classifier, text)
    walls, cores = [], []
    for _ in range(ROUNDS):
        wall, core = time.perf_counter(), time.process_time()
        why(classifier, text)
        walls.append(1000 * (time.perf_counter() - wall))
        cores.append(1000 * (time.process_time() - core) / (os.cpu_count() or 1))
    return min(walls), statistics.median(walls), max(walls), statistics.median(cores)


def main() -> None:
    """Measure each length; the load tells how the wall clock is to be read."""
    classifier = OnnxClassifier()
    rows = []
    for words in (10, 20, 40, 60, 1700):
        quickest, median, slowest, core = milliseconds(classifier, words)
        rows.append((f"{words:,} words, ms (quickest of {ROUNDS})", f"{quickest:.0f}"))
        rows.append((f"{words:,} words, ms (median)", f"{median:.0f}"))
        rows.append((f"{words:,} words, ms (slowest of {ROUNDS})", f"{slowest:.0f}"))
        rows.append((f"{words:,} words, processor ms on each core", f"{core:.0f}"))
    rows.append(("cores", str(os.cpu_count())))
    rows.append(("load of the machine at the end", f"{os.getloadavg()[0]:.1f}"))
    rows.append(("aim for up to 60 words, ms", "100"))
    record("why", "python -m benchmarks.why", rows)


if __name__ == "__main__":
    main()
