"""Parses YAML into plain values with PyYAML: files of OpenCV's FileStorage and ROS, and handwritten ones.

Events are read rather than documents, so that nesting is bounded before anything recurses, and no objects are
constructed: tags are ignored, and references are refused. Plain scalars are parsed by `scalars`, since YAML 1.1
reads `012` as ten, `1:30` as ninety and `1e-3` as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from engine.errors import PosecastError
from engine.extrinsics.scalars import MAX_DEPTH, scalar

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DIRECTIVE = re.compile(r"\A\s*%YAML[: ]\S*[ \t]*(?=\n|\Z)")
"""OpenCV writes '%YAML:1.0', which is not a directive of YAML."""
_HINT = "correct the line, or export the file again"


def read_yaml(text: str) -> Any:
    """The value of the one document in `text`."""
    text = _DIRECTIVE.sub("", text.replace("\t", " "), count=1)
    events = iter(yaml.parse(text, Loader=_LOADER))
    try:
        return _document(events)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise PosecastError(f"not YAML: line {mark.line + 1 if mark else 1}: {error.problem}", _HINT) from error
    except yaml.YAMLError as error:
        raise PosecastError(f"not YAML: {' '.join(str(error).split())}", _HINT) from error


def _document(events: Iterator[Any]) -> Any:
    value, documents = None, 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                _refuse(event, "starts another document")
        elif isinstance(event, yaml.NodeEvent):
            value = _node(event, events, 0)
    return value


def _refuse(event: Any, what: str) -> NoReturn:
    raise PosecastError(f"not YAML: line {event.start_mark.line + 1} {what}", _HINT)


def _node(event: Any, events: Iterator[Any], depth: int) -> Any:
    """The value that `event` begins; takes the events that belong to it."""
    if isinstance(event, yaml.AliasEvent):
        _refuse(event, "uses '*', a reference, which is not read here")
    if event.anchor is not None:
        _refuse(event, "uses '&', a reference, which is not read here")
    if depth > MAX_DEPTH:
        _refuse(event, "is nested too deeply")
    if isinstance(event, yaml.ScalarEvent):
        return event.value if event.style else scalar(event.value)
    if isinstance(event, yaml.SequenceStartEvent):
        return [_node(item, events, depth + 1) for item in _until(yaml.SequenceEndEvent, events)]
    return _mapping(events, depth)


def _mapping(events: Iterator[Any], depth: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key in _until(yaml.MappingEndEvent, events):
        if not isinstance(key, yaml.ScalarEvent) or key.anchor is not None:
            _refuse(key, "has a name that is not a word")
        if key.value in values:
            _refuse(key, f"repeats {key.value}")
        values[key.value] = _node(next(events), events, depth + 1)
    return values


def _until(end: type, events: Iterator[Any]) -> Iterator[Any]:
    for event in events:
        if isinstance(event, end):
            return
        yield event
