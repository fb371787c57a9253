// Opens the Source sheet by itself while the source has no picture, and closes it again when it has.

/** A camera that was lost often returns within this long: a short break must not cover the page. */
const PATIENCE_MS = 4000;
const NUMBERS = /\d+(\.\d+)?/g;

/** `open()` returns whether it opened the sheet now; `close()` closes it. */
export function createAttention({ open, close }) {
  let told = null; // the problem for which the sheet was opened, or will be
  let timer = 0;
  let opened = false; // by this module, and not closed since

  function over() {
    clearTimeout(timer);
    told = null;
    if (opened) close();
    opened = false;
  }

  return {
    /** `problem`: why the source delivers nothing, or null; `allowed`: whether this visitor may choose another. */
    update(problem, allowed) {
      if (problem === null) over();
      if (problem === null || !allowed) return;
      const key = problem.replace(NUMBERS, "#");
      if (key === told) return;
      told = key;
      clearTimeout(timer);
      const wait = problem.includes("trying again") || problem.includes("no picture for") ? PATIENCE_MS : 0;
      timer = setTimeout(() => {
        opened = open() || opened;
      }, wait);
    },
    /** The visitor closed the sheet: it stays closed until there is another problem. */
    dismissed() {
      opened = false;
    },
  };
}
