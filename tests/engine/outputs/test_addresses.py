from __future__ import annotations

import pytest

from engine.errors import PosecastError
from engine.outputs.address import Address, Option
from engine.outputs.output import Output
from engine.outputs.parsing import parse, shown
from engine.outputs.scheme import Scheme
from engine.outputs.schemes import SCHEMES

SECRET = Option("key", "Key", "Signs what is sent.", secret=True)
MADE_UP = {
    "broker": Scheme("Broker", "", "broker://host:1/t", Output, port=1883, path=True, login=True, options=(SECRET,)),
    "named": Scheme("Named", "", "named:lab?slots=4", Output, host=False, options=(Option("slots", "", "", "4"),)),
    "hook+https": Scheme("Hook", "", "hook+https://h/x", Output, port=443, own_query=True, login=True),
}


def read(text: str) -> Address:
    return parse(text, MADE_UP)


def test_every_part_is_read() -> None:
    address = read("broker://ada:s3cr3t%40x@example.org:99/home/pose?key=abcdef&rate=12.5")
    assert (address.scheme, address.host, address.port, address.path) == ("broker", "example.org", 99, "home/pose")
    assert (address.user, address.password, address.options["key"], address.rate) == ("ada", "s3cr3t@x", "abcdef", 12.5)
    assert address.place == "example.org:99"


def test_nothing_secret_is_shown() -> None:
    address = read("broker://ada:s3cr3t@example.org/home?key=abcdef&rate=5")
    assert address.shown == "broker://***@example.org:1883/home?key=***&rate=5"
    assert set(address.secrets) == {"s3cr3t", "ada", "abcdef"}
    assert not any(secret in repr(address) for secret in ("s3cr3t", "abcdef") if secret not in address.text)
    hook = read("hook+https://hooks.example.org/services/T00/XYZ?sig=1234567")
    assert hook.shown == "hook+https://hooks.example.org:443/…"
    assert hook.path == "services/T00/XYZ?sig=1234567"
    assert hook.path in hook.secrets


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("named:lab", None),
        ("named:lab?slots=2&rate=10", None),
        ("broker://[::1]:9", None),
        ("", "is no output"),
        ("example.org:9", "is no output"),
        ("broker:///t", "host is missing"),
        ("broker://h:99999", "port is not a number from 1 to 65535"),
        ("broker://h:x", "port is not a number from 1 to 65535"),
        ("broker://h:0", "port is not a number from 1 to 65535"),
        ("broker://a b:9", "spaces"),
        ("broker://-$-:9", "is not a host name"),
        ("broker://h?what=1", "no option 'what'"),
        ("broker://h?rate=fast", "rate must be a number of scenes per second, such as 10, not 'fast'"),
        ("broker://h?rate=0", "rate must be"),
        ("named:", "name is missing"),
        ("broker://" + "h" * 3000, "too long"),
    ],
)
def test_what_is_wrong_is_said(text: str, error: str | None) -> None:
    if error is None:
        read(text)
        return
    with pytest.raises(PosecastError) as raised:
        read(text)
    assert error in raised.value.error
    assert len(str(raised.value)) < 300
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", [
    "broker://ada:s3cr3t@h:x", "brker://ada:s3cr3t@h:1", "broker://ada:s3c/r3t@h:1/y", "broker:ada:s3cr3t@h",
    "broker://ada:s3cr3t@h:1?what=1",
])  # fmt: skip
def test_no_error_tells_a_password(text: str) -> None:
    assert "s3c" not in shown(text, MADE_UP)
    with pytest.raises(PosecastError) as raised:
        read(text)
    assert "s3c" not in str(raised.value)


@pytest.mark.parametrize("name", SCHEMES)
def test_examples_are_addresses(name: str) -> None:
    scheme = SCHEMES[name]
    address = parse(scheme.example, SCHEMES)
    assert address.scheme == name
    scheme.make(address)
    assert scheme.title
    assert scheme.about.endswith(".")


def test_values_are_checked() -> None:
    assert parse("osc://h:1?number=slot", SCHEMES).options["number"] == "slot"
    with pytest.raises(PosecastError, match="number must be one of id, slot"):
        parse("osc://h:1?number=5", SCHEMES)
    with pytest.raises(PosecastError, match="takes neither user nor password"):
        parse("osc://ada:s3cr3t@h:1", SCHEMES)
    with pytest.raises(PosecastError, match="port is missing"):
        parse("osc://h", SCHEMES)
