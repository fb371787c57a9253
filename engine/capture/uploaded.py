"""Uploaded videos and images as sources: `upload:NAME` is a file in a folder that the server fills."""

from __future__ import annotations

import re
from pathlib import Path

import platformdirs

from engine.errors import PosecastError

UPLOAD = "upload:"
"""Prefix of a name that makes the upload a source."""
NAME = re.compile(r"upload-\d{8}-\d{6}(-\d+)?")
MEDIA = ".media"
"""Suffix of a finished upload, whatever it contains: its kind is told by its content."""
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,av1,obu,ivf,flv,asf,ogg,gif,apng,mjpeg,"
    "mxf,rm,dv,nut,yuv4mpegpipe,vc1,wtv"
)
"""Formats that an upload may have, by libav's names: none that names other files to be read, as playlists do."""


def default_uploads() -> Path:
    """The user's folder of uploads."""
    return Path(platformdirs.user_data_path("posecast", appauthor=False)) / "uploads"


def uploaded_file(text: str, folder: Path | None = None) -> Path:
    """The file of the source `upload:NAME`; PosecastError if there is none, without its path."""
    name = text.removeprefix(UPLOAD)
    path = (folder or default_uploads()) / f"{name}{MEDIA}"
    if not NAME.fullmatch(name) or not path.is_file():
        raise PosecastError(f"there is no {text[:100]!r}: it was removed, or never uploaded", "choose another source")
    return path
