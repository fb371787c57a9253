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


class NamedCamera(Body, frozen=True):
    """A camera by its name."""

    name: str


class CalibrationRequest(Body, frozen=True):
    """Begin to calibrate with a board."""

    board: Annotated[str, about("Squares across x down : side of a square.")] = "charuco:5x7:30mm"


class CameraAdjustment(Body, frozen=True):
    """What is given by hand; null: as it is."""

    tilt_deg: Annotated[float, number(-90, 90, "Degrees that the camera looks below the horizon.")] | None = None
    roll_deg: Annotated[float, number(-180, 180, "Degrees clockwise about the optical axis.")] | None = None
    height_m: Annotated[float, number(0.05, 100, "Above the floor.", unit="m")] | None = None
    fov_deg: Annotated[float, number(5, 150, "Horizontal field of view, degrees.")] | None = None


class AdjustRequest(Body, frozen=True):
    """The camera in use, turned, raised or zoomed by hand."""

    adjust: CameraAdjustment


class RecordingRequest(Body, frozen=True):
    """Start or stop recording."""

    record: bool
    video: Annotated[bool, about("Keep the camera's pictures, too.")] = False


_TRIM = about("First and last second that are kept, from the first scene.", "two times in seconds, [2.5, 10], or null")
_GROUPS = about("Ids that are one person each; the first is kept.", "lists of two ids or more: [[1, 4]]")
_IDS = about("People who are left out.", "a list of ids")
_NAMES = about("Names of people by their ids.", 'names by ids: {"1": "Ada"}')


class RecordingChanges(Body, frozen=True):
    """What a user changes about a recording; a key that is absent stays as it is."""

    title: Annotated[str | None, about("What it is called; null: its date.")] = None
    notes: Annotated[str | None, about("Anything worth remembering.")] = None
    trim_s: Annotated[tuple[float, float] | None, _TRIM] = None
    merged: Annotated[tuple[tuple[int, ...], ...], _GROUPS] = ()
    deleted: Annotated[tuple[int, ...], _IDS] = ()
    names: Annotated[dict[str, str], _NAMES] = {}


class OutputChoice(Body, frozen=True):
    """A live output: a new one by its address, one that is there by its id or by its address as it was told."""

    id: Annotated[str | None, about("As GET /api/outputs lists them.")] = None
    url: Annotated[str | None, about("Its address, such as osc://127.0.0.1:9000.")] = None
    on: Annotated[bool, about("Whether it sends.")] = True


class OutputsChoice(Body, frozen=True):
    """All live outputs; those that are not among them end."""

    outputs: Annotated[
        list[OutputChoice | str],
        about("Outputs, or their addresses alone.", 'a list of addresses, or of objects such as {"url": "osc://…"}'),
    ]


BODIES: tuple[type[Body], ...] = (
    CalibrationRequest,
    BackendChoice,
    ComparisonChoice,
    SourceChoice,
    NamedCamera,
    CameraAdjustment,
    AdjustRequest,
    RecordingRequest,
    RecordingChanges,
    UploadRequest,
    OutputChoice,
    OutputsChoice,
)
