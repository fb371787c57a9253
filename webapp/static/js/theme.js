// Runs before the page is drawn, as a classic script: the remembered theme must not flash past in the wrong colours.
// And where a module cannot be loaded, nobody else is there to say so.

(() => {
  let theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  try {
    theme = JSON.parse(localStorage.getItem("posecast.preferences"))?.theme ?? theme;
  } catch {
    // Nothing remembered: the system's theme.
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
