"""Changes of what is kept about a recording, checked against who is in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from msgspec.structs import replace

from engine.errors import PosecastError
from engine.motion.edits_file import About
from webapp.recording.index import Index

LONGEST_TITLE, LONGEST_NAME, LONGEST_NOTES = 120, 60, 10_000
_OF_PEOPLE = ("merged", "deleted", "names", "trim_s")


def needs_index(changes: Mapping[str, Any]) -> bool:
    """Whether the changes can be checked only against the index."""
    return any(changes.get(key) for key in _OF_PEOPLE)


def changed(about: About, changes: Mapping[str, Any], index: Index | None) -> About:
    """`about` with `changes`; PosecastError, which says what is possible, for one that cannot be.

    `index` is required where `needs_index`.
    """
    told = dict(changes)
    if "title" in told:
        told["title"] = one_line(told["title"] or "", LONGEST_TITLE) or None
    if "notes" in told:
        told["notes"] = _text(told["notes"] or "", LONGEST_NOTES)
    if "names" in told:
        names = {_id(key): one_line(name, LONGEST_NAME) for key, name in told["names"].items()}
        told["names"] = {person: name for person, name in names.items() if name}
    new = replace(about, **told)
    if index is not None:
        _check_people(new, index)
        _check_trim(new, index)
    return new


def one_line(text: str, longest: int) -> str:
    """Text of a visitor as one short line, without control characters and changes of direction."""
    shown = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in text)
    return " ".join(shown.split())[:longest]


def _text(text: str, longest: int) -> str:
    kept = (letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] != "C")
    return "".join(kept).strip()[:longest]


def _id(key: str) -> int:
    if not (key.isascii() and key.isdecimal() and len(key) < 10):
        raise PosecastError(f"names has the key {key!r:.40}", 'keys are ids of people: {"1": "Ada"}')
    return int(key)


def _check_people(about: About, index: Index) -> None:
    recorded = {person.id for person in index.people}
    grouped = [person for group in about.merged for person in group]
    for group in about.merged:
        if len(group) < 2:
            raise PosecastError("merged has a group of one", "a group has two ids or more: [[1, 4]]")
    if len(set(grouped)) != len(grouped):
        raise PosecastError("merged has an id twice", "each id belongs to one group at most")
    _check_known("merged", grouped, recorded)
    left = recorded - {person for group in about.merged for person in group[1:]}
    _check_known("deleted", about.deleted, left)
    _check_known("names", about.names, left)


def _check_known(key: str, ids: Collection[int], known: Collection[int]) -> None:
    for person in ids:
        if person not in known:
            there = ", ".join(map(str, sorted(known))) or "none"
            raise PosecastError(f"{key} names the person {person}, who is not there", f"ids are: {there}")


def _check_trim(about: About, index: Index) -> None:
    if about.trim_s is None:
        return
    start, end = about.trim_s
    if not 0 <= start < end or start >= index.seconds:
        raise PosecastError(
            f"trim_s is [{start:g}, {end:g}]",
            f"it must be two increasing times within 0 and {index.seconds:g} s, the length of the recording",
        )
