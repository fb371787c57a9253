"""What is on the bus: kinds, how long they last, and pictures as bytes.

`scene`: a scene as on the wire. `state`: JSON, a `Told`. `picture:VIEW:WIDTH`, only while a relay asks for it,
and not kept: a line of JSON with the headers of the picture, then the JPEG.
"""

from __future__ import annotations

import json
from typing import Any, Literal

import msgspec

from webapp.live.pictures import Picture, part_of
from webapp.live.renditions import VIEWS, WIDTHS, Rendition

SCENE_LASTS_S = 10.0
STATE_EVERY_S = 1.0
STATE_LASTS_S = 4.0
"""A publisher that has said nothing for so long is away."""
_PICTURE = "picture"
_FULL = "full"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What relays tell their viewers, beside scenes and pictures."""

    state: dict[str, Any] = {}
    """The `state` event; empty before the publisher was heard."""
    stats: dict[str, Any] = {}
    events: dict[str, Any] = {}
    """Rules, zones and the latest events, as `GET /api/events` answers."""
    health: str | None = None
    """Why frames do not flow; None while they do."""
    viewers_see: Literal["video", "blurred", "skeleton"] = "skeleton"
    clock_s: float = 0.0
    """The publisher's clock, that of `wall_time`, minus that of Redis."""


def kind_of(rendition: Rendition) -> str:
    """The kind of its pictures. Whether faces are covered is the publisher's affair, and not part of it."""
    return f"{_PICTURE}:{rendition.view}:{rendition.width or _FULL}"


def rendition_of(kind: str, *, blurred: bool) -> Rendition | None:
    """What a relay asks for; None if there is no such picture. Skeletons alone have no faces."""
    what, _, rest = kind.partition(":")
    view, _, width = rest.partition(":")
    if what != _PICTURE or view not in VIEWS or width not in (_FULL, *map(str, WIDTHS)):
        return None
    return Rendition(view, None if width == _FULL else int(width), blurred and view != "skeleton")


def pack(picture: Picture, *, blurred: bool) -> bytes:
    """A picture as bytes; `blurred`: whether faces are covered."""
    return json.dumps({"headers": dict(picture.headers), "blurred": blurred}).encode() + b"\n" + picture.jpeg


def unpack(data: bytes, version: int) -> tuple[Picture, bool]:
    """The picture, as the `version`th one, and whether faces are covered. ValueError for what `pack` has not made."""
    head, _, jpeg = data.partition(b"\n")
    told = json.loads(head)
    headers = {str(name): str(value) for name, value in told["headers"].items()}
    return Picture(version, False, headers, jpeg, part_of(headers, jpeg)), bool(told["blurred"])
