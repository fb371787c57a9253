// Plays a GLB with three.js and prints, for each person and time, where the nodes are and where the body is:
// node play.js FILE SECONDS,SECONDS,…

import { readFileSync } from "node:fs";
import { AnimationMixer, Box3, Vector3 } from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

const file = readFileSync(process.argv[2]);
const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
const gltf = await new GLTFLoader().parseAsync(bytes, "");
const mixer = new AnimationMixer(gltf.scene);
mixer.clipAction(gltf.animations[0]).play();

const isPerson = (node) => node.userData.person !== undefined;
const people = [];
gltf.scene.traverse((node) => isPerson(node) && people.push(node));
const bodies = [];
gltf.scene.traverse((node) => node.isSkinnedMesh && bodies.push(node));

const moments = process.argv[3].split(",").map((seconds) => {
  mixer.setTime(Number(seconds));
  gltf.scene.updateMatrixWorld(true);
  return people.map((person, index) => {
    const heads = {};
    person.traverse((node) => {
      if (node !== person) heads[baseName(node.name)] = node.getWorldPosition(new Vector3()).toArray();
    });
    bodies[index].computeBoundingBox();
    const box = new Box3().copy(bodies[index].boundingBox);
    return { person: person.userData.person, heads, low: box.min.toArray(), high: box.max.toArray() };
  });
});
console.log(JSON.stringify({ duration: gltf.animations[0].duration, asset: gltf.asset, moments }));

/** three.js numbers nodes of the same name. */
function baseName(name) {
  return name.replace(/_\d+$/, "");
}
