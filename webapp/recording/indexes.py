"""The indexes of recordings: at hand, on the disk beside the recording, or made in the background.

A recording of this version comes with its index. Those of older versions, and those that a crash cut off, are read
once, by one thread with pauses, so that the live view goes on.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from engine.errors import reason
from engine.files import whole_file
from webapp.recording.index import VERSION, Index, Indexer

log = logging.getLogger(__name__)

SUFFIX = ".index.json"
_CHUNK_BYTES = 1 << 18
_PAUSE_S = 0.001
"""After each chunk: time for the threads of the live view."""


@dataclass(eq=False, slots=True)
class Building:
    """An index that is being made."""

    fraction: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)


class Indexes:
    """Indexes by the path of the scenes; one is valid for a file of exactly its size. Thread-safe."""

    def __init__(self) -> None:
        self._known: dict[Path, Index] = {}
        self._building: dict[Path, Building] = {}
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="posecast-index")
        self._closing = threading.Event()

    def of(self, scenes: Path) -> Index | None:
        """The index if it is at hand; otherwise None, and it is made in the background."""
        with self._lock:
            known = self._known.get(scenes) or read_index(scenes)
            if known is not None and known.bytes == scenes.stat().st_size:
                self._known[scenes] = known
                return known
            if scenes not in self._building and not self._closing.is_set():
                self._building[scenes] = Building()
                self._worker.submit(self._build, scenes, self._building[scenes])
            return None

    def building(self, scenes: Path) -> Building:
        """The index that is being made; a finished one if it is at hand, or could not be made."""
        with self._lock:
            if scenes in self._building:
                return self._building[scenes]
        ended = Building(1.0)
        ended.ended.set()
        return ended

    def forget(self, scenes: Path) -> None:
        with self._lock:
            self._known.pop(scenes, None)

    def close(self) -> None:
        """Stop reading; waits a bounded time, that of one chunk."""
        self._closing.set()
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _build(self, scenes: Path, building: Building) -> None:
        try:
            index = self._read(scenes, building)
            if index is not None:
                write_index(scenes, index)
                with self._lock:
                    self._known[scenes] = index
        except OSError as error:  # deleted meanwhile, for example
            log.warning("cannot index %s: %s", scenes.name, reason(error))
        finally:
            with self._lock:
                self._building.pop(scenes, None)
            building.ended.set()

    def _read(self, scenes: Path, building: Building) -> Index | None:
        size, done, indexer = scenes.stat().st_size or 1, 0, Indexer()
        with scenes.open("rb") as file:
            while lines := file.readlines(_CHUNK_BYTES):
                for line in lines:
                    indexer.add(line)
                    done += len(line)
                building.fraction = min(1.0, done / size)
                if self._closing.wait(_PAUSE_S):
                    return None
        return indexer.finished()


def read_index(scenes: Path) -> Index | None:
    """The index beside the file; None if there is none, or one of another version."""
    try:
        index = msgspec.json.decode(scenes.with_suffix(SUFFIX).read_bytes(), type=Index)
    except (OSError, msgspec.MsgspecError, ValueError):
        return None
    return index if index.version == VERSION else None


def write_index(scenes: Path, index: Index) -> None:
    """Keep the index beside the file; without room for it, it is made again when it is needed."""
    try:
        with whole_file(scenes.with_suffix(SUFFIX)) as temporary:
            temporary.write_bytes(msgspec.json.encode(index))
    except Exception as error:  # noqa: BLE001 - an index is never worth an error
        log.warning("cannot keep the index of %s: %s", scenes.name, error)
