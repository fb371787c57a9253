"""The journal of a folder of results, manifest.jsonl: one JSON object a line, the last one of a video counts.

A line is appended, and on the disk, before a video is begun and after it is done, so that whatever happens at most the
videos under way are lost. A line that was being written when the machine stopped is left out. Every start writes the
file again, whole, with one line for each video.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any

from engine.batch.job import Failed, FileMark, Finished, Job
from engine.batch.recipe import Recipe
from engine.errors import PosecastError
from engine.files import cannot_read, room_for, sync, whole_file

NAME = "manifest.jsonl"
HEADER = {"manifest": "posecast batch", "version": 1}


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a video."""

    state: str
    """'running' (also of one whose process died), 'done' or 'failed'."""
    recipe: str
    """The digest of its recipe."""
    source: FileMark | None = None
    """None unless it was done, now or earlier."""
    results: Mapping[str, FileMark] | None = None
    """The results by their names in the folder; None unless it was done, now or earlier."""


class Manifest:
    """The journal of one folder, open for writing. Only one process may have it."""

    def __init__(self, folder: Path) -> None:
        """Read what is there. PosecastError if the file there is no manifest."""
        self._path = folder / NAME
        self._folder = folder
        self._lines: dict[str, dict[str, Any]] = {}
        self.recipes: dict[str, Recipe] = {}
        """Recipes by digest."""
        if self._path.exists():
            self._read()
        self._write_whole()
        self._file: IO[str] = self._path.open("a", encoding="utf-8")

    def close(self) -> None:
        self._file.close()

    def record(self, name: str) -> Record | None:
        """What is known of the video of this name."""
        line = self._lines.get(name)
        if line is None:
            return None
        source, results = line.get("source"), line.get("results")
        return Record(
            line["state"],
            line["recipe"],
            None if source is None else _mark(source),
            None if results is None else {name: _mark(result) for name, result in results.items()},
        )

    def use(self, digest: str, recipe: Recipe) -> None:
        """Note a recipe, before the first video that is made by it."""
        if digest not in self.recipes:
            self.recipes[digest] = recipe
            self._append({"recipe": digest, **recipe})

    def running(self, job: Job, digest: str) -> None:
        self._put(job.name, {"state": "running", "recipe": digest, **self._earlier(job)})

    def done(self, job: Job, digest: str, what: Finished) -> None:
        results = {
            path.relative_to(self._folder).as_posix(): asdict(mark)
            for path, mark in zip(job.results, what.results, strict=True)
        }
        told = {"frames": what.frames, "people": what.people, "seconds": round(what.seconds, 3)}
        where = {"backend": asdict(what.backend), "host": what.host, "warnings": what.warnings}
        source = {"path": str(job.source), **asdict(what.source)}
        self._put(job.name, {"state": "done", "recipe": digest, "source": source, "results": results, **told, **where})

    def failed(self, job: Job, digest: str, what: Failed) -> None:
        state = "running" if what.died else "failed"
        self._put(job.name, {"state": state, "recipe": digest, "error": what.error, **self._earlier(job)})

    def _earlier(self, job: Job) -> dict[str, Any]:
        """What stays known of results that are still there."""
        line = self._lines.get(job.name, {})
        return {key: line[key] for key in ("source", "results") if key in line}

    def _put(self, name: str, line: dict[str, Any]) -> None:
        line = {"video": name, **line, "at": datetime.now(timezone.utc).isoformat(timespec="seconds")}
        self._lines[name] = line
        self._append(line)

    def _append(self, line: Mapping[str, Any]) -> None:
        with room_for(self._path):
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def _read(self) -> None:
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            raise cannot_read(self._path, error) from error
        whole = [self._parsed(number, text, last=number == len(lines)) for number, text in enumerate(lines, 1)]
        if not whole or whole[0] != HEADER:
            raise self._foreign()
        for line in filter(None, whole[1:]):
            self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        if "video" in line:
            self._lines[line["video"]] = line
        elif "recipe" in line:
            self.recipes[line["recipe"]] = {key: value for key, value in line.items() if key != "recipe"}

    def _parsed(self, number: int, text: str, *, last: bool) -> dict[str, Any] | None:
        try:
            line = json.loads(text)
        except ValueError as error:
            if last and number > 1:
                return None  # it was being written when the machine stopped
            raise self._foreign() from error
        if not isinstance(line, dict):
            raise self._foreign()
        return line

    def _foreign(self) -> PosecastError:
        return PosecastError(f"{self._path} is not the manifest of a batch", "move it away, or choose another -o")

    def _write_whole(self) -> None:
        used = {line["recipe"] for line in self._lines.values()}
        self.recipes = {digest: recipe for digest, recipe in self.recipes.items() if digest in used}
        recipes = ({"recipe": digest, **recipe} for digest, recipe in self.recipes.items())
        videos = (self._lines[name] for name in sorted(self._lines))
        with whole_file(self._path) as temporary:
            with temporary.open("w", encoding="utf-8") as file:
                file.writelines(json.dumps(line) + "\n" for line in (HEADER, *recipes, *videos))
            sync(temporary)
        sync(self._folder)


def _mark(value: Mapping[str, Any]) -> FileMark:
    return FileMark(value["bytes"], value["mtime_ns"], value["sha256"])
