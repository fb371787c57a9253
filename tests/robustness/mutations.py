"""Generates thousands of damaged files, each from its number, so that a finding can be reproduced."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

Mutation = Callable[[bytes, random.Random], bytes]

_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORD = re.compile(rb"[A-Za-z_]\w*")
_NUMBERS = (
    b"NaN", b"nan", b".nan", b"Infinity", b"-Infinity", b".inf", b"1e400", b"-1e308", b"1e-400", b"0", b"-0",
    b"9" * 400, b"9" * 5000, b"0x41", b"1_000", b"1e", b"--1", b"true", b"null", b'""', b"[]", b"{}", b"1" + b"0" * 80,
    b"18446744073709551616", b"4294967296", b"-1", b"1.0.0", "١٢".encode(), "１２".encode(),
)  # fmt: skip
_PIECES = (
    b"&a [*a, *a, *a]", b"*a", b"&a", b"!!python/object/apply:os.system ['true']", b"!!binary AAAA", b"<<: *a", b"? x",
    b"|\n", b">\n", b"---\n", b"...\n", b"%YAML:1.0\n", b"\t", b"#", b"'", b'"', b"\\", b"\\u0000", b"\\ud800",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<!ENTITY a SYSTEM 'file:///etc/passwd'>", b"&b;", b"&#0;", b"&#x110000;",
    b"<![CDATA[", b"<?xml version='1.0' encoding='utf-7'?>", b"<!--", b"<xi:include href='/etc/passwd'/>", b"<_>",
    b"</", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3\x28", b"\xed\xa0\x80", "\u2028".encode(), "\x85".encode(),
    b"\r", b"\n\n",
    b"{", b"}", b"[", b"]", b":", b",", b'"rows":', b'"data":', b'"sizes":[2,2],', b'"type_id":"opencv-matrix",',
    b"rows: -3", b"rows: 99999999999", b"cols: 1e9", b'"cameras":', b'"R":', b'"t":', b'"K":', b"R:", b"t: ",
)  # fmt: skip
_ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-7", "cp500", "utf-8-sig")


def _flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _lose(data: bytes, rng: random.Random) -> bytes:
    first, last = _span(data, rng)
    return data[:first] + data[last:]


def _repeat(data: bytes, rng: random.Random) -> bytes:
    first, last = _span(data, rng)
    return data[:last] + data[first:last] * rng.choice((1, 2, 30)) + data[last:]


def _insert(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(_PIECES) * rng.choice((1, 1, 3, 200)) + data[at:]


def _number(data: bytes, rng: random.Random) -> bytes:
    return _replaced(data, _NUMBER, rng.choice(_NUMBERS), rng)


def _swap(data: bytes, rng: random.Random) -> bytes:
    words = _WORD.findall(data)
    return _replaced(data, _WORD, rng.choice(words), rng) if words else data


def _nest(data: bytes, rng: random.Random) -> bytes:
    opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"<a>", b"</a>"), (b"- ", b""), (b"{a: ", b"}")))
    depth, at = rng.choice((5, 13, 200, 6000)), rng.randrange(len(data) + 1)
    return data[:at] + opening * depth + closing * rng.choice((depth, 0, 1)) + data[at:]


def _bomb(data: bytes, rng: random.Random) -> bytes:
    """Ten levels of ten references each: ten thousand million words, if anybody followed them."""
    names = "abcdefghij"
    if rng.random() < 0.5:
        lines = ["a: &a [lol, lol]"]
        lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in pairwise(names)]
        return "\n".join(lines).encode() + b"\n" + data
    entities = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names))
    return f'<!DOCTYPE a [<!ENTITY a "lol">{entities}]><a>&j;</a>'.encode() + data


def _encode(data: bytes, rng: random.Random) -> bytes:
    return data.decode("utf-8", "replace").encode(rng.choice(_ENCODINGS), "replace")


def _noise(data: bytes, rng: random.Random) -> bytes:
    return rng.randbytes(rng.choice((1, 2, 16, 300, len(data))))


def _grow(data: bytes, rng: random.Random) -> bytes:
    """Around the largest size that is taken."""
    size = 64 * 1024 + rng.choice((-1, 0, 1))
    return data + rng.choice((b" ", b"\n", b"1", b"[", b"a: 1\n", b"- ")) * max(0, size - len(data))


def _splice(data: bytes, rng: random.Random) -> bytes:
    """The end of the file before its start."""
    at = rng.randrange(len(data) + 1)
    return data[at:] + data[: rng.randrange(len(data) + 1)]


MUTATIONS: tuple[Mutation, ...] = (
    _flip, _cut, _lose, _repeat, _insert, _insert, _number, _number, _swap, _swap, _nest, _bomb, _encode, _noise, _grow,
    _splice,
)  # fmt: skip


def mutated(seeds: Sequence[bytes], number: int) -> bytes:
    """The damaged file with that number: one of `seeds`, changed one to four times."""
    rng = random.Random(number)
    data = rng.choice(seeds)
    for _ in range(rng.choice((1, 1, 2, 3, 4))):
        data = rng.choice(MUTATIONS)(data or b"{}", rng)
    if rng.random() < 0.1:  # two files in one
        other = rng.choice(seeds)
        data = data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other)) :]
    return data


def _span(data: bytes, rng: random.Random) -> tuple[int, int]:
    first = rng.randrange(len(data))
    return first, min(len(data), first + rng.choice((1, 4, 20, 200)))


def _replaced(data: bytes, pattern: re.Pattern[bytes], by: bytes, rng: random.Random) -> bytes:
    places = list(pattern.finditer(data))
    if not places:
        return data
    place = rng.choice(places)
    return data[: place.start()] + by + data[place.end() :]
