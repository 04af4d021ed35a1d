// Energy ledger: the 32 states of a machine of 3 by 2 units, and the gradients that follow.

import { browser } from "./browser.js";

const FONT = "system-ui, sans-serif";
const TABLE = { left: 62, top: 104, wide: 112, high: 42 };
const SUMS = { left: 528, wide: 126 };
const RAILS = { left: 756, right: 850, top: 118, high: 54 };
const bits = (number, count) => number.toString(2).padStart(count, "0");
const PATTERNS = Array.from({ length: 8 }, (_, i) => bits(i, 3));
const on = (number, count, at) => (number >> (count - 1 - at)) & 1;

// The energies of all states by the equation, v by h, row by row.
export function energiesOf(values) {
  const found = [];
  for (let v = 0; v < 8; v++)
    for (let h = 0; h < 4; h++) {
      let E = 0;
      for (let i = 0; i < 3; i++) {
        E -= values[`a.${i}`] * on(v, 3, i);
        for (let j = 0; j < 2; j++) E -= values[`W.${2 * i + j}`] * on(v, 3, i) * on(h, 2, j);
      }
      for (let j = 0; j < 2; j++) E -= values[`b.${j}`] * on(h, 2, j);
      found.push(E);
    }
  return found;
}

function softmax(energies) {
  const least = Math.min(...energies);
  const weights = energies.map((E) => Math.exp(least - E));
  const Z = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / Z);
}

// The mean of v_i h_j, six numbers, over a joint distribution of all states.
function statistics(joint) {
  return Array.from({ length: 6 }, (_, at) => {
    const [i, j] = [Math.floor(at / 2), at % 2];
    return joint.reduce((sum, p, s) => sum + p * on(Math.floor(s / 4), 3, i) * on(s % 4, 2, j), 0);
  });
}

// Probabilities, the visible states after k steps from the data, and both gradients.
export function summed(energies, data, k) {
  const p = softmax(energies);
  const up = PATTERNS.flatMap((_, v) => softmax(energies.slice(4 * v, 4 * v + 4)));
  const down = [0, 1, 2, 3].map((h) => softmax(energies.filter((_, s) => s % 4 === h)));
  let after = PATTERNS.map((pattern) => Number(pattern === data));
  const positive = statistics(up.map((q, s) => q * after[Math.floor(s / 4)]));
  for (let step = 0; step < k; step++) {
    const hidden = [0, 1, 2, 3].map((h) => after.reduce((sum, q, v) => sum + q * up[4 * v + h], 0));
    after = PATTERNS.map((_, v) => hidden.reduce((sum, q, h) => sum + q * down[h][v], 0));
  }
  const model = statistics(p);
  const negative = statistics(up.map((q, s) => q * after[Math.floor(s / 4)]));
  const visible = PATTERNS.map((_, v) => p[4 * v] + p[4 * v + 1] + p[4 * v + 2] + p[4 * v + 3]);
  return {
    p, visible, after,
    truth: positive.map((q, at) => q - model[at]),
    cd: positive.map((q, at) => q - negative[at]),
  };
}

// What is drawn: from the student's energies, or, until they come, from the equation's.
function drawn({ values, arrays, computed }) {
  const weights = Object.keys(values).filter((name) => /^[Wab]\./.test(name));
  const now = weights.every((name) => computed[name] === values[name]);
  const expected = energiesOf(values);
  const theirs = [...arrays.energies.data];
  const failed = now && theirs.some((E) => !Number.isFinite(E));
  const energies = now && !failed ? theirs : expected;
  const agrees = expected.map(
    (E, s) => !now || Math.abs(theirs[s] - E) <= 1e-4 * (1 + Math.abs(E)),
  );
  const steps = now && ["data", "k"].every((name) => computed[name] === values[name]);
  const sampled = steps && arrays.sampled ? [...arrays.sampled.data] : null;
  return { now, failed, energies, agrees, sampled, ...summed(energies, values.data, values.k) };
}

