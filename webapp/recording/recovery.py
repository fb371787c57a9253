"""Finishes what a crash cut off: scenes up to the last whole line, and the video up to its last whole fragment."""

from __future__ import annotations

import io
import logging
from contextlib import suppress
from pathlib import Path

import av

from engine.errors import reason

log = logging.getLogger(__name__)

_CHUNK = 1 << 20


def drop_torn_line(path: Path) -> None:
    """Truncate the file after its last line end."""
    with path.open("rb+") as file:
        position = file.seek(0, io.SEEK_END)
        while position > 0:
            start = max(0, position - _CHUNK)
            file.seek(start)
            newline = file.read(position - start).rfind(b"\n")
            if newline >= 0:
                file.truncate(start + newline + 1)
                return
            position = start
        file.truncate(0)


def recover_video(part: Path, finished: Path) -> bool:
    """Copy the whole fragments of `part` into an ordinary video; False, and no file, if there are none."""
    temporary = part.with_name(f"{finished.stem}.recovered.part{finished.suffix}")
    try:
        _copy(part, temporary)
        temporary.replace(finished)
    except (av.FFmpegError, OSError, IndexError, ValueError) as error:
        log.warning("the video %s cannot be recovered: %s", part.name, reason(error))
        return False
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return True


def _copy(part: Path, into: Path) -> None:
    """Copy the packets, without decoding them."""
    with av.open(f"file:{part}") as torn, av.open(str(into), "w") as whole:
        stream = torn.streams.video[0]
        copy = whole.add_stream_from_template(stream)
        count = 0
        for packet in torn.demux(stream):
            if packet.size and packet.dts is not None:
                packet.stream = copy
                whole.mux(packet)
                count += 1
        if count == 0:
            raise ValueError("it has no whole frame")
