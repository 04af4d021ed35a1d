// Backprop ledger: a network of 2, 2 and 1 units, one weight nudged, the predicted and true change.

import { browser } from "./browser.js";

const NODES = { "x₁": [60, 190], "x₂": [60, 370], "h₁": [265, 190], "h₂": [265, 370], p: [465, 280] };
const ONES = { "h₁": [265, 85], "h₂": [265, 475], p: [465, 165] };
const RADIUS = 31;
const PLOT = { left: 620, top: 332, width: 275, height: 120 };
const REACH = 1;

// The network as it is, and with the chosen weight nudged: {W1, b1, W2, b2}, flat lists.
function nudged({ arrays, values }, by) {
  const [, name, at] = arrays.edges.find(([edge]) => edge === values.edge);
  const list = arrays.weights[name].map((w, i) => (i === at ? w + by : w));
  return { ...arrays.weights, [name]: list };
}

export function forward({ W1, b1, W2, b2 }, values) {
  const x = [values["x.0"], values["x.1"]];
  const a = [0, 1].map((i) => W1[2 * i] * x[0] + W1[2 * i + 1] * x[1] + b1[i]);
  const h = a.map((v) => Math.max(v, 0));
  const z = W2[0] * h[0] + W2[1] * h[1] + b2[0];
  const wrong = values.y === "1" ? -z : z;
  const cost = Math.max(wrong, 0) + Math.log1p(Math.exp(-Math.abs(wrong)));
  return { a, h, z, p: 1 / (1 + Math.exp(-z)), cost };
}

// At most four decimals, as in the kernel's lines.
function short(v) {
  if (!Number.isFinite(v)) return "none";
  const text = Number.isInteger(Math.round(v * 1e9) / 1e7) ? String(Math.round(v * 100) / 100) : v.toFixed(4);
  return (Number(text) === 0 && Math.abs(v) < 1e-9 ? "0" : text).replace("-", "−");
}
const bracketed = (v) => (v < 0 ? `(${short(v)})` : short(v));

// What is told of the chosen edge; the kernel's numbers are missing while they are computed.
export function account(picture) {
  const { arrays, values, computed } = picture;
  const current = ["x.0", "x.1", "y"].every((name) => computed[name] === values[name]);
  const index = arrays.edges.findIndex(([edge]) => edge === values.edge);
  const [, name, at] = arrays.edges[index];
  const before = forward(arrays.weights, values).cost;
  const after = forward(nudged(picture, values.nudge), values);
  return {
    index,
    current,
    before,
    after,
    weight: arrays.weights[name][at],
    lines: current ? arrays.lines[values.edge] : ["…"],
    yours: current ? arrays.yours.data[index] : NaN,
    exact: current ? arrays.exact.data[index] : NaN,
    verdict: current && Number.isFinite(arrays.yours.data[index]) ? (arrays.agree[index] ? " ✓" : " ✗ differs") : "",
  };
}

const ends = (edge) => {
  const [start, end] = edge.split(" → ");
  return [NODES[start] ?? ONES[end], NODES[end]];
};

