// Creates and updates DOM elements: h("button", { class: "button", onclick }, "Text", child).

/** Attributes by name; `on…` are listeners, `true` is a bare attribute, null and false are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Writes only if the text has changed, which avoids needless layout. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function toggleFullScreen(element) {
  if (document.fullscreenElement) document.exitFullscreen();
  else element.requestFullscreen?.();
}

let lastId = 0;
export const uniqueId = (prefix) => `${prefix}-${++lastId}`;
