"""What every server of the page has, whether it runs the engine or relays another one: `Shown`, and who visits."""

from __future__ import annotations

from typing import Any, Protocol, cast

from flask import current_app, request

from engine.wire import Wire
from webapp.access.options import ServeOptions
from webapp.access.tokens import ROLE, Role, Tokens
from webapp.live.pictures import PictureFeed
from webapp.live.scenes import SceneFeed
from webapp.live.viewers import Viewers

EXTENSION = "posecast"


class Shown(Protocol):
    """What the pages, the streams and the answers for readers are made from."""

    @property
    def options(self) -> ServeOptions: ...

    @property
    def tokens(self) -> Tokens: ...

    @property
    def scenes(self) -> SceneFeed[Any]: ...

    @property
    def pictures(self) -> PictureFeed: ...

    @property
    def viewers(self) -> Viewers: ...

    def viewers_see(self) -> str:
        """What view-only visitors see: `video`, `blurred` or `skeleton`."""
        ...

    def health(self) -> str | None:
        """Why frames do not flow; None while they do."""
        ...

    def state(self) -> Wire:
        """The `state` event, and `now` by the clock of `wall_time`, seconds since 1970."""
        ...

    def metrics_text(self) -> str:
        """For Prometheus."""
        ...

    def seen(self) -> None:
        """Somebody has asked for a picture or a scene."""
        ...


def shown() -> Shown:
    """What the application that handles the current request shows."""
    return cast(Shown, current_app.extensions[EXTENSION])


def role() -> Role | None:
    """The role of the visitor who makes the current request."""
    return cast("Role | None", request.environ.get(ROLE))