function graph(ctx, picture, told) {
  const { arrays, values, colours } = picture;
  const moved = nudged(picture, values.nudge);
  const onWay = { [values.edge]: true };
  const end = values.edge.split(" → ")[1];
  if (end !== "p") onWay[`${end} → p`] = true;
  ctx.textAlign = "center";
  arrays.edges.forEach(([edge, name, at], i) => {
    const [[x0, y0], [x1, y1]] = ends(edge);
    const chosen = edge === values.edge;
    ctx.strokeStyle = chosen ? colours.mine : onWay[edge] ? colours.ink : colours.faint;
    ctx.lineWidth = chosen ? 5 : onWay[edge] ? 2.5 : 1.3;
    ctx.beginPath();
    ctx.moveTo(x0, y0);
    ctx.lineTo(x1, y1);
    ctx.stroke();
    const bias = name.startsWith("b");
    const t = bias ? 0.42 : name === "W1" ? 0.35 : 0.42;
    const [x, y] = [x0 + t * (x1 - x0), y0 + t * (y1 - y0)];
    const words = [short(moved[name][at]), `∂ ${told.current ? short(arrays.yours.data[i]) : "…"}`];
    ctx.font = chosen ? "bold 13px system-ui, sans-serif" : "13px system-ui, sans-serif";
    const wide = Math.max(...words.map((word) => ctx.measureText(word).width)) + 8;
    ctx.fillStyle = colours.paper;
    ctx.fillRect(x - wide / 2, y - 17, wide, 34);
    ctx.fillStyle = colours.ink;
    ctx.fillText(words[0], x, y - 8);
    ctx.fillStyle = colours.mine;
    ctx.fillText(words[1], x, y + 9);
  });
  const now = told.after;
  const inside = { "x₁": values["x.0"], "x₂": values["x.1"], "h₁": now.h[0], "h₂": now.h[1], p: now.p };
  for (const [name, [x, y]] of Object.entries(NODES)) {
    const touched = Boolean(values.nudge) && (name === end || (name === "p" && end !== "p"));
    ctx.fillStyle = colours.soft;
    ctx.strokeStyle = colours.ink;
    ctx.lineWidth = touched ? 3.5 : 1.3;
    ctx.beginPath();
    ctx.arc(x, y, RADIUS, 0, 2 * Math.PI);
    ctx.fill();
    ctx.stroke();
    ctx.fillStyle = colours.ink;
    ctx.font = "bold 13px system-ui, sans-serif";
    ctx.fillText(name, x, y - 10);
    ctx.font = "14px system-ui, sans-serif";
    ctx.fillText(short(inside[name]), x, y + 10);
  }
  ctx.font = "13px system-ui, sans-serif";
  ctx.fillStyle = colours.ink;
  for (const [x, y] of Object.values(ONES)) {
    ctx.fillStyle = colours.paper;
    ctx.fillRect(x - 9, y - 10, 18, 20);
    ctx.fillStyle = colours.ink;
    ctx.fillText("1", x, y);
  }
  ctx.textAlign = "left";
  ctx.fillText(`z = ${short(now.z)}`, 440, 330);
  ctx.fillText(`cost C = ${short(now.cost)}`, 440, 350);
  ctx.fillText(`a₁ = ${short(now.a[0])}`, 300, 160);
  ctx.fillText(`a₂ = ${short(now.a[1])}`, 300, 402);
  ctx.fillStyle = colours.faint;
  ctx.fillText("On each edge: its weight, and ∂, the gradient that your function gives.", 24, 508);
}

function page(ctx, picture, told) {
  const { values, arrays, colours } = picture;
  const change = told.after.cost - told.before;
  ctx.fillStyle = colours.ink;
  ctx.font = "bold 15px system-ui, sans-serif";
  const to = values.nudge ? `, nudged to ${short(told.weight + values.nudge)}` : "";
  ctx.fillText(`Edge ${values.edge}: weight ${short(told.weight)}${to}`, 560, 60);
  ctx.font = "14px system-ui, sans-serif";
  let y = 88;
  for (const line of told.lines) {
    ctx.fillText(line, 560, y);
    y += 23;
  }
  ctx.fillStyle = colours.mine;
  ctx.fillText(`your ${arrays.name}: ${told.current ? short(told.yours) : "…"}${told.verdict}`, 560, y);
  ctx.fillStyle = colours.ink;
  ctx.font = "bold 14px system-ui, sans-serif";
  const foretold = told.yours * values.nudge;
  const product = `${bracketed(told.yours)} · ${bracketed(values.nudge)}`;
  ctx.fillText(`predicted change of C: ${product} = ${told.current ? short(foretold) : "…"}`, 560, y + 30);
  ctx.fillText(`true change of C: ${short(change)}`, 560, y + 53);
}

