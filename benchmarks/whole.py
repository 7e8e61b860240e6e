"""The whole demo on an archive: seconds by stage and peak memory."""

import json
import resource
import subprocess
import sys
import time

from benchmarks.report import archive, record


def main() -> None:
    """Run the demo as a process of its own, as a user does."""
    path = archive()
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "demo", "--no-desk", "--json", "--archive", str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    value = json.loads(done.stdout)
    rows = [(f"{stage}, s", f"{took:.1f}") for stage, took in value["seconds"].items()]
    rows += [
        ("posts", f"{value['posts']:,}"),
        ("posts understood a second", f"{value['posts'] / value['seconds']['understand']:,.0f}"),
        ("whole, s", f"{seconds:.1f}"),
        ("peak memory, MB", f"{peak:,.0f}"),
        ("aim", "< 240 s, < 1,000 MB"),
    ]
    record(f"demo, {path.name}", f"python -m benchmarks.whole {path.name}", rows)


if __name__ == "__main__":
    main()
