"""A HEIC photo as phones write it: a grid of HEVC tiles under one item (ISO/IEC 23008-12)."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import av
import numpy as np

from engine.types import Image


def write_grid(path: Path, image: Image, tile: int) -> Path:
    """`image`: (H, W, 3) BGR, sides multiples of `tile`."""
    rows, columns = image.shape[0] // tile, image.shape[1] // tile
    pieces = [
        image[row * tile : (row + 1) * tile, column * tile : (column + 1) * tile]
        for row in range(rows)
        for column in range(columns)
    ]
    tiles, header = zip(*(_hevc(piece) for piece in pieces), strict=True)
    grid = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, image.shape[1], image.shape[0])
    start = _box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    pictures = b"".join(tiles)
    length = len(_meta(tiles, header[0], tile, image.shape, grid, 0))
    meta = _meta(tiles, header[0], tile, image.shape, grid, len(start) + length + 8)
    path.write_bytes(start + meta + _box(b"mdat", pictures))
    return path


def _hevc(image: Image) -> tuple[bytes, bytes]:
    """(one key frame, the decoder's configuration), as an MP4 keeps them."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx265", rate=1)
        stream.width, stream.height, stream.pix_fmt = image.shape[1], image.shape[0], "yuv420p"
        stream.codec_context.codec_tag = "hvc1"
        stream.options = {"preset": "ultrafast", "x265-params": "log-level=none:keyint=1:info=0:crf=5"}
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="bgr24")
        container.mux([*stream.encode(frame), *stream.encode(None)])
    file.seek(0)
    with av.open(file) as container:
        stream = container.streams.video[0]
        picture = b"".join(bytes(packet) for packet in container.demux(stream) if packet.size)
        return picture, bytes(stream.codec_context.extradata or b"")


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + kind + content


def _full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _meta(
    tiles: tuple[bytes, ...], hvcc: bytes, tile: int, shape: tuple[int, ...], grid_data: bytes, base: int
) -> bytes:
    count = len(tiles)
    grid = count + 1
    infos = [_info(item, b"hvc1", hidden=True) for item in range(1, grid)] + [_info(grid, b"grid", hidden=False)]
    derived = _box(b"dimg", struct.pack(">HH", grid, count), *(struct.pack(">H", item) for item in range(1, grid)))
    sizes = (_full(b"ispe", 0, 0, struct.pack(">II", *size)) for size in ((tile, tile), (shape[1], shape[0])))
    properties = _box(b"ipco", _box(b"hvcC", hvcc), *sizes, _full(b"pixi", 0, 0, b"\3\x08\x08\x08"))
    of_tiles = (struct.pack(">HB", item, 3) + bytes([0x81, 2, 4]) for item in range(1, grid))
    of_grid = struct.pack(">HB", grid, 2) + bytes([3, 4])
    association = _full(b"ipma", 0, 0, struct.pack(">I", count + 1), *of_tiles, of_grid)
    return _full(
        b"meta", 0, 0,
        _full(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
        _full(b"pitm", 0, 0, struct.pack(">H", grid)),
        _full(b"iinf", 0, 0, struct.pack(">H", count + 1), *infos),
        _full(b"iref", 0, 0, derived),
        _box(b"iprp", properties, association),
        _box(b"idat", grid_data),
        _places(tiles, grid, len(grid_data), base),
    )  # fmt: skip


def _info(item: int, kind: bytes, *, hidden: bool) -> bytes:
    return _full(b"infe", 2, int(hidden), struct.pack(">HH", item, 0), kind, b"\0")


def _places(tiles: tuple[bytes, ...], grid: int, grid_length: int, at: int) -> bytes:
    entries = []
    for item, data in enumerate(tiles, 1):
        entries.append(struct.pack(">HHHHII", item, 0, 0, 1, at, len(data)))
        at += len(data)
    entries.append(struct.pack(">HHHHII", grid, 1, 0, 1, 0, grid_length))
    return _full(b"iloc", 1, 0, struct.pack(">BBH", 0x44, 0, len(tiles) + 1), *entries)
