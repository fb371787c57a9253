"""JSON bodies of requests, declared once: `body.checked` reads them, and the API's description lists them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from engine.fields import about, number

_DEVICE = about("As GET /api/backends lists them; null: the backend's best.")
_PRECISION = about("As GET /api/backends lists them; null: the fastest.")


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """A JSON object with these keys and no others."""


class BackendChoice(Body, frozen=True):
    """A backend, and where and how it runs."""

    name: str
    device: Annotated[str | None, _DEVICE] = None
    precision: Annotated[str | None, _PRECISION] = None


class ComparisonChoice(Body, frozen=True):
    """Two backends; b is compared with a."""

    a: BackendChoice
    b: BackendChoice


class SourceChoice(Body, frozen=True):
    """A source by its name, and whether to start with it next time."""

    source: Annotated[str | None, about("As GET /api/sources lists them, or an address; null: the present one.")] = None
    remember: Annotated[
        bool | None,
        about("Start with it next time, once it plays. With the present source, false: the demo stage again."),
    ] = None


class UploadRequest(Body, frozen=True):
    """Begin an upload."""

    name: Annotated[str, about("What its owner calls the file. The server makes a name of its own.")]
    size: Annotated[int, number(1, 2**53, "Bytes of the whole file.")]
    modified: Annotated[
        int, number(0, 2**53, "Time stamp of the file: with the same name and size, it is the same file.")
    ] = 0


class LevelRequest(Body, frozen=True):
    """How to level the camera."""

    preview: Annotated[bool, about("Only report what the camera would be.")] = False


class RecordingRequest(Body, frozen=True):
    """Start or stop recording."""

    record: bool
    video: Annotated[bool, about("Keep the camera's pictures, too.")] = False


BODIES: tuple[type[Body], ...] = (
    BackendChoice,
    ComparisonChoice,
    SourceChoice,
    LevelRequest,
    RecordingRequest,
    UploadRequest,
)
