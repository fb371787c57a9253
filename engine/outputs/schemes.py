"""All protocols of live outputs: a line each, in the order of the panel."""

from __future__ import annotations

from collections.abc import Mapping

from engine.outputs.one_person import PERSON
from engine.outputs.osc import NUMBER, Osc
from engine.outputs.scheme import Scheme
from engine.outputs.udp_json import SIZE, UdpJson
from engine.outputs.vmc import ORIGIN, Vmc
from engine.outputs.vrchat import TRACKERS, VrChat

SCHEMES: Mapping[str, Scheme] = {
    "vmc": Scheme(
        "VMC", "Avatars in VSeeFace, Warudo, VNyan, Unity (EVMC4U), Unreal, Blender: one person moves one avatar.",
        "vmc://127.0.0.1:39539", Vmc, port=39539, options=(PERSON, ORIGIN),
    ),
    "vrchat": Scheme(
        "VRChat trackers", "VRChat's full body tracking: one person moves hips, feet, knees and elbows.",
        "vrchat://127.0.0.1:9000", VrChat, port=9000, options=(PERSON, TRACKERS),
    ),
    "osc": Scheme(
        "OSC", "TouchDesigner, Max, Pure Data, Processing, Unreal: x y z of every joint.",
        "osc://127.0.0.1:9000", Osc, options=(NUMBER,),
    ),
    "udp": Scheme(
        "UDP JSON", "Own programs: one scene a datagram, as JSON.",
        "udp://127.0.0.1:5005", UdpJson, options=(SIZE,),
    ),
}  # fmt: skip