function curve(ctx, picture, told) {
  const { colours, values } = picture;
  const { left, top, width, height } = PLOT;
  const nudges = Array.from({ length: 81 }, (_, i) => REACH * (i / 40 - 1));
  const costs = nudges.map((by) => forward(nudged(picture, by), values).cost);
  const room = 0.12 * Math.max(Math.max(...costs) - Math.min(...costs), 0.05);
  const low = Math.max(Math.min(...costs) - room, 0);
  const high = Math.max(...costs) + room;
  const at = (nudge, cost) => [
    left + ((nudge + REACH) / (2 * REACH)) * width,
    top + ((high - cost) / (high - low)) * height,
  ];
  ctx.strokeStyle = colours.faint;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(left, top);
  ctx.lineTo(left, top + height);
  ctx.lineTo(left + width, top + height);
  ctx.stroke();
  const line = (points, colour, thick, dash = []) => {
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.strokeStyle = colour;
    ctx.lineWidth = thick;
    ctx.setLineDash(dash);
    ctx.beginPath();
    points.forEach((point, i) => (i ? ctx.lineTo(...point) : ctx.moveTo(...point)));
    ctx.stroke();
    ctx.restore();
  };
  line(nudges.map((nudge, i) => at(nudge, costs[i])), colours.ink, 2);
  const tangent = (slope) => [-REACH, REACH].map((nudge) => at(nudge, told.before + slope * nudge));
  if (Number.isFinite(told.yours)) line(tangent(told.yours), colours.mine, 2.5);
  if (told.current) line(tangent(told.exact), colours.reference, 2, [7, 5]);
  ctx.fillStyle = colours.ink;
  ctx.beginPath();
  ctx.arc(...at(values.nudge, told.after.cost), 5.5, 0, 2 * Math.PI);
  ctx.fill();
  const [x, y] = at(values.nudge, told.before + told.yours * values.nudge);
  if (y > top - 6 && y < top + height + 6) {
    ctx.strokeStyle = colours.mine;
    ctx.fillStyle = colours.paper;
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.rect(x - 4.5, y - 4.5, 9, 9);
    ctx.fill();
    ctx.stroke();
  }
  ctx.fillStyle = colours.ink;
  ctx.font = "12px system-ui, sans-serif";
  ctx.textAlign = "center";
  for (const nudge of [-1, 0, 1]) ctx.fillText(String(nudge).replace("-", "−"), at(nudge, 0)[0], top + height + 12);
  ctx.fillText("nudge", left + width / 2 + 60, top + height + 12);
  ctx.textAlign = "right";
  ctx.fillText(high.toFixed(2), left - 6, top + 5);
  ctx.fillText(low.toFixed(2), left - 6, top + height - 4);
  ctx.fillText("cost C", left - 6, top + height / 2);
  ctx.textAlign = "left";
  ctx.fillText("●  true cost    □  predicted    dashed: chain rule", left - 30, top + height + 34);
}

export function draw(ctx, picture) {
  const told = account(picture);
  ctx.textBaseline = "middle";
  graph(ctx, picture, told);
  ctx.textAlign = "left";
  page(ctx, picture, told);
  curve(ctx, picture, told);
}

// A click on an edge chooses it.
export function touch(x, y, phase, { arrays, values }) {
  if (phase !== "down") return null;
  let best = null;
  let nearest = 16;
  for (const [edge] of arrays.edges) {
    const [[x0, y0], [x1, y1]] = ends(edge);
    const along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2);
    const t = Math.min(Math.max(along, 0), 1);
    const far = Math.hypot(x - x0 - t * (x1 - x0), y - y0 - t * (y1 - y0));
    if (far < nearest) [best, nearest] = [edge, far];
  }
  return best && best !== values.edge ? { edge: best } : null;
}

function words(picture) {
  const told = account(picture);
  const { values, problem } = picture;
  const start = problem ? `${problem} ` : "";
  if (!told.current) return `${start}Computing.`;
  return (
    `${start}A network of 2 inputs, 2 hidden units and p. Edge ${values.edge}, weight ` +
    `${short(told.weight)}: ${told.lines.join("; ")}; your gradient: ${short(told.yours)}` +
    `${told.verdict}; predicted change of C: ${bracketed(told.yours)} · ` +
    `${bracketed(values.nudge)} = ${short(told.yours * values.nudge)}; true change of C: ` +
    `${short(told.after.cost - told.before)}.`
  );
}

export default browser(draw, { touch, words });
