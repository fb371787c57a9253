"""An export in a process of its own, for the server: a live picture goes on while an hour is filtered.

In: a request as JSON in the first argument, and an empty folder in the second. Out: JSON lines on standard output,
{"fraction"} and at the end {"file"} or {"error", "hint"}. The file lies in the folder: of several a zip archive.
"""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from engine.errors import PosecastError
from engine.exports.request import Request, export
from engine.files import room_for
from engine.motion.edits_file import from_json

_STEP = 0.01
"""Progress is told no more often than this."""


def main(arguments: list[str]) -> None:
    if hasattr(os, "nice"):
        os.nice(10)
    values, folder = json.loads(arguments[0]), Path(arguments[1])
    told = 0.0

    def progress(fraction: float) -> None:
        nonlocal told
        if fraction >= told + _STEP:
            told = fraction
            _say(fraction=round(fraction, 3))

    recording, people = Path(values["recording"]), values["people"]
    request = Request(
        recording, values["format"], None if people is None else tuple(people), values["raw"], values["layout"],
        from_json(values["edits"]),
    )  # fmt: skip
    try:
        made = export(request, folder / f"{recording.stem}.{request.format}", progress)
        _say(
            file=(made[0] if len(made) == 1 else _packed(made, folder / f"{recording.stem}-{request.format}.zip")).name
        )
    except PosecastError as error:
        _say(error=error.error, hint=error.hint)


def _packed(files: Sequence[Path], archive: Path) -> Path:
    with room_for(archive.name), zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as into:
        for file in files:
            into.write(file, file.name)
            file.unlink()
    return archive


def _say(**message: object) -> None:
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