function told(number, digits = 2) {
  if (!Number.isFinite(number)) return "none";
  const text = number.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

function verdict(picture) {
  const { now, agrees } = drawn(picture);
  const wrong = agrees.filter((right) => !right).length;
  const name = picture.arrays.name;
  if (!now) return `Your ${name} has not answered yet.`;
  return wrong
    ? `Your ${name} differs from the equation in ${wrong} of 32 states.`
    : `Your ${name} agrees with the equation in all 32 states.`;
}

function states(ctx, { values, colours }, { p, energies, agrees, failed }) {
  const { left, top, wide, high } = TABLE;
  const largest = Math.max(...p);
  p.forEach((share, s) => {
    const [x, y] = [left + (s % 4) * wide, top + Math.floor(s / 4) * high];
    ctx.fillStyle = colours.mine;
    ctx.globalAlpha = failed ? 0 : 0.5;
    ctx.fillRect(x + 1, y + 1, (wide - 4) * (share / largest), high - 4);
    ctx.globalAlpha = 1;
    ctx.strokeStyle = colours.soft;
    ctx.lineWidth = 1;
    ctx.strokeRect(x + 0.5, y + 0.5, wide - 3, high - 3);
    ctx.fillStyle = colours.ink;
    ctx.textAlign = "left";
    ctx.font = `13px ${FONT}`;
    const energy = failed ? "none" : told(energies[s]);
    ctx.fillText(`E ${energy}${agrees[s] ? "" : " ✗"}`, x + 7, y + 13);
    ctx.fillText(`p ${failed ? "none" : told(share, 3)}`, x + 7, y + 29);
  });
  ctx.textAlign = "center";
  ctx.font = `13px ${FONT}`;
  for (let h = 0; h < 4; h++) ctx.fillText(`h ${bits(h, 2)}`, left + (h + 0.5) * wide, top - 12);
  PATTERNS.forEach((pattern, v) => {
    ctx.font = `${pattern === values.data ? "bold " : ""}13px ${FONT}`;
    ctx.fillText(`v ${pattern}`, left - 28, top + (v + 0.5) * high);
  });
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 2.5;
  const at = PATTERNS.indexOf(values.data);
  ctx.strokeRect(left - 55, top + at * high - 1, 4 * wide + 56, high - 1);
}

function diamond(ctx, x, y, size) {
  ctx.beginPath();
  for (const [dx, dy] of [[0, -size], [size, 0], [0, size], [-size, 0]]) ctx.lineTo(x + dx, y + dy);
  ctx.closePath();
  ctx.stroke();
}

function cross(ctx, x, y, size) {
  ctx.beginPath();
  for (const sign of [-1, 1]) {
    ctx.moveTo(x - size, y - sign * size);
    ctx.lineTo(x + size, y + sign * size);
  }
  ctx.stroke();
}

function visibles(ctx, { colours }, { visible, after, sampled, failed }) {
  const { left, wide } = SUMS;
  PATTERNS.forEach((_, v) => {
    const y = TABLE.top + (v + 0.5) * TABLE.high;
    ctx.fillStyle = colours.soft;
    ctx.fillRect(left, y - 12, wide, 24);
    if (failed) return;
    ctx.fillStyle = colours.mine;
    ctx.fillRect(left, y - 9, wide * visible[v], 18);
    ctx.lineWidth = 2;
    ctx.strokeStyle = colours.reference;
    diamond(ctx, left + wide * after[v], y, 7);
    ctx.strokeStyle = colours.third;
    if (sampled) cross(ctx, left + wide * sampled[v], y, 6);
    ctx.textAlign = "left";
    ctx.font = `12px ${FONT}`;
    ctx.fillStyle = colours.ink;
    ctx.fillText(told(visible[v], 3), left + wide + 6, y);
  });
}

function gradients(ctx, { colours }, { truth, cd, failed }) {
  const { left, right, top, high } = RAILS;
  const zero = (left + right) / 2;
  const spot = (g) => zero + g * (zero - left);
  truth.forEach((g, at) => {
    const y = top + at * high;
    ctx.fillStyle = colours.ink;
    ctx.textAlign = "right";
    ctx.font = `13px ${FONT}`;
    const name = `W${"₁₂₃"[Math.floor(at / 2)]}${"₁₂"[at % 2]}`;
    ctx.fillText(name, left - 8, y);
    ctx.fillStyle = colours.soft;
    ctx.fillRect(left, y - 12, right - left, 24);
    ctx.strokeStyle = colours.faint;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(zero + 0.5, y - 15);
    ctx.lineTo(zero + 0.5, y + 15);
    ctx.stroke();
    if (failed) return;
    ctx.fillStyle = colours.mine;
    ctx.fillRect(Math.min(zero, spot(g)), y - 9, Math.abs(spot(g) - zero), 18);
    ctx.strokeStyle = colours.reference;
    ctx.lineWidth = 2;
    diamond(ctx, spot(cd[at]), y, 7);
    ctx.textAlign = "left";
    ctx.font = `12px ${FONT}`;
    ctx.fillStyle = colours.ink;
    ctx.fillText(told(g, 3), right + 8, y - 8);
    ctx.fillText(`◇ ${told(cd[at], 3)}`, right + 8, y + 8);
  });
}

export function draw(ctx, picture) {
  const { values, colours } = picture;
  const now = drawn(picture);
  ctx.textBaseline = "middle";
  states(ctx, picture, now);
  visibles(ctx, picture, now);
  gradients(ctx, picture, now);
  ctx.fillStyle = colours.ink;
  ctx.textAlign = "left";
  ctx.font = `bold 14px ${FONT}`;
  ctx.fillText("energy and probability of every state", TABLE.left, 62);
  ctx.fillText("p(v), 0 to 1", SUMS.left, 62);
  ctx.fillText("gradient of log p(data)", 724, 62);
  ctx.font = `12px ${FONT}`;
  ctx.fillText("bars: exact", SUMS.left, 84);
  ctx.fillText(`bars: true   ◇ CD-${values.k}`, 756, 84);
  ctx.font = `bold 15px ${FONT}`;
  if (!picture.problem) ctx.fillText(verdict(picture), 10, 470);
  ctx.font = `13px ${FONT}`;
  const steps = `◇ ${values.k} Gibbs step${values.k > 1 ? "s" : ""} from the data`;
  const chains = picture.arrays.sampled ? "   × your Gibbs steps, 2000 chains" : "";
  ctx.fillText(`Framed: the data.   ${steps}${chains}`, 10, 496);
}

function words(picture) {
  const { values, problem } = picture;
  const { p, visible, truth, cd, failed, energies } = drawn(picture);
  const before = problem ? `${problem} ` : "";
  if (failed) return `${before}A machine of 3 by 2 units. ${verdict(picture)}`;
  const top = p.indexOf(Math.max(...p));
  const off = Math.max(...truth.map((g, at) => Math.abs(g - cd[at])));
  return (
    `${before}A machine of 3 by 2 units. The likeliest of the 32 states is v = ` +
    `${PATTERNS[Math.floor(top / 4)]}, h = ${bits(top % 4, 2)}, with energy ` +
    `${told(energies[top])} and probability ${told(p[top], 3)}. For the data ${values.data}, ` +
    `with probability ${told(visible[PATTERNS.indexOf(values.data)], 3)}, CD-${values.k} is off ` +
    `the true gradient by at most ${told(off, 3)}. ${verdict(picture)}`
  );
}

export default browser(draw, { words });
