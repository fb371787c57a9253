"""The catalogue of models: their names, origins and files.

In: the name or path of a model that a user gives. Out: the path of an existing file. `bundled` ships with the
program; `official` is downloaded once, into the user's cache folder, by `posecast models download official`.
"""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.errors import PosecastError, reason
from engine.files import cache_dir, writing_to_cache
from engine.locks import only_process
from engine.models.archive import extract_member
from engine.models.http import TIMEOUT_S, RemoteFile, fetch
from engine.types import Progress

SUFFIXES = (".pth", ".onnx", ".xml", ".engine")
_ASSETS = Path(__file__).parents[1] / "assets"


@dataclass(frozen=True, slots=True)
class Model:
    """A model with a name."""

    name: str
    file_name: str
    description: str
    licence: str
    archive: RemoteFile | None = None
    """The tar archive that contains `file_name`; None for a model that ships with the program."""

    @property
    def path(self) -> Path:
        """The path of its file, which exists once it is downloaded."""
        if self.archive is None:
            return _ASSETS / self.file_name
        return cache_dir() / "models" / self.name / self.file_name


CATALOGUE: tuple[Model, ...] = (
    Model(
        name="bundled",
        file_name="posecast-v1.pth",
        description="works out of the box; see engine/assets/MODEL_CARD.md",
        licence="Apache-2.0",
    ),
    Model(
        name="official",
        file_name="human-pose-estimation-3d-0001.pth",
        description="human-pose-estimation-3d-0001 of the Open Model Zoo, the published weights",
        licence="Apache-2.0",
        archive=RemoteFile(
            url="https://storage.openvinotoolkit.org/repositories/open_model_zoo/public/2022.1/"
            "human-pose-estimation-3d-0001/human-pose-estimation-3d.tar.gz",
            size=18_421_831,
            sha384="14d1b70eb2d4102969b29c7716cbcdf9d1acd35839e044d2e62d69fbce4b98aa06cb954bb703d411cf991ffd809c6ea9",
        ),
    ),
)


def catalogue() -> tuple[Model, ...]:
    """Every model with a name, the default first."""
    return CATALOGUE


def resolve(model: str) -> Path:
    """The file of 'bundled', 'official' or a path; PosecastError if it does not exist, or its suffix is unknown."""
    known = next((entry for entry in catalogue() if entry.name == model), None)
    if known is not None and known.archive is not None and not known.path.is_file():
        raise PosecastError(
            f"the model {model!r} is not downloaded yet", f"download it once: posecast models download {model}"
        )
    path = known.path if known else Path(model).expanduser()
    wanted = f"give {_names()}, or the path of a file: {', '.join(SUFFIXES)}"
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise PosecastError(f"cannot read the model {model!r}: {reason(error)}", wanted) from error
    if not stat.S_ISREG(mode):
        raise PosecastError(f"the model {model!r} is not a file", wanted)
    if path.suffix not in SUFFIXES:
        raise PosecastError(f"the model {model!r} has an unknown suffix", wanted)
    return path


def download(name: str, progress: Progress, *, timeout: float = TIMEOUT_S) -> Path:
    """Download the model `name` unless it is there, and return its path; progress steps are 'download' and 'unpack'.

    PosecastError if the name is unknown, the server or the connection fails, or the content is not the catalogue's;
    nothing is kept then. `timeout`: seconds without data.
    """
    model = next((entry for entry in catalogue() if entry.name == name), None)
    if model is None:
        raise PosecastError(f"there is no model {name!r} to download", f"models by name: {_names()}")
    if model.archive is None or model.path.is_file():
        return model.path
    folder = model.path.parent
    with writing_to_cache(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with only_process(folder / "lock", lambda: progress("download", None, "another process is downloading it")):
        if not model.path.is_file():
            _obtain(model, model.archive, progress, timeout)
    return model.path


def _obtain(model: Model, archive: RemoteFile, progress: Progress, timeout: float) -> None:
    part = model.path.with_name(f"{archive.name}.part")

    def received(done: int, total: int) -> None:
        progress("download", done / total, f"{done / 1e6:.1f} of {total / 1e6:.1f} MB")

    fetch(archive, part, received, timeout=timeout)
    progress("unpack", None, model.file_name)
    try:
        with writing_to_cache(model.path.parent):
            extract_member(part, model.file_name, model.path)
    finally:
        part.unlink(missing_ok=True)


def file_hash(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal; computed again only if the file has changed."""
    status = path.stat()
    return _hash(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=16)
def _hash(path: Path, _changed_ns: int, _size: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _names() -> str:
    return ", ".join(repr(model.name) for model in catalogue())
