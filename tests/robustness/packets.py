"""Malformed Engine.IO and Socket.IO packets; each is generated from its number."""

from __future__ import annotations

import json
import random

_DEEP = "[" * 3000
_ACK = "43"
ODD = (
    "", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "x", "2probe", "3probe", "5probe", "40", "41", "42", "43",
    "44", "45",
    "46", "47", "4x", "40/admin,", "40/admin,{}", "40,", "40{", "40{}", "40[]", "40null", "40" + _DEEP, '40{"token":',
    '40{"token":' + "9" * 9000 + "}", '40{"sid":"x"}', "41/admin,", "42[]", "42{}", "42null", "42[1]", "42[null,1]",
    '42["scene"]', '42["connect"]', '42["disconnect"]', '42["state",{}]', '42["*"]', '42["__class__"]',
    '42["' + "e" * 9000,
    "42" + _DEEP, "42/nowhere,[1]", '42/,["a"]', '4212["a"]', "42" + "1" * 300 + '["a"]', "43[]", "431[]",
    "43999999999[]",
    "43-1[]", "43" + "9" * 5000 + "[]", "431" + _DEEP, "431{}", "431null", "43/x,1[]", '44{"message":"no"}', '44"x"',
    '451-["a",{"_placeholder":true,"num":0}]', '459-["a",{"_placeholder":true,"num":8}]', "4599999999-[]", "45-[]",
    "451-",
    '451-["a",{"_placeholder":true,"num":-1}]', '451-["a",{"_placeholder":true,"num":"x"}]', "461-1[]", "46x",
    r'40{"token":"\ud800"}', r'40{"token":"\udc00\ud83d"}', r'40"\udfff"', r'431["\ud800"]', "430[]", "1\x1e40",
    "1\x1e1",
    '451-[{"_placeholder":true,"num":99}]', "42\x1e42\x1e42", "\x1e" * 500, "b", "bAAAA", "b" + "=" * 100, "b!!!!",
)  # fmt: skip
"""Text packets, in Engine.IO's words: the first digit is its type, the next Socket.IO's."""


def packet(number: int) -> str | bytes:
    """Odd, damaged or random; text or binary; of at most 80 kB, more than is taken."""
    rng = random.Random(number)
    kind = rng.random()
    if kind < 0.5:
        return ODD[number % len(ODD)]
    if kind < 0.65:
        return rng.randbytes(rng.choice((0, 1, 2, 30, 4000)))
    if kind < 0.75:
        return "".join(chr(rng.choice((rng.randrange(32, 127), rng.randrange(0x100, 0xD000)))) for _ in range(60))
    if kind < 0.8:
        return rng.choice(("4", "42", "40", "43", "45")) + "x" * rng.choice((10, 66_000, 80_000))
    text = bytearray(rng.choice(ODD)[:200].encode() or b"4")
    for _ in range(rng.choice((1, 3))):
        text[rng.randrange(len(text))] = rng.randrange(32, 127)
    return text.decode("latin-1")


def frame(number: int) -> bytes:
    """Bytes as they stand on the wire: WebSocket frames cut, unmasked, of wrong lengths, kinds and orders."""
    rng = random.Random(number)
    if rng.random() < 0.3:
        return rng.randbytes(rng.choice((1, 2, 14, 200)))
    opcode, final = rng.randrange(16), rng.random() < 0.7
    length = rng.choice((0, 1, 125, 126, 127, 65536, 2**31, 2**63))
    head = bytes([(0x80 if final else 0) | rng.choice((0, 0x40, 0x20)) | opcode])
    masked = 0x80 if rng.random() < 0.8 else 0
    if length < 126:
        head += bytes([masked | length])
    elif length < 65536:
        head += bytes([masked | 126]) + length.to_bytes(2, "big")
    else:
        head += bytes([masked | 127]) + length.to_bytes(8, "big")
    return head + (rng.randbytes(4) if masked else b"") + rng.randbytes(min(length, rng.choice((0, 10, 125))))


def acknowledgement(number: int) -> str:
    """An acknowledgement of a scene that was never sent."""
    return f"{_ACK}{number}{json.dumps([number])}"
