// Programs that receive the live data, with the server's own address.

const TOKEN = "TOKEN";

/** [{name, text}] for an answer of GET /api/share; TOKEN is a placeholder in them where the server requires one. */
export function snippets({ address, token_required: required }) {
  const { origin, pathname } = new URL(address);
  return [
    { name: "Python", text: python(address, required) },
    { name: "JavaScript", text: javascript(origin, pathname, required) },
    { name: "WebSocket", text: webSocket(address, required) },
    { name: "curl", text: curl(address, required) },
  ];
}

const python = (address, required) => `# pip install 'posecast[client]'
import posecast

for scene in posecast.connect(${JSON.stringify(address)}${required ? `, token="${TOKEN}"` : ""}):
    for person in scene.people:
        print(scene.time, person.id, person.joints_3d)  # (19, 3) metres
`;

const javascript = (origin, pathname, required) => `// npm install socket.io-client
import { io } from "socket.io-client";

const socket = io(${JSON.stringify(origin)}, {
  path: ${JSON.stringify(`${pathname}socket.io/`)},${required ? `\n  auth: { token: "${TOKEN}" },` : ""}
});
socket.on("connect_error", (error) => console.error(error.message));
socket.on("scene", (scene, acknowledge) => {
  for (const person of scene.people) console.log(scene.time, person.id, person.joints_3d);
  acknowledge(); // now the next scene comes
});
`;

const webSocket = (address, required) => `# pip install websocket-client
import json, websocket

scenes = websocket.create_connection(
    ${JSON.stringify(`${address.replace(/^http/, "ws")}api/scenes`)},${
      required ? `\n    header={"Authorization": "Bearer ${TOKEN}"},` : ""
    }
)
while True:
    scene = json.loads(scenes.recv())
    for person in scene["people"]:
        print(scene["time"], person["id"], person["joints_3d"])
`;

const curl = (address, required) =>
  `curl ${required ? `-H "Authorization: Bearer ${TOKEN}" ` : ""}"${address}api/scene"\n`;
