// Talking to the kernel: one request under way, the newest positions after the last reply came.

import { themeOf } from "./panel.js";

const LOCAL = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
const SLOW = 250; // ms until "computing…"
const LOST = 8000; // ms until the student is told why nothing comes

export function asking(model, parts, answered) {
  let wanted = null; // what to ask for next
  let timers = null; // set while a request is under way
  function wishes() {
    return { theme: themeOf(parts.root), scale: Math.min(devicePixelRatio || 1, 2), local: LOCAL };
  }
  function go() {
    const request = { ...wanted, wishes: wishes() };
    wanted = null;
    timers = [
      setTimeout(() => parts.busy(true), SLOW),
      setTimeout(
        () => parts.alert("No answer yet: the kernel is busy, or not running. Run this cell again."),
        LOST,
      ),
    ];
    try {
      model.send(request);
    } catch {
      done();
      parts.alert("This picture is live while a kernel runs: run this cell.");
    }
  }
  function done() {
    timers?.forEach(clearTimeout);
    timers = null;
    parts.busy(false);
  }
  function ask(request = {}) {
    const values = { ...wanted?.values, ...request.values };
    const points = [...(wanted?.points ?? []), ...(request.points ?? [])];
    wanted = { ...wanted, ...request, values, points };
    if (!timers) go();
  }
  function heard(content, buffers) {
    const mine = timers !== null;
    done();
    if (content.kind === "error") parts.alert(content.text);
    else {
      parts.alert("");
      parts.describe(content.alt);
      answered(content, buffers, mine);
    }
    if (wanted) go();
  }
  model.on("msg:custom", heard);
  const watch = new MutationObserver(() => ask());
  watch.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
  function stop() {
    done();
    wanted = null;
    watch.disconnect();
    model.off("msg:custom", heard);
  }
  const drop = (name) => wanted && delete wanted[name]; // no longer wanted
  return { ask, drop, stop, waiting: () => timers !== null || wanted !== null };
}

export function decoded(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
