"""A missing library of an extra is told in a line by each program that needs it."""

import subprocess
import sys

import pytest

from models.extras import of_extra

_WITHOUT = """
import runpy, sys
sys.modules[{library!r}] = None
runpy.run_module({module!r}, run_name="__main__")
"""


@pytest.mark.parametrize(
    ("module", "library", "extra"),
    [
        ("models.teach", "torch", "train"),
        ("models.average", "torch", "train"),
        ("benchmarks.calibration", "altair", "plots"),
    ],
)
def test_program_without_its_extra_names_it(module: str, library: str, extra: str) -> None:
    code = _WITHOUT.format(library=library, module=module)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 1
    assert done.stderr == f"{library} is missing: pip install 'laurels[{extra}]'\n"


def test_other_importers_are_told_as_ever() -> None:
    with pytest.raises(ModuleNotFoundError), of_extra("train", "models.teach"):
        raise ModuleNotFoundError(name="torch")
