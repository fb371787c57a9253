"""Parses OpenCV's FileStorage in XML into plain values. Documents with a DOCTYPE (entities) are refused."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from engine.errors import PosecastError
from engine.extrinsics.scalars import MAX_DEPTH, scalar, scalar_or_quoted


def parse_xml(text: str) -> ElementTree.Element:
    """The root element."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise PosecastError("the XML has a DOCTYPE", "remove it: camera files need none")
    try:
        return ElementTree.fromstring(_without_declaration(text))
    except ElementTree.ParseError as error:
        raise PosecastError(f"not XML: {error}", "correct it, or export it again") from error


def _without_declaration(text: str) -> str:
    """The text without its XML declaration, whose encoding no longer applies, since the text is decoded already."""
    return re.sub(r"\A<\?xml[^>]*\?>", "", text)


def storage_values(root: ElementTree.Element) -> Any:
    """The values of a FileStorage's root element."""
    return _value(root, MAX_DEPTH)


def _value(element: ElementTree.Element, depth: int) -> Any:
    """The value of an element: a dictionary of its children, a list if they are called '_', or its text."""
    if depth == 0:
        raise PosecastError(f"the XML is nested too deeply at {element.tag}", "give R and t at the top")
    if len(element) and all(child.tag == "_" for child in element):
        return [_value(child, depth - 1) for child in element]
    if len(element):
        return _named(element, depth)
    text = (element.text or "").strip()
    if element.tag == "data":
        return [scalar(word) for word in text.split()]
    if re.fullmatch(r'"[^"]*"', text) or len(text.split()) < 2:
        return scalar_or_quoted(text)
    numbers = [scalar(word) for word in text.split()]
    return text if any(isinstance(number, str) for number in numbers) else numbers


def _named(element: ElementTree.Element, depth: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for child in element:
        if child.tag in values:
            raise PosecastError(f"{child.tag} occurs twice in the XML", "keep the correct one")
        values[child.tag] = _value(child, depth - 1)
    return values
