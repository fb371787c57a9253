"""Extracts one file from a tar archive. Names in the archive are only compared, never used as paths."""

from __future__ import annotations

import gzip
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from engine.errors import PosecastError
from engine.files import whole_file

MAX_BYTES = 256 * 1024 * 1024
"""Maximum size of the extracted file: ten times a checkpoint of this network in float32."""


def extract_member(archive: Path, name: str, target: Path) -> None:
    """Write the regular file called `name`, in whatever folder of the .tar.gz, to `target`, completely or not at all.

    PosecastError if the archive is damaged or does not contain the file, OSError if `target` cannot be written.
    """
    try:
        with tarfile.open(archive, "r:gz") as tar:
            member = next((member for member in tar if _is_wanted(member, name)), None)
            if member is None:
                raise PosecastError(f"{archive.name} holds no file {name}", "see whether posecast is current")
            if member.size > MAX_BYTES:
                raise PosecastError(f"{name} in {archive.name} is {member.size} bytes, too large for a model")
            content = tar.extractfile(member)
            assert content is not None, "a regular file has content"
            with whole_file(target) as temporary, content, temporary.open("wb") as file:
                shutil.copyfileobj(content, file)
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise PosecastError(f"{archive.name} is damaged: {error}", "download it again") from error


def _is_wanted(member: tarfile.TarInfo, name: str) -> bool:
    """Whether the entry is a regular file called `name`, at a path without '..' or a root."""
    path = PurePosixPath(member.name)
    return member.isreg() and path.name == name and not path.is_absolute() and ".." not in path.parts
