// Neuron dials: the half-plane where a neuron of two inputs says 1, and its truth table.

import { browser } from "./browser.js";

const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]];
const TARGETS = { AND: [0, 0, 0, 1], OR: [0, 1, 1, 1], NAND: [1, 1, 1, 0], XOR: [0, 1, 1, 0] };
const PHI = {
  step: (a) => (a >= 0 ? 1 : 0),
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  tanh: Math.tanh,
  relu: (a) => Math.max(a, 0),
};
const PLANE = { left: 58, top: 60, side: 330, low: -0.5, high: 1.5 };

// Whether an output counts as 1: in the upper half of the activation's range.
export function saysOne(phi, y) {
  if (phi === "relu") return y > 0;
  return y >= (phi === "tanh" ? 0 : 0.5);
}

// The four rows: inputs, sum, output by the equation, output by the student's neuron, target.
export function rows({ values, arrays, computed }) {
  const { w1, w2, b, phi, target } = values;
  const current = ["w1", "w2", "b", "phi"].every((name) => computed[name] === values[name]);
  return CORNERS.map(([x1, x2], i) => {
    const sum = w1 * x1 + w2 * x2 + b;
    const y = PHI[phi](sum);
    const yours = current ? arrays.yours.data[i] : undefined;
    const agrees = yours === undefined || Math.abs(yours - y) <= 1e-5 * Math.max(1, Math.abs(y));
    const wanted = TARGETS[target][i];
    return { x1, x2, sum, y, yours, agrees, wanted, right: Number(saysOne(phi, y)) === wanted };
  });
}

function verdict(picture) {
  const right = rows(picture).filter((row) => row.right).length;
  const { target } = picture.values;
  const more = target === "XOR" && right === 3 ? ": 3 is the most that one line can do" : "";
  return `${target}: ${right} of 4 right${more}.`;
}

// Where w1 x1 + w2 x2 + b = 0 enters and leaves the plane, or null.
export function border({ w1, w2, b }, low, high) {
  const ends = [];
  const inside = (v) => v >= low - 1e-9 && v <= high + 1e-9;
  for (const edge of [low, high]) {
    if (w2 && inside(-(w1 * edge + b) / w2)) ends.push([edge, -(w1 * edge + b) / w2]);
    if (w1 && inside(-(w2 * edge + b) / w1)) ends.push([-(w2 * edge + b) / w1, edge]);
  }
  for (const end of ends.slice(1))
    if (Math.hypot(end[0] - ends[0][0], end[1] - ends[0][1]) > 1e-6) return [ends[0], end];
  return null;
}

