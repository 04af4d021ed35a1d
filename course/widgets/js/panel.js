// The frame of every widget: the line to predict, labelled controls, a canvas, and what is said.

let panels = 0;

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// "dark" where the page behind the widget is dark; JupyterLab says so, elsewhere its colour does.
export function themeOf(node) {
  const said = document.body.dataset.jpThemeLight;
  if (said) return said === "true" ? "light" : "dark";
  for (let at = node; at; at = at.parentElement) {
    const colour = (getComputedStyle(at).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    if (colour.length < 3 || colour[3] === 0) continue;
    return 0.3 * colour[0] + 0.6 * colour[1] + 0.1 * colour[2] < 110 ? "dark" : "light";
  }
  return "light";
}

// How a slider's number is written: as many decimals as its step has.
export function written(control, value) {
  if (control.log) return Number(value).toPrecision(3);
  const step = String(control.step);
  return Number(value).toFixed(step.includes(".") ? step.split(".")[1].length : 0);
}

// One control as {node, set(value)}; move(value) is called with what the student sets.
function controlOf(control, id, move) {
  const label = make("label", { for: id }, control.label);
  if (control.kind === "switch") {
    const input = make("input", { id, type: "checkbox" });
    input.addEventListener("change", () => move(input.checked));
    const node = make("div", { class: "nnwo-control" }, label, input);
    return { node, set: (value) => (input.checked = value) };
  }
  if (control.kind === "choice") {
    const options = control.options.map((word) => make("option", { value: word }, word));
    const input = make("select", { id }, ...options);
    input.addEventListener("change", () => move(input.value));
    const node = make("div", { class: "nnwo-control" }, label, input);
    return { node, set: (value) => (input.value = value) };
  }
  if (control.kind === "grid") return gridOf(control, id, move);
  const onRail = (value) => (control.log ? Math.log10(value) : value);
  const fromRail = (rail) => (control.log ? 10 ** rail : rail);
  const input = make("input", {
    id,
    type: "range",
    min: onRail(control.low),
    max: onRail(control.high),
    step: control.step,
  });
  const output = make("output", { for: id });
  const show = () => {
    output.value = written(control, fromRail(input.valueAsNumber));
    input.setAttribute("aria-valuetext", output.value);
  };
  const moved = () => (show(), move(fromRail(input.valueAsNumber)));
  input.addEventListener("input", moved);
  const node = make("div", { class: "nnwo-control" }, label, input, output);
  if (control.buttons) {
    const one = (sign, by) => {
      const name = `${control.label}: one ${by < 0 ? "back" : "on"}`;
      const button = make("button", { type: "button", "aria-label": name }, sign);
      button.addEventListener("click", () => (by < 0 ? input.stepDown() : input.stepUp(), moved()));
      return button;
    };
    input.before(one("−", -1));
    input.after(one("+", 1));
    node.classList.add("nnwo-wide");
  }
  return { node, set: (value) => ((input.value = onRail(value)), show()) };
}

// Fields for rows of numbers, or nothing where they are set on the picture.
function gridOf(control, id, move) {
  if (!control.typed) return { node: make("span", { hidden: true }), set: () => {} };
  const { label, rows, columns, low, high, step } = control;
  const inputs = Array.from({ length: rows * columns }, (_, i) => {
    const name = `${label}, row ${Math.floor(i / columns) + 1}, column ${(i % columns) + 1}`;
    const input = make("input", { type: "number", min: low, max: high, step, "aria-label": name });
    input.addEventListener("input", () => {
      if (!inputs.some((other) => Number.isNaN(other.valueAsNumber)))
        move(inputs.map((other) => Math.min(Math.max(other.valueAsNumber, low), high)));
    });
    return input;
  });
  const cells = make("div", { class: "nnwo-cells", style: `--columns: ${columns}` }, ...inputs);
  const head = make("span", { id, class: "nnwo-head" }, label);
  const node = make("div", { class: "nnwo-grid", role: "group", "aria-labelledby": id }, head, cells);
  const set = (values) =>
    inputs.forEach((input, i) => {
      if (input.valueAsNumber !== values[i]) input.value = values[i];
    });
  return { node, set };
}

// Hide the still picture, an output after the widget's, while the widget lives. JupyterLab does
// it by the style that comes with the picture; elsewhere the picture may come after the widget.
function hideStill(id) {
  for (const wait of [0, 500, 2000])
    setTimeout(() => {
      for (const still of document.querySelectorAll(`.nnwo-still[data-model="${id}"]`))
        still.hidden = true;
    }, wait);
}

// Keys without Ctrl or Cmd belong to the control that has the focus: the notebook's shortcuts keep
// away. JupyterLab listens before any node below does, hence the window.
function keepKeys(root) {
  function heed(event) {
    if (!root.isConnected) window.removeEventListener("keydown", heed, true);
    const ours = root.contains(event.target) && !event.ctrlKey && !event.metaKey;
    if (ours) root.setAttribute("data-lm-suppress-shortcuts", "true");
    else root.removeAttribute("data-lm-suppress-shortcuts");
  }
  window.addEventListener("keydown", heed, true);
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
}

// Build the panel in `el`. Returns its parts; onMove(name, value) hears every move.
export function panel(spec, el, onMove) {
  const prefix = `nnwo-${Date.now().toString(36)}-${++panels}`;
  const [width, height] = spec.size;
  const canvas = make("canvas", { role: "img", width, height, style: `width: ${width}px` });
  const busy = make("div", { class: "nnwo-busy", hidden: true }, "computing…");
  const alert = make("div", { class: "nnwo-alert", role: "alert", hidden: true });
  const spoken = make("div", { class: "nnwo-spoken", "aria-live": "polite" });
  const buttons = make("div", { class: "nnwo-buttons" });
  const predict = make("p", { class: "nnwo-predict" }, make("strong", {}, "Predict, then move. "));
  predict.append(spec.predict);
  const group = make("div", { class: "nnwo-controls" });
  const setters = {};
  for (const [i, control] of spec.controls.entries()) {
    const made = controlOf(control, `${prefix}-${i}`, (value) => onMove(control.name, value));
    setters[control.name] = made.set;
    group.append(made.node);
  }
  const root = make(
    "div",
    { class: "nnwo", role: "group", "aria-label": spec.title },
    predict, group, buttons, make("div", { class: "nnwo-stage" }, canvas, busy), alert, spoken,
  );
  el.append(root);
  keepKeys(root);
  hideStill(spec.id);

  let later;
  const parts = {
    root, canvas, buttons,
    set(values) {
      for (const [name, value] of Object.entries(values)) setters[name]?.(value);
    },
    describe(alt) {
      canvas.setAttribute("aria-label", alt);
      clearTimeout(later);
      later = setTimeout(() => (spoken.textContent = alt), 700);
    },
    busy(on) {
      busy.hidden = !on;
    },
    alert(text) {
      alert.hidden = !text;
      alert.textContent = text;
    },
    button(words, press) {
      const button = make("button", { type: "button" }, words);
      button.addEventListener("click", press);
      buttons.append(button);
      return button;
    },
  };
  parts.set(spec.values);
  return parts;
}
