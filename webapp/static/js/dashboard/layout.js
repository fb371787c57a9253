// Where things are on the dashboard: the two views, the tabs beside or below them, and which view is large.

import { COMPACT, watchMedia } from "../appearance.js";
import { h } from "../dom.js";
import { createBottomSheet } from "../panels/bottom-sheet.js";
import { createTabs } from "../panels/tabs.js";

/** `stage`, `video`: cards; `time`: the bar of time, which goes with the large one; `panels`: elements by tab name. */
export function createLayout({ preferences, stage, video, time, panels }) {
  const sheet = createBottomSheet();
  const tabs = createTabs(
    [
      { name: "video", label: "Video", icon: "video", element: h("div", {}) },
      { name: "engine", label: "Engine", icon: "engine", element: panels.engine },
      { name: "camera", label: "Camera", icon: "camera", element: panels.camera },
      { name: "display", label: "Display", icon: "display", element: panels.display },
      { name: "joints", label: "Joints", icon: "joints", element: panels.joints },
      { name: "events", label: "Events", icon: "bell", element: panels.events },
      { name: "stats", label: "Stats", icon: "stats", element: panels.stats },
      { name: "recordings", label: "Record", icon: "record", element: panels.recordings },
    ],
    { label: "Settings", onChoose: sheet.chosen, aside: sheet.toggle },
  );
  const side = h(
    "aside",
    { class: "card side", id: "settings", "aria-label": "Settings", tabindex: "-1" },
    tabs.element,
  );
  sheet.attach(side, tabs.bar);
  const views = h("main", { class: "views" }, stage, video);
  const element = h("div", { class: "layout", "data-large": preferences.get("large") }, views, side);
  let compact = false;
  let adjustPlace = null; // where the video is while the camera is adjusted on a small screen

  function placeVideo() {
    if (compact) (adjustPlace ?? tabs.bodyOf("video")).replaceChildren(video);
    else views.append(video);
  }

  /** The bar of time is along the large view. */
  function setLarge(name) {
    element.dataset.large = name;
    const card = name === "video" && !compact ? video : stage;
    card.querySelector(".toolbar").before(time);
  }

  return {
    element,
    isOpen: tabs.isOpen,

    /** Follows the size of the screen, from now on. */
    start() {
      watchMedia(COMPACT, (is) => {
        compact = is;
        tabs.setHidden("video", !compact);
        placeVideo();
        setLarge(element.dataset.large);
      });
    },

    open(tab) {
      tabs.select(tab);
      sheet.setOpen(true);
    },

    /** Swaps the 3D view and the video. */
    enlarge() {
      const large = element.dataset.large === "video" ? "scene" : "video";
      setLarge(large);
      preferences.set("large", large);
    },

    /** While the camera is adjusted, its video is large, or on a small screen in `place`; null ends that. */
    setAdjusting(place) {
      adjustPlace = place;
      placeVideo();
      setLarge(place && !compact ? "video" : preferences.get("large"));
    },

    /** What is opened from a tab of a small screen is seen without the tabs. */
    closeSheet: () => sheet.setOpen(false),

    /** While another time than now is shown, what belongs to the live picture is left out. */
    setAway: (is) => element.classList.toggle("away", is),

    setNoSource: (is) => element.classList.toggle("no-source", is),
  };
}
