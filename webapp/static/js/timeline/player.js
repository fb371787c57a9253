// A recording's video, on the transport's clock: while it plays, the video leads and the scenes follow, so that both
// are in step; a seek sets both.

/** Seconds between video and clock beyond which the video is moved, and for each unit of speed. */
const LARGEST_DRIFT_S = 0.3;
/** Seconds added to a seek: rounding must not show the frame before. */
const INSIDE_FRAME_S = 0.002;

/** `onProblem(message)`: null, or why there is no picture. */
export function createPlayer({ onProblem = () => {} } = {}) {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.preload = "auto";
  video.className = "replayed";
  let source = null;
  let sought = null; // where the video was moved to; null while it plays
  let target = null; // where a seek goes that waits for the one before it
  let shown = null; // seconds: the frame in `video`
  let listener = null;

  video.addEventListener("error", () => {
    if (source !== null && video.error) onProblem("the video of this recording cannot be played here");
  });
  video.addEventListener("seeked", () => {
    if (!watches) show(video.currentTime);
    if (target !== null) seekNow(target);
  });
  video.addEventListener("loadeddata", () => !watches && show(video.currentTime));

  const watches = "requestVideoFrameCallback" in video;
  function watch() {
    video.requestVideoFrameCallback((_, { mediaTime }) => {
      show(mediaTime);
      watch();
    });
  }
  if (watches) watch();

  function show(time) {
    shown = time;
    listener?.();
  }

  function seekNow(time) {
    target = null;
    sought = time;
    video.currentTime = time + INSIDE_FRAME_S;
  }

  function setPlaying(is, rate) {
    if (video.playbackRate !== rate) video.playbackRate = rate;
    if (is === !video.paused) return;
    if (is) video.play().catch(() => {});
    else video.pause();
  }

  const isBehind = () => video.seeking || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA;

  return {
    element: video,

    /** The address of a video, or null for none. */
    open(address) {
      if (address === source) return;
      source = address;
      target = shown = sought = null;
      onProblem(null);
      if (address === null) {
        video.removeAttribute("src");
        video.load();
      } else video.src = address;
    },

    seek(time) {
      if (source === null) return;
      if (video.seeking) target = time;
      else seekNow(time);
    },

    /** The video waits: scenes are missing, or the transport is paused. */
    hold: () => source !== null && setPlaying(false, video.playbackRate),

    /** The clock's next time, `elapsed` seconds after `time`: the video's own, where it plays. */
    lead(time, playing, rate, elapsed) {
      const next = playing ? time + elapsed * rate : time;
      const drives = source !== null && !video.error;
      if (!drives) return next;
      setPlaying(playing && !video.ended, rate);
      if (!playing) {
        // It has run on since the last picture: paused, it is where the scenes are.
        if (sought !== time && !isBehind()) seekNow(time);
        return time;
      }
      if (isBehind()) return time;
      if (video.ended) return next;
      if (Math.abs(video.currentTime - time) > LARGEST_DRIFT_S * Math.max(1, rate) + elapsed * rate) {
        seekNow(time);
        return time;
      }
      sought = null;
      return Math.max(time, video.currentTime - INSIDE_FRAME_S);
    },

    /** Where pictures are asked for by time; a video plays by itself. */
    follow() {},

    get size() {
      return [video.videoWidth, video.videoHeight];
    },
    /** Seconds of the frame that the video shows; null before the first. */
    get shown() {
      return shown;
    },

    /** `next()` is called when there is another frame in `element`, while it is there; null for nobody. */
    onFrame(next) {
      listener = next;
    },
  };
}
