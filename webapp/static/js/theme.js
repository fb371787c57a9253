// A classic script that runs before the first paint, so that the page never flashes in the wrong theme. It also marks
// the page as incomplete when a module cannot be loaded, since no other code runs then.

(() => {
  let theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  try {
    theme = JSON.parse(localStorage.getItem("posecast.preferences"))?.theme ?? theme;
  } catch {
    // No stored preference: the system's theme.
  }
  document.documentElement.dataset.theme = theme;
  addEventListener(
    "error",
    ({ target }) => {
      if (target instanceof HTMLScriptElement) document.documentElement.classList.add("incomplete");
    },
    true,
  );
})();
