"""The support bundle that `posecast doctor --bundle` writes: what is needed to help from afar.

In: doctor's report, and what the user names: a settings file, a log, a running server. Out: a ZIP of small texts, whole
or not at all. No pictures, no people; tokens, passwords, query strings and the name of the home folder are taken out.
"""

from __future__ import annotations

import json
import os
import re
import urllib.request
import zipfile
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from engine.errors import PosecastError, reason
from engine.files import whole_file
from engine.outputs.parsing import parse, shown
from engine.outputs.schemes import SCHEMES
from engine.outputs_guard import check_outputs
from engine.redaction import HIDDEN, Secrets, without_home

TOKEN_VARIABLE = "POSECAST_TOKEN"
"""Environment variable with the server's token: every user of the machine can read a command line."""
LOG_LINES = 500
MAX_ANSWER = 2 * 1024 * 1024
"""Bytes taken of an answer of the server."""
_TIMEOUT = 10.0
_ASKED = {
    "state.json": "api/state",
    "backends.json": "api/backends",
    "health.json": "healthz",
    "metrics.txt": "metrics",
}
_SECRET_KEY = re.compile(r"(?i)(token|passw(or)?d|secret|api_?key|cookie)$")
_PASSWORD = re.compile(r"://[^/:@\s]*:(\S*)@")
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

_ABOUT = """What `posecast doctor --bundle` found on this machine, as text. No pictures and no poses are in here;
tokens, passwords and the queries of addresses are replaced by *** or ?…, the home folder by ~. Read it before you
send it.

doctor.txt, doctor.json   what works here, and why the rest does not
versions.json             the libraries that Posecast uses
settings.json             the settings file, or why there is none
log.txt                   the last {lines} lines of the log, if --log named one
state.json, backends.json, health.json, metrics.txt   what the server answered, if --url named one
"""


@dataclass(frozen=True, slots=True)
class BundleOptions:
    path: Path
    config: Path
    """The settings file."""
    log: Path | None = None
    url: str | None = None
    """Of a running server."""

    def __post_init__(self) -> None:
        if self.url is not None and urlsplit(self.url).scheme not in ("http", "https"):
            raise PosecastError(
                f"{without_home(self.url)!r} is not an address", "give one such as http://127.0.0.1:8000/"
            )
        if self.log is not None and not self.log.is_file():
            raise PosecastError(f"{self.log} does not exist", "name the file that the server's log goes to")
        check_outputs((self.path,), [path for path in (self.config, self.log) if path is not None])


def write(options: BundleOptions, report_text: str, report: Mapping[str, Any]) -> dict[str, str]:
    """Write the archive; its parts by name, as they were written."""
    token = os.environ.get(TOKEN_VARIABLE)
    settings = _settings(options.config)
    secrets = Secrets(token, *_inside(options.url), *_secrets_of(settings), *_targets_of(settings))
    parts: dict[str, object] = {
        "about.txt": _ABOUT.format(lines=LOG_LINES),
        "doctor.txt": report_text,
        "doctor.json": report,
        "versions.json": dict(sorted(_versions("posecast").items())),
        "settings.json": _without_targets(settings),
    }
    if options.log is not None:
        parts["log.txt"] = _tail(options.log)
    if options.url is not None:
        parts |= {name: _ask(options.url, path, token) for name, path in _ASKED.items()}
    texts = {name: _text(part, secrets) for name, part in parts.items()}
    with whole_file(options.path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    return texts


def clean(value: Any, secrets: Secrets) -> Any:
    """A copy of JSON data without secrets: what is in its texts, and what stands under a telling name."""
    if isinstance(value, Mapping):
        return {
            str(key): HIDDEN if item and _SECRET_KEY.search(str(key)) else clean(item, secrets)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [clean(item, secrets) for item in value]
    return without_home(secrets.scrub(value)) if isinstance(value, str) else value


def _text(part: object, secrets: Secrets) -> str:
    if isinstance(part, str):
        return without_home(secrets.scrub(part))
    return json.dumps(clean(part, secrets), indent=1, default=str) + "\n"


def _settings(path: Path) -> Any:
    """The file as it is, valid or not, since a broken one is of interest; its text if it is not JSON."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return {"missing": f"{path}: {reason(error)}"}
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {"broken": text[:MAX_ANSWER]}


def _without_targets(settings: Any) -> Any:
    """Settings whose live outputs are as people may see them: a webhook's whole path is its secret."""
    outputs = _outputs_of(settings)
    return {**settings, "outputs": {shown(url, SCHEMES): on for url, on in outputs.items()}} if outputs else settings


def _targets_of(settings: Any) -> Iterator[str]:
    """What is secret in the addresses of live outputs."""
    for url in _outputs_of(settings):
        with suppress(PosecastError):
            yield from parse(url, SCHEMES).secrets


def _outputs_of(settings: Any) -> dict[str, Any]:
    outputs = settings.get("outputs") if isinstance(settings, dict) else None
    return outputs if isinstance(outputs, dict) else {}


def _secrets_of(value: Any) -> Iterator[str]:
    """Users, passwords and parameters of the addresses in `value`, which may stand alone elsewhere."""
    if isinstance(value, Mapping):
        yield from _secrets_of([*value, *value.values()])
    elif isinstance(value, list):
        for item in value:
            yield from _secrets_of(item)
    elif isinstance(value, str) and "://" in value:
        yield from _inside(value)


def _inside(url: str | None) -> Iterator[str]:
    text = url or ""
    query = [value for name, value in parse_qsl(text.partition("?")[2]) if _SECRET_KEY.search(name)]
    # Not `urlsplit`: a password may wrongly hold a slash.
    password = match[1] if (match := _PASSWORD.search(text)) else ""
    yield from (secret for secret in (password, unquote(password), *query) if secret)


def _versions(name: str) -> dict[str, str]:
    """Installed versions of a distribution and of everything that it may need."""
    found: dict[str, str] = {}
    waiting = [name]
    while waiting:
        key = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        try:
            distribution = metadata.distribution(key)
        except metadata.PackageNotFoundError:
            continue
        if key not in found:
            found[key] = distribution.version
            needs = (_REQUIREMENT.match(need) for need in distribution.requires or ())
            waiting += [match[0] for match in needs if match]
    return found


def _tail(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return "".join(line[:MAX_ANSWER] for line in deque(file, LOG_LINES))


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Redirects are not followed, since the token is meant for this server only."""

    def redirect_request(self, *_: object) -> None:
        return None


def _ask(url: str, path: str, token: str | None) -> object:
    """The server's answer as JSON or text, or why there is none, which is of interest, too."""
    host = urlsplit(url).netloc.rpartition("@")[2]
    base = f"{urlsplit(url).scheme}://{host}{urlsplit(url).path.rstrip('/')}/"
    request = urllib.request.Request(base + path)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)
    try:
        with opener.open(request, timeout=_TIMEOUT) as response:
            text = response.read(MAX_ANSWER).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            text = error.read(MAX_ANSWER).decode("utf-8", "replace")
    except (OSError, ValueError) as error:
        return {"unreachable": f"{base}{path}: {error}"}
    try:
        return json.loads(text)
    except ValueError:
        return text
