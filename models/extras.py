"""Libraries that only an extra brings: whoever lacks one is told which, without a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def of_extra(extra: str, module: str) -> Iterator[None]:
    """Around imports: where `module` is the program that was called, ends it with the way out.

    Imported by another module it raises ModuleNotFoundError as ever, for that one to answer.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if module != "__main__":
            raise
        raise SystemExit(f"{error.name} is missing: pip install 'laurels[{extra}]'") from error
