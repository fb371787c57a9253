"""One image file -> (H, W, 3) uint8 BGR, upright and whole. OpenCV decodes most; HEIC and AVIF need Pillow.

The format is detected by content, and decoders get bytes: C libraries misread some file names, or crash on them.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from engine.capture.diagnosis import missing_bytes, unreadable
from engine.errors import PosecastError
from engine.names import printable
from engine.types import Image

SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".jp2", ".j2k", ".png", ".webp", ".avif", ".heic", ".heif", ".hif", ".bmp",
    ".dib", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm",
)  # fmt: skip
"""Names that count as images within a folder or a pattern."""

_MAGIC = (
    b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+",
    b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51", b"#?RADIANCE", b"\x76\x2f\x31\x01", b"\x59\xa6\x6a\x95",
    *(b"P%d" % kind + space for kind in range(1, 8) for space in (b"\n", b" ", b"\r", b"\t")),
)  # fmt: skip
"""First bytes of the formats that OpenCV reads: JPEG, PNG, BMP, TIFF, JPEG 2000, Radiance, OpenEXR, Sun raster, PNM.
GIF is left to the video reader, since it may be animated."""
_COMPOSED = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"avif")
"""Brands of HEIF files whose pictures may be composed of tiles, rotated and mirrored."""
_SEQUENCES = (b"avis", b"msf1", b"hevc", b"hevx")
_MOTION_SUFFIXES = (".mjpg", ".mjpeg")
"""Suffixes of files of concatenated JPEG pictures, which begin like a single one."""
_SUBFILE_TYPE = 254
"""Tag of TIFF whose lowest bit marks a preview."""
_START_BYTES = 64
_WEBP_FLAGS, _WEBP_MOVES = 20, 2
"""Position of the flags of an extended WebP (VP8X), and the flag for an animation."""


def is_image(path: Path) -> bool:
    """Whether the file is a still picture."""
    if path.suffix.lower() in _MOTION_SUFFIXES:
        return False
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
        if start.startswith(b"\x89PNG"):
            return b"acTL" not in start + file.read(4096)  # an animated one is a video
    return start.startswith(_MAGIC) or is_heif(start) or (_is_webp(start) and not _webp_moves(start))


def is_animation(path: Path) -> bool:
    """Whether the file is an animated WebP or AVIF, which libav does not read, unlike animated GIF and PNG."""
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
    return _webp_moves(start) or (start[4:8] == b"ftyp" and start[8:12] == b"avis")


def is_heif(start: bytes) -> bool:
    """Whether a file with these first bytes is HEIC or AVIF; image sequences count as videos."""
    return start[4:8] == b"ftyp" and bool(_brands(start) & set(_COMPOSED)) and start[8:12] not in _SEQUENCES


def _is_webp(start: bytes) -> bool:
    return start[:4] == b"RIFF" and start[8:12] == b"WEBP"


def _webp_moves(start: bytes) -> bool:
    extended = _is_webp(start) and start[12:16] == b"VP8X" and len(start) > _WEBP_FLAGS
    return extended and bool(start[_WEBP_FLAGS] & _WEBP_MOVES)


def read_image(path: Path, name: str | None = None) -> Image:
    """Any depth and number of channels; orientation applied, alpha dropped. PosecastError where it cannot be read.

    `name` is what messages call it instead of its path.
    """
    name = name or printable(str(path))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PosecastError(f"cannot read {name}: {error.strerror}", "check the file") from error
    image = decode_image(content, name)
    if image is None and _jpeg_is_cut_off(content):
        raise PosecastError(f"{name} is cut off", "copy or download it again")
    if image is None:
        raise _refusal(path, name)
    return image


def decode_image(content: bytes, name: str) -> Image | None:
    """(H, W, 3) BGR; None for what is no image, PosecastError for one that cannot be decoded here."""
    if not content:
        return None
    if is_heif(content[:_START_BYTES]):
        return _composed(content, name)
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:  # more pixels than OpenCV takes
        raise PosecastError(f"{name} cannot be decoded: {error.err}", "save it again, smaller") from error
    return None if image is None else np.asarray(image, np.uint8)


def doubts(path: Path) -> str | None:
    """A defect that decoders do not report, such as a missing lower part; None if there is none."""
    content = path.read_bytes()
    if _jpeg_is_cut_off(content):
        return "is cut off: its lower part is missing"
    pages = _tiff_pages(content)
    return f"contains {pages} pages: only the first one is read" if pages > 1 else None


def _jpeg_is_cut_off(content: bytes) -> bool:
    return content.startswith(b"\xff\xd8") and content.rfind(b"\xff\xd9") < content.rfind(b"\xff\xda")


def _tiff_pages(content: bytes) -> int:
    """Number of full-sized pages; 0 if the content is not TIFF."""
    order: Literal["little", "big"] = "little" if content[:1] == b"I" else "big"
    if content[:4] not in (b"II*\0", b"MM\0*"):
        return 0

    def number(at: int, size: int) -> int:
        return int.from_bytes(content[at : at + size], order)

    pages, seen, at = 0, set[int](), number(4, 4)
    while at and at not in seen and at + 6 < len(content):
        seen.add(at)
        tags = {number(tag, 2): number(tag + 8, 4) for tag in range(at + 2, at + 2 + 12 * number(at, 2), 12)}
        pages += not tags.get(_SUBFILE_TYPE, 0) & 1
        at = number(at + 2 + 12 * number(at, 2), 4)
    return pages


def _composed(content: bytes, name: str) -> Image:
    """HEIF through Pillow: its tiles put together, turned and mirrored as the file says."""
    from PIL import Image as pillow  # noqa: N813 (a module)
    from PIL import ImageOps

    _register_heif(name)
    if missing := missing_bytes(io.BytesIO(content)):  # the decoder leaves tiles black without reporting it
        raise PosecastError(f"{name} is cut off: {missing} bytes are missing at its end", "copy or download it again")
    try:
        with warnings.catch_warnings(), pillow.open(io.BytesIO(content)) as picture:
            warnings.simplefilter("ignore")  # large pictures, odd metadata
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except Exception as error:  # decoders raise various exceptions for damaged data
        raise PosecastError(f"{name} cannot be decoded: {error}", "save it again as JPEG or PNG") from error
    return np.ascontiguousarray(np.asarray(upright, np.uint8)[..., ::-1])


def _register_heif(name: str) -> None:
    try:
        import pi_heif
    except ImportError as error:
        hint = "install the package pi-heif, or save it again as JPEG"
        raise PosecastError(f"{name} is a HEIC photo, which cannot be read here", hint) from error
    reader: Any = pi_heif
    reader.register_heif_opener()


def _brands(start: bytes) -> set[bytes]:
    length = min(int.from_bytes(start[:4], "big"), len(start))
    return {start[8:12], *(start[at : at + 4] for at in range(16, length - 3, 4))}


def _refusal(path: Path, name: str) -> PosecastError:
    told = unreadable(path, name, None)
    if "can be read" not in told.error:
        return told
    return PosecastError(f"{name} is no image that can be read", "save it again as JPEG or PNG, 8 or 16 bits a channel")
