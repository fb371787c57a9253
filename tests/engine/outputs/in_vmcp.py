"""Run in an environment with vmcp, not with Posecast: receives VMC and prints, as JSON, what it understood.

usage: in_vmcp.py PORT NUMBER_OF_BONES
"""

import json
import sys
import time

from vmcp.events import BoneTransformEvent, RelativeTimeEvent, RootTransformEvent, StateEvent
from vmcp.facades import on_receive
from vmcp.osc import OSC
from vmcp.osc.backend.osc4py3 import as_comthreads as backend

port, wanted = int(sys.argv[1]), int(sys.argv[2])
heard = {"bones": {}, "roots": [], "states": [], "times": []}


def values(event):
    p, q = event.position, event.rotation
    return [p.x, p.y, p.z, q.x, q.y, q.z, q.w]


osc = OSC(backend)
with osc.open():
    receiver = osc.create_receiver("127.0.0.1", port, "receiver").open()
    on_receive(receiver, BoneTransformEvent, lambda event: heard["bones"].update({event.joint.value: values(event)}))
    on_receive(receiver, RootTransformEvent, lambda event: heard["roots"].append(values(event)))
    on_receive(receiver, StateEvent, lambda event: heard["states"].append(str(event)))
    on_receive(receiver, RelativeTimeEvent, lambda event: heard["times"].append(str(event)))
    print("ready", flush=True)
    end = time.monotonic() + 30
    while len(heard["bones"]) < wanted and time.monotonic() < end:
        osc.run()
print(json.dumps(heard))
osc.close()
