// Pictures drawn in the browser: draw(ctx, picture) is pure, and runs at once after every move.

import { panel, themeOf } from "./panel.js";
import { asking, decoded } from "./asking.js";

// The arrays of a message: {shape, at} and {shape, base64} become {shape, data: Float32Array}.
export function unpacked(arrays, buffers = []) {
  const found = {};
  for (const [name, value] of Object.entries(arrays ?? {})) {
    if (value === null || typeof value !== "object" || !value.shape) {
      found[name] = value;
      continue;
    }
    const view = "base64" in value ? decoded(value.base64) : buffers[value.at];
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
    found[name] = { shape: value.shape, data: new Float32Array(bytes.buffer) };
  }
  return found;
}

// A banner along the top of the canvas: what is wrong with the student's function.
export function banner(ctx, words, colours, width) {
  ctx.font = "14px system-ui, sans-serif";
  const lines = [];
  for (const part of words.split("\n")) {
    let line = "";
    for (const word of part.split(" ")) {
      if (line && ctx.measureText(`${line} ${word}`).width > width - 60) {
        lines.push(line);
        line = "";
      }
      line = line ? `${line} ${word}` : word;
    }
    lines.push(line);
  }
  ctx.textAlign = "left";
  ctx.textBaseline = "top";
  ctx.fillStyle = colours.warn_paper;
  ctx.strokeStyle = colours.warn;
  ctx.lineWidth = 1;
  ctx.setLineDash([]);
  ctx.fillRect(4.5, 4.5, width - 9, 12 + 19 * lines.length);
  ctx.strokeRect(4.5, 4.5, width - 9, 12 + 19 * lines.length);
  ctx.fillStyle = colours.warn;
  lines.forEach((line, i) => ctx.fillText((i ? "    " : "▲ ") + line, 12, 11 + 19 * i));
}

// An anywidget module from a drawing. `picture` is {values, arrays, computed, colours, width,
// height, local}: the controls' values, what the kernel sent, and the values that it was computed for.
// touch(x, y, phase, picture) may turn a drag on the canvas into moves, as {w: 1.5}.
// keys(key, picture) may do the same for a key that is pressed while the canvas has the focus.
// `picture.local` is the view's own to change: a cursor, what a drag began with.
// words(picture) may give the alternative text at once, without waiting for the kernel.
export function browser(draw, { touch, keys, words } = {}) {
  function render({ model, el }) {
    const spec = model.get("spec");
    const first = model.get("start");
    const values = { ...spec.values };
    const local = {};
    const latest = { arrays: unpacked(first.arrays), computed: { ...values }, problem: first.problem };
    const moved = (changes) => {
      Object.assign(values, changes);
      show();
      talk.ask({ values: changes });
    };
    const parts = panel(spec, el, (name, value) => moved({ [name]: value }));
    const { canvas } = parts;
    const [width, height] = spec.size;

    function picture() {
      const colours = spec.palettes[themeOf(parts.root)];
      return { values: { ...values }, ...latest, local, colours, width, height };
    }
    let frame = 0;
    let wanted = 0;
    function paint() {
      wanted = 0;
      const scale = Math.min(devicePixelRatio || 1, 2);
      if (canvas.width !== Math.round(width * scale)) {
        canvas.width = Math.round(width * scale);
        canvas.height = Math.round(height * scale);
      }
      const ctx = canvas.getContext("2d");
      const now = picture();
      ctx.setTransform(scale, 0, 0, scale, 0, 0);
      ctx.fillStyle = now.colours.paper;
      ctx.fillRect(0, 0, width, height);
      ctx.save();
      draw(ctx, now);
      ctx.restore();
      if (now.problem) banner(ctx, now.problem, now.colours, width);
      if (words) parts.describe(words(now));
      canvas.dataset.frame = ++frame;
    }
    const show = () => (wanted ||= requestAnimationFrame(paint));

    const talk = asking(model, parts, (content, buffers) => {
      if (!talk.waiting() && content.values) {
        Object.assign(values, content.values);
        parts.set(values);
      }
      latest.arrays = unpacked(content.arrays, buffers);
      latest.computed = content.values;
      latest.problem = content.problem;
      show();
    });
    parts.button("Start again", () => {
      Object.assign(values, spec.values);
      parts.set(values);
      show();
      talk.ask({ reset: true });
    });
    if (touch) {
      canvas.classList.add("nnwo-pointer");
      for (const phase of ["down", "move", "up"])
        canvas.addEventListener(`pointer${phase}`, (event) => {
          if (phase === "down") canvas.setPointerCapture(event.pointerId);
          else if (!canvas.hasPointerCapture(event.pointerId)) return;
          const box = canvas.getBoundingClientRect();
          const x = ((event.clientX - box.x) / box.width) * width;
          const y = ((event.clientY - box.y) / box.height) * height;
          const changes = touch(x, y, phase, picture());
          if (changes) {
            moved(changes);
            parts.set(changes);
          }
        });
    }
    if (keys) {
      canvas.tabIndex = 0;
      canvas.setAttribute("role", "application");
      canvas.addEventListener("keydown", (event) => {
        const changes = event.ctrlKey || event.metaKey ? null : keys(event.key, picture());
        if (!changes) return;
        event.preventDefault();
        if (Object.keys(changes).length) moved(changes);
        else show();
      });
    }
    parts.describe(first.alt);
    paint();
    talk.ask();
    return () => {
      cancelAnimationFrame(wanted);
      talk.stop();
    };
  }
  return { render };
}
