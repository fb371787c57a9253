"""Exports of recordings, made one after the other in child processes and kept until the recording changes."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from engine import children
from engine.errors import PosecastError
from engine.exports.request import Request
from engine.motion.edits_file import to_json
from webapp.access.errors import UnavailableError

log = logging.getLogger(__name__)

MOST_WAITING = 8
"""Exports that may wait or run at a time."""
MOST_KEPT = 16
"""Finished files that are kept; the oldest is deleted first."""

_Key = tuple[str, int, int, str, "tuple[int, ...] | None", bool, "str | None", str]


@dataclass(eq=False, slots=True)
class Export:
    """One export: waiting, under way, finished or failed."""

    request: Request
    fraction: float = 0.0
    file: Path | None = None
    error: PosecastError | None = None
    folder: Path | None = None
    ended: threading.Event = field(default_factory=threading.Event)


class Exports:
    """Owns the folder of finished exports, and the thread that waits for the child that makes the next one."""

    def __init__(self, most_kept: int = MOST_KEPT) -> None:
        self._most_kept = most_kept
        self._exports: dict[_Key, Export] = {}
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="posecast-export")
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def ask(self, request: Request) -> Export:
        """The export of `request` as the recording is now, begun if nobody has asked before.

        PosecastError if it cannot be made, which the next one who asks tries again; UnavailableError if too many wait.
        """
        key = _key(request.checked())
        with self._lock:
            export = self._exports.get(key)
            if export is None:
                if sum(not each.ended.is_set() for each in self._exports.values()) >= MOST_WAITING:
                    raise UnavailableError("too many exports are waiting", "try again in a minute")
                export = self._exports[key] = Export(request)
                self._forget_old(key)
                self._worker.submit(self._make, export)
            elif export.error is not None:
                del self._exports[key]
        if export.error is not None:
            raise export.error
        return export

    def close(self) -> None:
        """End the running child and delete all files."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.kill()
        self._worker.shutdown(wait=True, cancel_futures=True)
        for export in self._exports.values():
            _delete(export)

    def _forget_old(self, newest: _Key) -> None:
        """Delete exports of recordings that have changed since, and the oldest beyond the most that are kept."""
        done = [key for key, export in self._exports.items() if export.ended.is_set() and key != newest]
        outdated = [key for key in done if key[0] == newest[0] and key[1:3] != newest[1:3]]
        for key in {*outdated, *done[: max(0, len(done) - self._most_kept)]}:
            _delete(self._exports.pop(key))

    def _make(self, export: Export) -> None:
        try:
            self._run(export)
        except PosecastError as error:
            export.error = error
        except Exception:
            log.exception("an export failed")
            export.error = PosecastError("the export failed", "the server's log says why")
        finally:
            export.ended.set()

    def _run(self, export: Export) -> None:
        request = export.request
        values = {
            "recording": str(request.recording), "format": request.format, "people": request.people,
            "raw": request.raw, "layout": request.layout, "edits": to_json(request.edits),
        }  # fmt: skip
        export.folder = Path(tempfile.mkdtemp(prefix="posecast-export-"))
        complaints = export.folder / "errors.txt"
        with complaints.open("wb") as errors, self._started(json.dumps(values), export.folder, errors) as child:
            assert child.stdout is not None
            for line in child.stdout:
                _heed(export, json.loads(line))
        if export.file is None and not self._closed:
            said = complaints.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"the process that makes exports ended with {child.returncode}: {said}")

    def _started(self, values: str, folder: Path, errors: IO[bytes]) -> subprocess.Popen[bytes]:
        with self._lock:
            self._child = subprocess.Popen(
                children.command("engine.exports", values, str(folder)),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip
            if self._closed:
                self._child.kill()
            return self._child


def _heed(export: Export, message: dict[str, object]) -> None:
    if "error" in message:
        raise PosecastError(str(message["error"]), str(message["hint"]))
    if "file" in message:
        assert export.folder is not None
        export.file = export.folder / str(message["file"])
    else:
        export.fraction = float(str(message["fraction"]))


def _key(request: Request) -> _Key:
    status = request.recording.stat()
    return (
        request.recording.name, status.st_mtime_ns, status.st_size,
        request.format, request.people, request.raw, request.layout, json.dumps(to_json(request.edits)),
    )  # fmt: skip


def _delete(export: Export) -> None:
    if export.folder is not None:
        shutil.rmtree(export.folder, ignore_errors=True)
