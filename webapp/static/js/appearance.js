// The theme, dark or light, and media queries.

/** A phone, either way: the video is a tab beside the settings. As in layout.css. */
export const COMPACT = "(max-width: 639px), (max-height: 499px) and (min-width: 560px) and (orientation: landscape)";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** `onChange(colours)` with the theme and the 3D view's colours, now and after every change. */
export function createTheme({ preferences, onChange }) {
  const root = document.documentElement;
  const isDark = () => (preferences.get("theme") ?? (dark.matches ? "dark" : "light")) === "dark";

  function apply() {
    root.dataset.theme = isDark() ? "dark" : "light";
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(name).trim();
    onChange({
      theme: root.dataset.theme,
      background: colour("--scene-sky"),
      ground: colour("--scene-ground"),
      line: colour("--scene-line"),
      frustum: colour("--scene-camera"),
      accent: colour("--accent"),
      missing: colour("--danger"),
    });
  }

  dark.addEventListener("change", apply);
  return {
    apply,
    toggle() {
      preferences.set("theme", isDark() ? "light" : "dark");
      apply();
    },
  };
}

/** Calls `onChange(matches)` now and whenever the answer to a media query changes. */
export function watchMedia(query, onChange) {
  const media = matchMedia(query);
  media.addEventListener("change", () => onChange(media.matches));
  onChange(media.matches);
}
