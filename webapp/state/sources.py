"""The sources that the page may choose: visitors must not make the server open arbitrary files or addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from engine.capture import list_cameras
from engine.names import printable
from engine.redaction import redact
from engine.wire import Wire
from webapp.access.errors import ForbiddenError
from webapp.recording.recordings import RECORDING

_CAMERA_INDEX = re.compile(r"[0-9]{1,2}")


class Sources:
    """Cameras of this machine, `demo`, recordings, and what the operator named at start or in the config."""

    def __init__(self, named: Iterable[str], recordings: Callable[[], Iterable[str]]) -> None:
        self._recordings = recordings
        # By redacted text: passwords in addresses stay on the server.
        own = (text for text in named if not _CAMERA_INDEX.fullmatch(text) and text != "demo")
        self._named = {printable(redact(text)): text for text in own}

    def resolve(self, text: str) -> str:
        """The source to open for `text` as the page knows it; ForbiddenError for any other."""
        if _is_common(text):
            return text
        if text in self._named or text in self._named.values():
            return self._named.get(text, text)
        if text.startswith(RECORDING) and text[len(RECORDING) :] in self._recordings():
            return text
        raise ForbiddenError(
            f"{redact(text)!r} is not among the sources of this server",
            "start it with --allow-source to add one",
        )

    def names(self) -> list[str]:
        """The names of the available sources."""
        return [str(source["source"]) for source in self.listing()]

    def listing(self) -> list[Wire]:
        """The available sources, with labels."""
        return [
            {"source": "demo", "kind": "demo", "label": "Demo stage"},
            *({"source": str(one.index), "kind": "camera", "label": one.name} for one in list_cameras()),
            *({"source": shown, "kind": _kind(text), "label": _label(shown)} for shown, text in self._named.items()),
            *({"source": RECORDING + name, "kind": "recording", "label": name} for name in self._recordings()),
        ]


def _is_common(text: str) -> bool:
    """Whether every server offers the source: the demo stage and the cameras."""
    return text == "demo" or _CAMERA_INDEX.fullmatch(text) is not None


def _kind(text: str) -> str:
    return "stream" if "://" in text else "file"


def _label(shown: str) -> str:
    return shown if "://" in shown else Path(shown).name or shown
