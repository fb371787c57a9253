"""All protocols of live outputs: a line each, in the order of the panel."""

from __future__ import annotations

from collections.abc import Mapping

from engine.outputs.osc import NUMBER, Osc
from engine.outputs.scheme import Scheme
from engine.outputs.udp_json import SIZE, UdpJson

SCHEMES: Mapping[str, Scheme] = {
    "osc": Scheme(
        "OSC", "TouchDesigner, Max, Pure Data, Processing, Unreal: x y z of every joint.",
        "osc://127.0.0.1:9000", Osc, options=(NUMBER,),
    ),
    "udp": Scheme(
        "UDP JSON", "Own programs: one scene a datagram, as JSON.",
        "udp://127.0.0.1:5005", UdpJson, options=(SIZE,),
    ),
}  # fmt: skip
