// Measuring on the dashboard: joints that are clicked become arcs, numbers and curves, live and in recordings.

import { clockTime } from "../timeline/clock-time.js";
import { createBoard } from "./board.js";
import { createChart } from "./chart.js";
import { createChoice, MOST } from "./choice.js";
import { createCurves } from "./curves.js";
import { createGhost } from "./ghost.js";
import { createGhostPanel } from "./ghost-panel.js";
import { createMarking } from "./marking.js";
import { createPanel } from "./panel.js";
import { createPeople } from "./people.js";
import { createQuantities } from "./quantities.js";
import { createReadout } from "./readout.js";
import { createRecorded } from "./recorded.js";
import { saveCurves } from "./save.js";
import { createSceneValues } from "./scene-values.js";

/** Milliseconds between two drawings of curves that run along, and of numbers while something plays. */
const LIVE_EVERY_MS = 200;
const EVERY_MS = 80;

/**
 * `transport` of the timeline; `loadAngles()`: a promise of GET /api/angles; `toasts`;
 * `onDownload({name, range, person, raw})` opens what a recording can be downloaded as.
 */
export function createMeasure({ transport, loadAngles, toasts, onDownload }) {
  const { news, problem } = toasts;
  const choice = createChoice({ onChange: change, full: () => news(`At most ${MOST} curves at a time`) });
  const recorded = createRecorded({ onChange: change });
  const ghost = createGhost({ transport, onChange: change, problem });
  const ghostPanel = createGhostPanel({ ghost, problem });
  const people = createPeople(transport);
  const readout = createReadout({ onRemove: removeCurve });
  const chart = createChart({
    onHold: hold,
    onScrub: transport.seek,
    onRelease: release,
    onView: setView,
    format: shortTime,
  });
  const panel = createPanel({
    chart: chart.element,
    readout: readout.element,
    ghost: ghostPanel.element,
    on: {
      preset: (names) => choice.toggle(people.chosen, ...names),
      add: (name) => choice.add(people.chosen, name),
      person: people.choose,
      raw: set((is) => measured.curves.setRaw(is)),
      difference: set((is) => measured.board.setDifference(is)),
      zoom: () => setView(measured.curves.view ? null : transport.loop),
      ghost: toggleGhost,
      csv: () => saveCurves({ transport, list: choice.list, raw: measured.curves.raw }).catch(problem),
      download: () =>
        onDownload({
          name: transport.tape.name,
          range: transport.loop,
          person: people.chosen,
          raw: measured.curves.raw,
        }),
      close: () => open(false),
    },
  });
  const marking = createMarking({ choice });
  let measured = null; // {quantities, curves, board}, once the angles are known
  let loading = false;
  let tape = transport.tape;
  let resume = false;
  let dirty = true;
  let last = -Infinity;
  let shownAt = null; // the time whose numbers are shown

  function shortTime(time) {
    const { kind, end } = transport.tape;
    return kind === "live" ? `−${Math.round(Math.max(0, end - time))} s` : clockTime(time, transport.tape);
  }

  function change() {
    dirty = true;
  }

  /** A setting of what is measured. */
  function set(apply) {
    return (value) => {
      apply(value);
      change();
    };
  }

  async function prepare() {
    if (measured || loading) return;
    loading = true;
    try {
      const quantities = createQuantities(await loadAngles());
      const curves = createCurves({ transport, quantities, recorded, values: createSceneValues(quantities) });
      const parts = { transport, choice, quantities, curves, recorded, ghost, chart, readout, labelOf: people.labelOf };
      panel.setQuantities(quantities.names.map((name) => [name, quantities.get(name).label]));
      marking.setQuantities(quantities);
      measured = { quantities, curves, board: createBoard(parts) };
      change();
    } catch (error) {
      problem(error);
    } finally {
      loading = false;
    }
  }

  async function open(is) {
    panel.setOpen(is);
    if (!is) choice.clear();
    else await prepare();
    change();
  }

  function hold() {
    resume = transport.playing;
    transport.pause();
  }

  function release() {
    if (resume) transport.play();
    resume = false;
  }

  /** `range`: [from, to] that is shown of the recording; null for all. Live curves show the last minute. */
  function setView(range) {
    if (tape.kind !== "recording") return;
    const [from, to] = range ?? [tape.start, tape.end];
    const all = from <= tape.start && to >= tape.end;
    measured.curves.setView(all ? null : [Math.max(from, tape.start), Math.min(to, tape.end)]);
    change();
  }

  function removeCurve(key) {
    const { person, quantity } = choice.list.find((one) => one.key === key);
    choice.remove(person, quantity);
  }

  function toggleGhost() {
    if (ghostPanel.element.hidden) ghostPanel.open();
    else {
      ghostPanel.close();
      ghost.open(null);
    }
    change();
  }

  /** Another tape: its people are others, and so are its times. */
  function followTape() {
    if (transport.tape === tape) return;
    tape = transport.tape;
    recorded.clear();
    measured?.curves.setView(null);
    if (tape.kind === "live") ghost.open(null);
    people.reset();
    change();
  }

  function note() {
    const { pending } = measured.board;
    if (pending?.problem) return `${pending.problem.message}; ${pending.problem.hint}`;
    return pending ? `Measuring the recording: ${Math.floor(100 * pending.fraction)} %` : null;
  }

  function describe() {
    const { curves, board } = measured;
    panel.setPeople(people.ids, people.chosen, people.labelOf);
    panel.update({
      has: (names) => names.every((name) => choice.has(people.chosen, name)),
      empty: choice.list.length === 0,
      recording: tape.kind === "recording",
      raw: curves.raw,
      loop: transport.loop,
      zoomed: curves.view !== null,
      ghost: ghost.isOpen,
      difference: board.difference,
      note: note(),
    });
    ghost.setAgainst(choice.list[0]?.person ?? people.chosen);
    ghostPanel.update();
  }

  function draw(now) {
    const runs = transport.isLive && now - last > LIVE_EVERY_MS;
    const moved = transport.time !== shownAt && now - last > EVERY_MS;
    if (!dirty && !runs && !moved) return;
    [last, shownAt, dirty] = [now, transport.time, false];
    measured.curves.refresh();
    if (choice.list.length > 0) measured.board.draw();
    describe();
    marking.show(measured.board.texts());
  }

  transport.subscribe(change);

  return {
    element: panel.element,
    labels: marking.labels,
    toggle: () => open(!panel.isOpen),

    /** A joint was clicked or tapped: what is measured at it is shown, or no longer. */
    async pick(id, joint) {
      await open(true);
      const names = measured.quantities.at(joint);
      const shown = names.filter((name) => choice.has(id, name));
      if (shown.length > 0) choice.remove(id, ...shown);
      else choice.add(id, names[0]);
      people.choose(id);
    },

    /** `live`: of startLive, once it has started; `layers`: as in video/layers.js. */
    attach(live, layers) {
      marking.attach(live, layers, (id, joint) => this.pick(id, joint));
      live.viewer?.ghost.show(ghost.pose);
    },

    setCamera: marking.setCamera,
    setTheme() {
      marking.setTheme();
      change();
    },

    /** After each drawn frame. */
    tick(moment, now) {
      followTape();
      if (!panel.isOpen || !measured) return;
      const ids = people.see(moment);
      if (ids.length > 0) choice.moveTo(people.known);
      draw(now);
      marking.place();
    },
  };
}
