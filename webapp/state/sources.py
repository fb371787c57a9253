"""The sources that the page may choose: visitors must not make the server open arbitrary files or addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from engine.capture import is_demo, list_cameras
from engine.capture.address import SCHEMES, parse_address, scheme_of
from engine.capture.browser import BROWSER, NAME, is_published, published_name
from engine.capture.uploaded import UPLOAD
from engine.errors import PosecastError
from engine.names import printable
from engine.redaction import HIDDEN, redact
from engine.wire import Wire
from webapp.access.errors import ForbiddenError, NotFoundError
from webapp.recording.recordings import RECORDING

DEMO = "Demo stage"
_CAMERA_INDEX = re.compile(r"[0-9]{1,2}")
_MOST_ENTERED = 8


class Sources:
    """Cameras of this machine, `demo`, recordings, uploads, addresses, and what the operator named at start."""

    def __init__(
        self,
        named: Iterable[str],
        recordings: Callable[[], Iterable[tuple[str, str]]],
        uploads: Callable[[], Iterable[tuple[str, str]]],
        publishers: Callable[[], Iterable[str]] = tuple,
        *,
        addresses: bool = True,
    ) -> None:
        """`recordings` and `uploads` return sources with titles, `publishers` names of `browser:NAME`.

        `addresses`: whether any may be chosen.
        """
        self._publishers = publishers
        self._recordings, self._uploads, self._addresses = recordings, uploads, addresses
        # By redacted text: passwords in addresses stay on the server.
        own = (text for text in named if not _is_listed(text))
        self._named = {printable(redact(text)): text for text in own}
        self._entered: dict[str, str] = {}
        """Addresses that operators have entered in this run, the latest last."""

    def resolve(self, text: str) -> str:
        """The source to open for `text` as the page knows it; ForbiddenError for any other."""
        if _is_common(text):
            return text
        for known in (self._named, self._entered):
            if text in known or text in known.values():
                return known.get(text, text)
        if text in self._stored():
            return text
        if scheme_of(text.strip()) in SCHEMES:
            return self._address(text.strip())
        if text.startswith((RECORDING, UPLOAD)):
            raise NotFoundError(f"there is no {text[:100]!r}", "choose another source; this one was removed")
        raise ForbiddenError(
            f"{redact(text)!r} is not among the sources of this server",
            "files of the server are named when it starts: --allow-source FILE; upload those of your own computer",
        )

    def label(self, text: str) -> str:
        """What people call a source, given as the page knows it."""
        if text == "demo":
            return DEMO
        if _CAMERA_INDEX.fullmatch(text):
            return next((one.name for one in list_cameras() if str(one.index) == text), f"Camera {text}")
        if is_published(text):
            return f"Camera of {published_name(text)}"
        return self._stored().get(text) or _label(text)

    def names(self) -> list[str]:
        """The names of the available sources."""
        return [str(source["source"]) for source in self.listing()]

    def listing(self) -> list[Wire]:
        """The available sources, with labels."""
        return [
            {"source": "demo", "kind": "demo", "label": DEMO},
            *({"source": str(one.index), "kind": "camera", "label": one.name} for one in list_cameras()),
            *(
                {"source": shown, "kind": _kind(text), "label": _label(shown)}
                for shown, text in {**self._named, **self._entered}.items()
            ),
            *(
                {"source": f"{BROWSER}:{name}", "kind": "browser", "label": self.label(f"{BROWSER}:{name}")}
                for name in self._publishers()
            ),
            *(
                {"source": text, "kind": text.partition(":")[0], "label": label}
                for text, label in self._stored().items()
            ),
        ]

    def _stored(self) -> dict[str, str]:
        """Recordings and uploads -> labels."""
        return {**dict(self._recordings()), **dict(self._uploads())}

    def _address(self, text: str) -> str:
        """An address that the page may open from now on; its password is needed only this once."""
        if not self._addresses:
            raise ForbiddenError("this server opens no other addresses", "it was started with --no-addresses")
        if not parse_address(text).host:
            raise PosecastError(f"{redact(text)} names no host", "an address is rtsp://HOST/… or http(s)://HOST/…")
        if f"://{HIDDEN}@" in text:
            raise PosecastError(f"the password of {text} is not known any more", "enter the whole address again")
        self._entered[printable(redact(text))] = text
        while len(self._entered) > _MOST_ENTERED:
            del self._entered[next(iter(self._entered))]
        return text


def _is_listed(text: str) -> bool:
    """Whether the source is in the listing without having been named."""
    return _is_common(text) or text.startswith((RECORDING, UPLOAD))


def _is_common(text: str) -> bool:
    """Whether every server offers the source: the demo stage, cameras, and what other programs send."""
    if is_published(text):
        return NAME.fullmatch(published_name(text)) is not None
    return is_demo(text) or _CAMERA_INDEX.fullmatch(text) is not None


def _kind(text: str) -> str:
    return "stream" if "://" in text else "file"


def _label(shown: str) -> str:
    return shown if "://" in shown else Path(shown).name or shown
