// Pictures drawn in the kernel: shows each frame, and plays where there is a ticker.

import { panel } from "./panel.js";
import { asking, decoded } from "./asking.js";

async function paint(canvas, content, buffers) {
  const context = canvas.getContext("2d");
  if (content.width) {
    const view = buffers[0];
    const pixels = new Uint8ClampedArray(view.buffer, view.byteOffset, view.byteLength);
    if (canvas.width !== content.width) canvas.width = content.width;
    if (canvas.height !== content.height) canvas.height = content.height;
    context.putImageData(new ImageData(pixels, content.width), 0, 0);
    return;
  }
  const bytes = content.png ? decoded(content.png) : buffers[0];
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  canvas.width = image.width;
  canvas.height = image.height;
  context.drawImage(image, 0, 0);
}

function render({ model, el }) {
  const spec = model.get("spec");
  const moving = new Set(); // names the student has moved and the kernel not yet confirmed
  const parts = panel(spec, el, (name, value) => {
    moving.add(name);
    talk.ask({ values: { [name]: value } });
  });
  let playing = false;
  let shown = 0; // of the frames that came, the newest one that is painted
  let came = 0;
  const talk = asking(model, parts, async (content, buffers) => {
    const number = ++came;
    if (!talk.waiting()) moving.clear();
    for (const [name, value] of Object.entries(content.values ?? {}))
      if (!moving.has(name)) parts.set({ [name]: value });
    if (content.halted) play(false);
    if (playing) talk.ask({ steps: -1 });
    if (content.width) await paint(parts.canvas, content, buffers);
    else {
      const canvas = document.createElement("canvas");
      await paint(canvas, content, buffers);
      if (number < shown) return;
      parts.canvas.width = canvas.width;
      parts.canvas.height = canvas.height;
      parts.canvas.getContext("2d").drawImage(canvas, 0, 0);
    }
    shown = number;
    parts.canvas.dataset.frame = number;
    if (content.steps !== undefined) parts.canvas.dataset.steps = content.steps;
  });

  function play(on) {
    playing = on;
    toggle.textContent = on ? "Pause" : "Play";
    if (on) talk.ask({ steps: -1 });
    else talk.drop("steps");
  }
  let toggle;
  if (spec.ticker) {
    toggle = parts.button("Play", () => play(!playing));
    parts.button("One step", () => (play(false), talk.ask({ steps: 1 })));
  }
  parts.button("Start again", () => {
    if (spec.ticker) play(false);
    moving.clear();
    talk.ask({ reset: true });
  });

  if (spec.pointer) {
    const { canvas } = parts;
    canvas.classList.add("nnwo-pointer");
    const touch = (phase) => (event) => {
      if (phase === "move" && !canvas.hasPointerCapture(event.pointerId)) return;
      if (phase === "down") canvas.setPointerCapture(event.pointerId);
      const box = canvas.getBoundingClientRect();
      const spot = [(event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height];
      talk.ask({ points: [[...spot, phase]] });
    };
    for (const phase of ["down", "move", "up"])
      canvas.addEventListener(`pointer${phase}`, touch(phase));
  }

  parts.canvas.setAttribute("aria-label", model.get("start").alt);
  const first = { png: model.get("picture") };
  paint(parts.canvas, first).then(() => talk.ask());
  return () => {
    playing = false;
    talk.stop();
  };
}

export default { render };
