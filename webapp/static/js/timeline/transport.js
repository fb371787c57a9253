// The transport: which tape is played, where on it, how fast. The page's one truth of the time that is shown.

export const RATES = [0.1, 0.25, 0.5, 1, 1.5, 2, 4];
/** Seconds of one drawn frame to the next, at most: after a pause of the page, playing goes on where it was. */
const LONGEST_STEP_S = 1;
/** A loop is at least this long, seconds. */
const SHORTEST_LOOP_S = 0.05;
/** Who seeks so close to the newest live scene, seconds, means to be live. */
const AT_LIVE_S = 0.25;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/**
 * `liveTape`; `openTape(name)`: a promise of a recording's tape; `player`: the recording's video, which leads the clock
 * while it plays, as in player.js. `tick(now)` is to be called in each drawn frame.
 */
export function createTransport({ liveTape, openTape, player }) {
  const listeners = new Set();
  let tape = liveTape;
  let time = 0;
  let rate = 1;
  let playing = true;
  let loop = null;
  let live = true; // at the newest scene
  let last = 0; // ms: the tick before
  let waiting = false;
  let opening = 0; // counts, so that only the last one opened is shown

  function tell() {
    for (const listener of listeners) listener(transport);
  }

  function moveTo(target) {
    time = clamp(target, tape.start, tape.end);
    player.seek(time);
    tape.follow(time);
    waiting = !tape.has(time);
  }

  function leaveLive() {
    if (!live) return;
    live = false;
    liveTape.hold(true);
  }

  function show(next, at) {
    tape = next;
    live = false;
    loop = null;
    rate = 1;
    playing = true;
    time = at;
    player.open(tape.video || null);
    liveTape.hold(false);
    moveTo(at);
  }

  /** Moves on by `elapsed` seconds of the clock on the wall. */
  function advance(elapsed) {
    tape.follow(time);
    if (!tape.has(time)) return player.hold();
    time = player.lead(time, playing, rate, elapsed);
    if (!playing) return undefined;
    if (loop && (time >= loop[1] || time < loop[0])) return moveTo(loop[0]);
    if (time < tape.end) return undefined;
    if (tape === liveTape) return transport.live();
    time = tape.end;
    playing = false;
    return undefined;
  }

  const transport = {
    get tape() {
      return tape;
    },
    get time() {
      return time;
    },
    get rate() {
      return rate;
    },
    get playing() {
      return playing;
    },
    /** [from, to] in seconds, which playing repeats; null for none. */
    get loop() {
      return loop;
    },
    /** Whether the newest scene is shown, as it arrives. */
    get isLive() {
      return live;
    },
    /** Whether the scenes at the playhead are still on their way. */
    get waiting() {
      return waiting;
    },

    seek(target) {
      if (tape === liveTape && playing && !loop && target >= tape.end - AT_LIVE_S) return transport.live();
      leaveLive();
      moveTo(target);
      return tell();
    },

    /** Pauses, and moves by `n` scenes. */
    step(n) {
      transport.pause();
      const target = tape.stepped(time, n);
      if (target !== null) moveTo(target);
      tell();
    },

    play() {
      if (tape === liveTape && !loop && time >= tape.end - AT_LIVE_S) return transport.live();
      if (tape !== liveTape && tape.isEnd(time)) moveTo(loop ? loop[0] : tape.start);
      playing = true;
      return tell();
    },

    pause() {
      leaveLive();
      playing = false;
      player.hold();
      tell();
    },

    setRate(next) {
      rate = clamp(next, RATES[0], RATES.at(-1));
      if (rate !== 1) leaveLive();
      tell();
    },

    /** Repeats from `a` to `b`, in either order; null ends that. */
    setLoop(ab) {
      const [a, b] = ab ? [...ab].sort((x, y) => x - y) : [0, 0];
      loop = ab && b - a >= SHORTEST_LOOP_S ? [Math.max(a, tape.start), Math.min(b, tape.end)] : null;
      if (loop) leaveLive();
      tell();
    },

    /** Back to the newest scene. */
    live() {
      opening++;
      player.open(null);
      tape = liveTape;
      liveTape.hold(false);
      [live, playing, rate, loop, time] = [true, true, 1, null, tape.end];
      waiting = false;
      tell();
    },

    /** Plays a recording in this page. A promise: of whether it is shown, as another may have been opened meanwhile. */
    async open(name) {
      const mine = ++opening;
      const next = await openTape(name);
      if (mine !== opening) return false;
      show(next, next.start);
      tell();
      return true;
    },

    /** Reads the recording that is played again, as it was edited; the time stays. */
    async refresh() {
      const [mine, old] = [opening, tape];
      if (old === liveTape) return;
      const next = await openTape(old.name);
      if (mine !== opening || tape !== old) return;
      tape = next;
      transport.setLoop(loop);
      moveTo(time);
      tell();
    },

    /** Calls `listener(transport)` after every change, and in each frame in which the time moves. */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    /** A frame is drawn at `now`, milliseconds. */
    tick(now) {
      const elapsed = Math.min((now - last) / 1000, LONGEST_STEP_S);
      last = now;
      if (live) return;
      const before = time;
      const waited = waiting;
      advance(elapsed);
      waiting = !live && !tape.has(time);
      if (time !== before || waiting !== waited) tell();
    },

    /** Live, the time on the tape that is shown: a little behind the newest. */
    observe(shown) {
      time = shown;
      tell();
    },
  };
  return transport;
}
