"""Reads addresses of outputs, by what their schemes say of them, or says in a sentence what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from engine.errors import PosecastError
from engine.outputs.address import RATE, Address, scheme_of, without_login
from engine.outputs.scheme import Scheme
from engine.redaction import HIDDEN

LONGEST = 2000
"""Characters of an address."""
_ENCODE = "a password with / ? # or @ is written with %2F %3F %23 or %40"
_CUT_PASSWORD = re.compile(r"//[^/?#@]*:[^/?#@]*[/?#].*@")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9a-fA-F:.%a-z]+\]")


def parse(text: str, schemes: Mapping[str, Scheme]) -> Address:
    """Read an address of one of `schemes`; PosecastError that says what is wrong with it."""
    name = scheme_of(text)
    if name not in schemes:
        known = ", ".join(schemes)
        raise PosecastError(f"{without_login(text)!r:.100} is no output", f"an output begins with one of {known}")
    scheme = schemes[name]
    wrong = _Wrong(without_login(text), scheme)
    if len(text) > LONGEST or re.search(r"[\x00-\x20\x7f]", text):
        raise wrong("it contains spaces or is too long")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        if _CUT_PASSWORD.search(text):
            raise wrong(_ENCODE) from None
        raise wrong(
            "its port is not a number from 1 to 65535" if "ort" in str(error) else "it cannot be read"
        ) from None
    if "@" in parts.path and "@" not in parts.netloc:
        raise wrong(_ENCODE)
    options, secret = _options(parts, scheme, wrong)
    host = _host(parts, scheme, wrong)
    port = _port(port, scheme, wrong)
    user, password = _login(parts, scheme, wrong)
    path = parts.path.lstrip("/") if scheme.host else ""
    if path and not (scheme.path or scheme.own_query):
        raise wrong(f"nothing may follow the port, but '/{path:.40}' does")
    if scheme.own_query and parts.query:
        path = f"{path}?{parts.query}"
    secrets = tuple(filter(None, (password, user if password else None, *secret, path if scheme.own_query else None)))
    return Address(
        text, name, host, port, path, user, password, options, secrets, _shown(parts, name, scheme, host, port, path)
    )


def shown(text: str, schemes: Mapping[str, Scheme]) -> str:
    """Any text that was to be an address, as people may see it."""
    try:
        return parse(text, schemes).shown
    except PosecastError:
        return without_login(text)


class _Wrong:
    """Makes the errors of one address."""

    def __init__(self, shown: str, scheme: Scheme) -> None:
        self._shown, self._scheme = shown, scheme

    def __call__(self, problem: str) -> PosecastError:
        return PosecastError(f"the output {self._shown:.100} is wrong: {problem}", f"write {self._scheme.example}")


def _host(parts: SplitResult, scheme: Scheme, wrong: _Wrong) -> str:
    if not scheme.host:
        name = unquote(parts.path or parts.netloc)
        if not name or "/" in name:
            raise wrong("its name is missing")
        return name
    host = parts.netloc.rpartition("@")[2]
    host = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
    if not host:
        raise wrong("its host is missing")
    if not _NAME.fullmatch(host):
        raise wrong(f"{host!r:.60} is not a host name")
    return host.strip("[]")


def _port(port: int | None, scheme: Scheme, wrong: _Wrong) -> int:
    if not scheme.host:
        return 0
    port = scheme.port if port is None else port
    if port is None:
        raise wrong("its port is missing")
    if port == 0:
        raise wrong("its port is not a number from 1 to 65535")
    return port


def _login(parts: SplitResult, scheme: Scheme, wrong: _Wrong) -> tuple[str | None, str | None]:
    if "@" not in parts.netloc:
        return None, None
    if not scheme.login:
        raise wrong("it takes neither user nor password")
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    return unquote(user) or None, unquote(password) or None


def _options(parts: SplitResult, scheme: Scheme, wrong: _Wrong) -> tuple[dict[str, str], list[str]]:
    """Options by name, with defaults; and the values of the secret ones."""
    known = {option.name: option for option in (*scheme.options, RATE)}
    values = {name: option.default for name, option in known.items()}
    if scheme.own_query:
        return values, []
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in known:
            raise wrong(f"it has no option {name!r:.40}; options are: {', '.join(known)}")
        problem = known[name].problem(value)
        if problem is not None:
            told = "its value" if known[name].secret else f"{value!r:.40}"
            raise wrong(f"{name} must be {problem}, not {told}")
        values[name] = value
    return values, [values[name] for name, option in known.items() if option.secret and values[name]]


def _shown(parts: SplitResult, name: str, scheme: Scheme, host: str, port: int, path: str) -> str:
    """The address in one form, without what is secret."""
    if not scheme.host:
        begin = f"{name}:{host}"
    else:
        login = f"{HIDDEN}@" if "@" in parts.netloc else ""
        begin = f"{name}://{login}{f'[{host}]' if ':' in host else host}:{port}"
    if scheme.own_query:
        return f"{begin}/…" if path else begin
    secret = {option.name for option in scheme.options if option.secret}
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = "&".join(f"{key}={HIDDEN if key in secret else value}" for key, value in pairs)
    return f"{begin}{f'/{path}' if path else ''}{f'?{query}' if query else ''}"
