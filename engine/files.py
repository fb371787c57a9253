"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import PosecastError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, which becomes `path` when the block ends well and vanishes when it does not.

    Raises PosecastError where the folder does not exist or cannot be written to.
    """
    if path.is_dir():
        raise PosecastError(f"{path} is a folder", "give the name of a file to write")
    if not path.parent.is_dir():
        raise PosecastError(f"the folder {path.parent} does not exist", "create it, or write elsewhere")
    if not os.access(path.parent, os.W_OK):
        raise PosecastError(f"the folder {path.parent} cannot be written to", "write elsewhere")
    # The suffix stays last: writers choose their format by it.
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
