"""Runs in Blender's own Python (`bpy`): imports a BVH or GLB file and writes where the bones' heads are in each frame.

usage: in_blender.py FILE RATE COUNT OUT.json
"""

import json
import sys
from pathlib import Path

import bpy

path, rate, count, out = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.render.fps = rate
if path.suffix == ".bvh":
    bpy.ops.import_anim.bvh(filepath=str(path), global_scale=0.01)
    first = 1
else:
    bpy.ops.import_scene.gltf(filepath=str(path))
    first = 0
armatures = [thing for thing in bpy.data.objects if thing.type == "ARMATURE"]
heads = {armature.name: {bone.name: [] for bone in armature.pose.bones} for armature in armatures}
for frame in range(count):
    scene.frame_set(first + frame)
    for armature in armatures:
        for bone in armature.pose.bones:
            heads[armature.name][bone.name].append(list(armature.matrix_world @ bone.head))
out.write_text(json.dumps(heads))
