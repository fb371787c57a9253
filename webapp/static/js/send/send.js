// Sending what is seen elsewhere: a link to watch, live data for programs, and files.

import { get } from "../api.js";
import { h } from "../dom.js";
import { createSheet } from "../panels/sheet.js";
import { createTabs } from "../panels/tabs.js";
import { createFiles } from "./files.js";
import { createLiveData } from "./live-data.js";
import { createOutputs } from "./outputs.js";
import { createWatch } from "./watch.js";

/** `onSees(setting)`: what viewers see; `problem(error)`. */
export function createSend({ onSees, problem }) {
  const watch = createWatch({ onSees });
  const outputs = createOutputs({ problem });
  const live = createLiveData();
  const files = createFiles();
  const tabs = createTabs(
    [
      { name: "watch", label: "Watch", icon: "eye", element: watch.element },
      {
        name: "live",
        label: "Live data",
        icon: "network",
        element: h("div", { class: "send-part" }, outputs.element, live.element),
      },
      { name: "files", label: "Files", icon: "download", element: files.element },
    ],
    { label: "Send", onChoose() {} },
  );
  const sheet = createSheet({ title: "Send", size: "wide", onClose: () => outputs.watch(false) }, tabs.element);
  let viewOnly = true;
  sheet.element.classList.add("send");

  async function open() {
    try {
      const [share, recordings] = await Promise.all([get("api/share"), get("api/recordings")]);
      watch.show(share);
      live.show(share);
      files.show(recordings);
    } catch (error) {
      problem(error);
      return;
    }
    if (!viewOnly) outputs.watch(true);
    sheet.open();
  }

  return {
    element: sheet.element,

    open,

    /** Opens it at the files; `wish`: as files.js takes it. */
    async openFiles(wish) {
      tabs.select("files");
      await open();
      files.choose(wish);
    },

    /** `state`: the server's, once it has settings. */
    update(state) {
      viewOnly = state.view_only !== false;
      outputs.element.hidden = viewOnly;
      watch.update(state);
    },
  };
}
