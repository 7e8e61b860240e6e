"""What importing costs, and what import contracts cannot say."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def modules_after(statement: str) -> set[str]:
    """The top-level modules that are loaded once `statement` has run."""
    script = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def test_records_need_the_standard_library_alone() -> None:
    tree = ast.parse((ROOT / "store" / "records.py").read_text(encoding="utf-8"))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "."]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= set(sys.stdlib_module_names)


def test_settings_load_without_the_heavy_libraries() -> None:
    heavy = {"sqlalchemy", "fastapi", "pydantic", "onnxruntime", "numpy", "transformers", "yaml"}
    assert modules_after("import bot.settings") & heavy == set()
