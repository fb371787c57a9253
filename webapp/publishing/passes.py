"""Who may send pictures: a token for each camera's name, made by an operator, kept over restarts, revocable.

Such a token gives no other right than to publish under that name, and to see what comes of it.
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
import threading
from pathlib import Path

from engine.capture.browser import NAME
from engine.errors import PosecastError, reason
from engine.files import whole_file
from webapp.access.errors import ConflictError, NotFoundError

log = logging.getLogger(__name__)

MOST = 16
_TOKEN_BYTES = 24


class Passes:
    """Tokens by the names of cameras, in a file that only this user can read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tokens = _read(path)
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        return sorted(self._tokens)

    def token(self, name: str) -> str:
        """NotFoundError if the camera has none."""
        try:
            return self._tokens[name]
        except KeyError:
            raise NotFoundError(f"there is no camera {name[:40]!r}", "GET /api/cameras lists them") from None

    def issue(self, name: str) -> str:
        """The token of the camera, made if there is none. PosecastError for a wrong name, and if it cannot be kept."""
        if not NAME.fullmatch(name):
            raise PosecastError(
                f"{name[:40]!r} is not a camera's name", "use small letters, digits and -, such as left-1"
            )
        with self._lock:
            if name not in self._tokens:
                if len(self._tokens) >= MOST:
                    raise ConflictError(f"there are {MOST} cameras already", "remove one first")
                self._keep({**self._tokens, name: secrets.token_urlsafe(_TOKEN_BYTES)})
            return self._tokens[name]

    def revoke(self, name: str) -> None:
        """Make its token worthless; NotFoundError if there is none."""
        with self._lock:
            self.token(name)
            self._keep({known: token for known, token in self._tokens.items() if known != name})

    def name_of(self, token: str) -> str | None:
        """The camera whose token it is, compared in constant time; None if it is nobody's."""
        given, found = token.encode("utf-8", "surrogatepass"), None
        for name, expected in self._tokens.items():
            if hmac.compare_digest(expected.encode(), given):
                found = name
        return found

    def _keep(self, tokens: dict[str, str]) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(self._path) as part:
                part.touch(mode=0o600)
                part.write_text(json.dumps(tokens, indent=2), encoding="utf-8")
        except OSError as error:
            raise PosecastError(
                f"the camera's link could not be saved: {reason(error)}", "see the server's log"
            ) from error
        self._tokens = tokens


def _read(path: Path) -> dict[str, str]:
    """Nothing where there is no file, and where it is damaged: links can be made again."""
    try:
        tokens = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(tokens, dict):
            raise ValueError("not an object")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("the links of cameras in %s cannot be read, and are made again: %s", path, error)
        return {}
    return {
        name: token
        for name, token in tokens.items()
        if NAME.fullmatch(name) and isinstance(token, str) and len(token) >= _TOKEN_BYTES
    }
