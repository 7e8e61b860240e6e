"""Print figures side by side and keep them in RESULTS.md between its marks."""

import platform
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"


def record(name: str, command: str, rows: list[tuple[str, str]]) -> None:
    """Print the rows and put them into RESULTS.md in place of the last ones of that name."""
    width = max(len(label) for label, _ in rows)
    for label, figure in rows:
        print(f"{label:<{width}}  {figure}")
    when = datetime.now(UTC).date().isoformat()
    table = "\n".join(f"| {label} | {figure} |" for label, figure in rows)
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    block = (
        f"<!-- {name} -->\n## {name}\n\n`{command}` · {when} · {machine}\n\n"
        f"| what | figure |\n| --- | --- |\n{table}\n<!-- /{name} -->"
    )
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Results\n"
    pattern = re.compile(rf"<!-- {re.escape(name)} -->.*?<!-- /{re.escape(name)} -->", re.DOTALL)
    if pattern.search(text):
        text = pattern.sub(lambda _: block, text)
    else:
        text = f"{text.rstrip()}\n\n{block}\n"
    RESULTS.write_text(text, encoding="utf-8")


def archive() -> Path:
    """The archive named on the command line."""
    if len(sys.argv) != 2:
        raise SystemExit(f"usage: python -m benchmarks.{Path(sys.argv[0]).stem} ARCHIVE")
    return Path(sys.argv[1])
