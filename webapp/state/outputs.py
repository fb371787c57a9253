"""Live outputs as operators set them: those of the settings, and those of the command line for this run.

In: a list of addresses. Out: what each of them is doing. Secrets come in, and never out again: an output that stays is
named by its id, or by its address as it was told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.errors import PosecastError
from engine.outputs import MOST, SCHEMES, Entry, Outputs, Wanted
from engine.outputs.address import RATE, Option
from engine.outputs.runner import TestResult
from engine.outputs.scheme import Scheme
from engine.pipeline import Pipeline
from engine.wire import Wire
from webapp.access.errors import NotFoundError

_HINT = "GET /api/outputs lists the outputs"


@dataclass(frozen=True, slots=True)
class Choice:
    """A new output by its `url`; one that is there by its id, or by its address as it was told."""

    id: str | None = None
    url: str | None = None
    on: bool = True


class OutputDesk:
    """Owns changes of the outputs."""

    def __init__(self, pipeline: Pipeline, outputs: Outputs, given: Sequence[str]) -> None:
        """`given`: addresses of the command line."""
        self._pipeline, self._outputs, self._given = pipeline, outputs, given

    @property
    def active(self) -> int:
        """Number of outputs that are on."""
        return self._outputs.active

    def start(self) -> list[PosecastError]:
        """Start the outputs; returns what is wrong with addresses of the settings."""
        saved = self._pipeline.state().settings.outputs or {}
        given = [Wanted(url, given=True) for url in dict.fromkeys(self._given)]
        rest = [Wanted(url, on) for url, on in saved.items() if url not in self._given]
        self._outputs.set([*given, *rest])
        return [entry.problem for entry in self._outputs.entries if entry.problem is not None]

    def listing(self) -> Wire:
        """`GET /api/outputs`."""
        return {
            "outputs": [_described(entry) for entry in self._outputs.entries],
            "protocols": [_protocol(name, scheme) for name, scheme in SCHEMES.items()],
        }

    def entries(self) -> Iterable[Entry]:
        """All outputs, for the metrics."""
        return self._outputs.entries

    def change(self, choices: Sequence[Choice]) -> None:
        """Have these outputs and no others; PosecastError, and nothing changed, if one is wrong."""
        wanted = [self._wanted(one) for one in choices]
        urls = [one.url for one in wanted]
        twice = next((one for one in wanted if urls.count(one.url) > 1), None)
        if twice is not None:
            shown = self._outputs.check(twice.url).shown
            raise PosecastError(f"the output {shown} is there twice", "send each once")
        if len(wanted) > MOST:
            raise PosecastError(f"{len(wanted)} outputs are too many", f"at most {MOST} run at a time")
        self._outputs.set(wanted)
        self._pipeline.change_settings({"outputs": {one.url: one.on for one in wanted if not one.given} or None})

    def test(self, id: str) -> TestResult:
        """Send the figure of the test."""
        result = self._outputs.test(id)
        if result is None:
            raise NotFoundError("there is no such output", _HINT)
        return result

    def close(self) -> None:
        self._outputs.close()

    def _wanted(self, choice: Choice) -> Wanted:
        """An output that is there, by its id or its address as it was told, or a new one."""
        entries = self._outputs.entries
        named = next((one for one in entries if choice.id is not None and one.id == choice.id), None)
        if choice.id is not None and named is None:
            raise NotFoundError(f"there is no output {choice.id!r:.40}", _HINT)
        if choice.url is not None and (named is None or choice.url != named.shown):
            named = next((one for one in entries if choice.url in (one.wanted.url, one.shown)), None)
        if named is not None:
            return Wanted(named.wanted.url, choice.on, named.wanted.given)
        if choice.url is None:
            raise PosecastError(
                "an output has neither address nor id", 'send for example {"url": "osc://127.0.0.1:9000"}'
            )
        return Wanted(self._outputs.check(choice.url).text, choice.on)


def _described(entry: Entry) -> Wire:
    report = entry.report()
    scheme = SCHEMES.get(entry.scheme)
    return {
        "id": entry.id,
        "url": entry.shown,
        "protocol": entry.scheme,
        "title": scheme.title if scheme else entry.scheme,
        "on": entry.wanted.on,
        "given": entry.wanted.given,
        "state": report.state,
        "error": report.error,
        "hint": report.hint,
        "retry_s": None if report.retry_s is None else round(report.retry_s, 1),
        "rate": round(report.rate, 1),
        "sent": report.sent,
        "failures": report.failures,
        "last_error": report.last_error,
    }


def _protocol(name: str, scheme: Scheme) -> Wire:
    return {
        "scheme": name,
        "title": scheme.title,
        "about": scheme.about,
        "note": scheme.note,
        "example": scheme.example,
        "options": [] if scheme.own_query else [_option(one) for one in (*scheme.options, RATE)],
    }


def _option(option: Option) -> Wire:
    return {
        "name": option.name,
        "label": option.label,
        "about": option.about,
        "default": option.default,
        "choices": list(option.choices),
        "secret": option.secret,
    }
