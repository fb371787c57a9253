"""All protocols of live outputs: a line each, in the order of the panel."""

from __future__ import annotations

from collections.abc import Mapping

from engine.outputs.lsl import SLOTS, Lsl
from engine.outputs.mqtt import DISCOVERY, Mqtt
from engine.outputs.one_person import PERSON
from engine.outputs.osc import NUMBER, Osc
from engine.outputs.rosbridge import Rosbridge
from engine.outputs.scheme import Scheme
from engine.outputs.udp_json import SIZE, UdpJson
from engine.outputs.vmc import ORIGIN, Vmc
from engine.outputs.vrchat import TRACKERS, VrChat
from engine.outputs.webhook import Webhook

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
    "mqtt": Scheme(
        "MQTT, unencrypted", "Home Assistant, Node-RED, openHAB: how many people are there, where, and events.",
        "mqtt://USER:PASSWORD@127.0.0.1:1883/posecast", Mqtt, port=1883, path=True, login=True, options=(DISCOVERY,),
        note="Home Assistant finds the device by itself. Without encryption: mqtts encrypts.",
    ),
    "mqtts": Scheme(
        "MQTT, encrypted", "The same, encrypted.",
        "mqtts://USER:PASSWORD@127.0.0.1:8883/posecast", Mqtt, port=8883, path=True, login=True, options=(DISCOVERY,),
        note="A certificate of one's own authority is trusted if SSL_CERT_FILE names its file.",
    ),
    "lsl": Scheme(
        "LSL", "LabRecorder, EEG and eye-tracking software: one stream a person.",
        "lsl:posecast", Lsl, host=False, options=(SLOTS,),
        note="LSL announces itself on the network: everybody in it can find and read the streams.",
    ),
    "rosbridge": Scheme(
        "ROS 2", "Foxglove, RViz and robots, through rosbridge: markers, poses, the camera, hri_msgs.",
        "rosbridge://127.0.0.1:9090", Rosbridge, port=9090,
    ),
    "webhook+https": Scheme(
        "Webhook, encrypted", "Own servers and services: an HTTPS POST for every event, signed with the secret.",
        "webhook+https://:SECRET@example.org/posecast", Webhook, port=443, login=True, own_query=True,
    ),
    "webhook+http": Scheme(
        "Webhook, unencrypted", "The same without encryption, for this machine and a network of one's own.",
        "webhook+http://:SECRET@127.0.0.1:8080/posecast", Webhook, port=80, login=True, own_query=True,
    ),
}  # fmt: skip
