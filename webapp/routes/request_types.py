"""JSON bodies of requests, declared once: `body.checked` reads them, and the API's description lists them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from engine.fields import about

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
    """A source by its name."""

    source: str


class LevelRequest(Body, frozen=True):
    """How to level the camera."""

    preview: Annotated[bool, about("Only report what the camera would be.")] = False


class RecordingRequest(Body, frozen=True):
    """Start or stop recording."""

    record: bool
    video: Annotated[bool, about("Keep the camera's pictures, too.")] = False


BODIES: tuple[type[Body], ...] = (BackendChoice, ComparisonChoice, SourceChoice, LevelRequest, RecordingRequest)
