"""The server's log on stderr: one line per event, as text for people or JSON for machines.

Named events (`EVENTS`) have fields; everything else that is logged, by this program or by libraries, is the event
`log`. Every line goes through the same formatter, which removes tokens, passwords and query strings.
"""

from __future__ import annotations

import json
import logging
import math
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

from engine.redaction import Secrets

FORMATS = ("text", "json")
LEVELS = ("debug", "info", "warning", "error")
EVENTS = (
    "start",
    "start_failed",
    "shutdown",
    "source_opened",
    "source_lost",
    "source_paused",
    "backend_switched",
    "floor_found",
    "floor_lost",
    "problem",
    "happened",
    "viewer_connected",
    "viewer_left",
    "publisher_connected",
    "publisher_left",
    "publish_lost",
    "published_again",
    "relay_lost",
    "relay_again",
    "login_refused",
    "request_failed",
    "recording_started",
    "recording_ended",
    "upload_begun",
    "upload_finished",
    "upload_removed",
    "log",
)
"""Names of events; stable, as are the keys `time`, `level`, `event`, `message` and `fields`."""
log = logging.getLogger(__name__)


def event(
    logger: logging.Logger,
    name: str,
    message: str,
    /,
    *,
    level: int = logging.INFO,
    exception: BaseException | None = None,
    **fields: str | float | None,
) -> None:
    """Log one event. `fields` are for programs that filter, `message` is a complete sentence for people."""
    assert name in EVENTS, name
    logger.log(level, "%s", message, exc_info=exception, extra={"event": name, "fields": fields})


def report_problem(logger: logging.Logger, kind: str, error: str, hint: str) -> None:
    """Log a problem, which the dashboard gets as `problem`, too; `kind` is where it arose."""
    message = f"{error}; {hint}" if hint else error
    event(logger, "problem", message, level=logging.WARNING, kind=kind, error=error, hint=hint)


def event_of(record: logging.LogRecord) -> tuple[str, Mapping[str, Any]]:
    """The name and the fields of a record; `log` and the logger's name if it is not a named event."""
    name = getattr(record, "event", None)
    if name is None:
        return "log", {"logger": record.name, "thread": record.threadName}
    return str(name), getattr(record, "fields", {})


class _Formatter(logging.Formatter):
    """The common part of both formats: the parts of a line without secrets."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self.scrub: Callable[[str], str] = secrets.scrub

    def message(self, record: logging.LogRecord) -> str:
        try:
            text = record.getMessage()
        except (TypeError, ValueError):  # a library passed wrong arguments
            text = str(record.msg)
        return self.scrub(" ".join(text.split()))

    def trace(self, record: logging.LogRecord) -> str | None:
        return self.scrub(self.formatException(record.exc_info)) if record.exc_info and record.exc_info[0] else None


class JsonFormatter(_Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        name, fields = event_of(record)
        shown = {key: self._field(value) for key, value in fields.items()}
        if (trace := self.trace(record)) is not None:
            shown["exception"] = trace
        line = {
            "time": _time(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": _level(record),
            "event": name,
            "message": self.message(record),
            "fields": shown,
        }
        return json.dumps(line, allow_nan=False)

    def _field(self, value: Any) -> str | float | None:
        if isinstance(value, float) and not math.isfinite(value):
            return None  # JSON cannot represent them
        return value if value is None or isinstance(value, int | float) else self.scrub(str(value))


class TextFormatter(_Formatter):
    """Local time, level and message; a traceback follows its line, indented."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{_time(record).astimezone():%H:%M:%S} {_level(record):<7} {self.message(record)}"
        trace = self.trace(record)
        return line if trace is None else "\n    ".join((line, *trace.splitlines()))


@contextmanager
def installed(form: str, level: str, secrets: Secrets) -> Iterator[None]:
    """Log everything to stderr inside the block, including uncaught exceptions and warnings."""
    handler = logging.StreamHandler()
    handler.setFormatter((JsonFormatter if form == "json" else TextFormatter)(secrets))
    handler.setLevel(level.upper())
    with ExitStack() as undo:
        root = logging.getLogger()
        root.addHandler(handler)
        undo.callback(root.removeHandler, handler)
        undo.callback(root.setLevel, root.level)
        # The counters of /metrics also count what is below the level.
        root.setLevel(min(handler.level, logging.INFO))
        for name in ("engineio.server", "socketio.server"):  # without a level they add a handler themselves
            logging.getLogger(name).setLevel(logging.ERROR)
        logging.captureWarnings(True)
        undo.callback(logging.captureWarnings, False)
        for owner, name, hook in _HOOKS:
            undo.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, hook)
        yield


def _thread_failed(failure: threading.ExceptHookArgs) -> None:
    name = failure.thread.name if failure.thread else "unknown"
    if failure.exc_value is not None and not isinstance(failure.exc_value, SystemExit):
        log.error("the thread %s failed: %s", name, failure.exc_value, exc_info=failure.exc_value)


def _unraisable(failure: Any) -> None:
    log.error("%s: %s", failure.err_msg or "ignored", failure.exc_value, exc_info=failure.exc_value)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("%s: %s", kind.__name__, error, exc_info=(kind, error, trace))


_HOOKS: tuple[tuple[Any, str, Callable[..., None]], ...] = (
    (sys, "excepthook", _uncaught),
    (sys, "unraisablehook", _unraisable),
    (threading, "excepthook", _thread_failed),
)


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, timezone.utc)


def _level(record: logging.LogRecord) -> str:
    """The record's level as one of `LEVELS`."""
    return "error" if record.levelno >= logging.ERROR else record.levelname.lower()