function plane(ctx, picture) {
  const { values, colours } = picture;
  const { left, top, side, low, high } = PLANE;
  const at = (x1, x2) => [
    left + ((x1 - low) / (high - low)) * side,
    top + ((high - x2) / (high - low)) * side,
  ];
  const cells = 66;
  const size = side / cells;
  ctx.fillStyle = colours.mine;
  for (let i = 0; i < cells; i++)
    for (let j = 0; j < cells; j++) {
      const x1 = low + ((i + 0.5) / cells) * (high - low);
      const x2 = high - ((j + 0.5) / cells) * (high - low);
      const y = PHI[values.phi](values.w1 * x1 + values.w2 * x2 + values.b);
      const strength = values.phi === "tanh" ? (y + 1) / 2 : Math.min(y, 1);
      if (strength < 0.02) continue;
      ctx.globalAlpha = 0.45 * strength;
      ctx.fillRect(left + i * size, top + j * size, size, size);
    }
  ctx.globalAlpha = 1;
  ctx.strokeStyle = colours.faint;
  ctx.lineWidth = 1;
  ctx.strokeRect(left, top, side, side);
  const ends = border(values, low, high);
  if (ends) {
    ctx.strokeStyle = colours.ink;
    ctx.lineWidth = 2.5;
    ctx.beginPath();
    ctx.moveTo(...at(...ends[0]));
    ctx.lineTo(...at(...ends[1]));
    ctx.stroke();
  }
  ctx.font = "13px system-ui, sans-serif";
  ctx.textBaseline = "middle";
  for (const row of rows(picture)) {
    const [x, y] = at(row.x1, row.x2);
    ctx.lineWidth = 2.5;
    ctx.strokeStyle = colours.ink;
    ctx.fillStyle = row.wanted ? colours.ink : colours.paper;
    ctx.beginPath();
    if (row.wanted) ctx.arc(x, y, 9, 0, 2 * Math.PI);
    else ctx.rect(x - 8, y - 8, 16, 16);
    ctx.fill();
    ctx.stroke();
    if (!row.right) {
      ctx.font = "bold 22px system-ui, sans-serif";
      ctx.fillStyle = colours.ink;
      ctx.textAlign = "left";
      ctx.fillText("✗", x + 13, y);
    }
  }
  ctx.font = "13px system-ui, sans-serif";
  ctx.fillStyle = colours.ink;
  ctx.textAlign = "center";
  for (const tick of [0, 1]) {
    ctx.fillText(tick, at(tick, 0)[0], top + side + 12);
    ctx.fillText(tick, left - 12, at(0, tick)[1]);
  }
  ctx.fillText("x₁", left + side / 2, top + side + 22);
  ctx.fillText("x₂", left - 30, top + side / 2);
}

function table(ctx, picture) {
  const { colours, values, problem } = picture;
  const columns = [430, 470, 530, 615, 705, 800];
  const heads = ["x₁", "x₂", values.target, "w·x + b", `${values.phi}(…)`, "yours"];
  ctx.textAlign = "center";
  ctx.fillStyle = colours.ink;
  ctx.font = "bold 14px system-ui, sans-serif";
  heads.forEach((word, i) => ctx.fillText(word, columns[i], 90));
  ctx.strokeStyle = colours.faint;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(410, 106);
  ctx.lineTo(850, 106);
  ctx.stroke();
  ctx.font = "15px system-ui, sans-serif";
  const shown = (v) => v.toFixed(3).replace(/\.?0+$/, "").replace("-", "−");
  rows(picture).forEach((row, i) => {
    const y = 130 + 38 * i;
    let yours = "…";
    if (row.yours !== undefined) yours = Number.isFinite(row.yours) ? shown(row.yours) : "none";
    if (!row.agrees) yours += " ✗";
    const words = [row.x1, row.x2, row.wanted, shown(row.sum), shown(row.y), yours];
    words.forEach((word, k) => ctx.fillText(word, columns[k], y));
    ctx.font = "13px system-ui, sans-serif";
    ctx.fillText(row.right ? "✓" : "✗", 856, y);
    ctx.font = "15px system-ui, sans-serif";
  });
  ctx.textAlign = "left";
  ctx.font = "bold 16px system-ui, sans-serif";
  ctx.fillText(verdict(picture), 414, 300);
  ctx.font = "13px system-ui, sans-serif";
  const key = ["● should say 1   □ should say 0   ✗ says the other", "Shaded: there the neuron says 1."];
  if (rows(picture).some((row) => !row.agrees) && !problem)
    key.push("✗ in the last column: your neuron differs from the equation.");
  key.forEach((line, i) => ctx.fillText(line, 414, 330 + 22 * i));
}

export function draw(ctx, picture) {
  plane(ctx, picture);
  ctx.textBaseline = "middle";
  table(ctx, picture);
}

function words(picture) {
  const { w1, w2, b, phi } = picture.values;
  const says = rows(picture).map((row) => `(${row.x1}, ${row.x2}) ${row.y.toFixed(2)}`);
  const start = `w1 = ${w1}, w2 = ${w2}, b = ${b}, ${phi}: outputs ${says.join(", ")}. `;
  return (picture.problem ? `${picture.problem} ` : "") + start + verdict(picture);
}

export default browser(draw, { words });
