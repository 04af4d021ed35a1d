// Kernel lab: a picture, the window that the kernel meets, and the output of the student's conv2d.

import { browser } from "./browser.js";

const SIDE = 8;
const SPAN = 3;
const IMAGE = { left: 20, top: 76, cell: 25, cells: 12 };
const OUTPUT = { left: 636, top: 76, cell: 26, cells: 10 };
const MAPPED = ["image", "kernel", "stride", "padding", "dilation"]; // what the map depends on
const FONT = "system-ui, sans-serif";

// A function without dilation has no control for it.
export function settings({ stride, padding, dilation = 1, row, column }) {
  const span = dilation * (SPAN - 1) + 1;
  const n = Math.floor((SIDE + 2 * padding - span) / stride) + 1;
  return { stride, padding, dilation, n, row: Math.min(row, n - 1), column: Math.min(column, n - 1) };
}

// The nine values that the kernel meets for a place of the output, with where they are.
export function windowAt(values, row, column) {
  const { stride, padding, dilation } = settings(values);
  const met = [];
  for (let i = 0; i < SPAN * SPAN; i++) {
    const r = stride * row + dilation * Math.floor(i / SPAN);
    const c = stride * column + dilation * (i % SPAN);
    const inside = [r - padding, c - padding].every((at) => at >= 0 && at < SIDE);
    const value = inside ? values.image[(r - padding) * SIDE + c - padding] : 0;
    met.push({ r, c, value, weight: values.kernel[i] });
  }
  return met;
}

const summed = (met) => met.reduce((sum, { value, weight }) => sum + value * weight, 0);

// The output by the equation, row by row.
export function convolved(values) {
  const { n } = settings(values);
  const found = [];
  for (let i = 0; i < n * n; i++) found.push(summed(windowAt(values, Math.floor(i / n), i % n)));
  return found;
}

export function shown(number) {
  if (!Number.isFinite(number)) return "none";
  const text = String(Number(number.toFixed(2))).replace("-", "−");
  return text === "−0" ? "0" : text;
}

// The student's map: its numbers, whether they are of what is shown now, and which are right.
function theirs({ values, arrays, computed }) {
  const now = MAPPED.every((key) => JSON.stringify(values[key]) === JSON.stringify(computed[key]));
  const expected = convolved(values);
  const fits = arrays.yours.data.length === expected.length;
  const numbers = fits ? [...arrays.yours.data] : expected.map(() => NaN);
  const agrees = numbers.map(
    (v, i) => !now || Math.abs(v - expected[i]) <= 1e-4 * (1 + Math.abs(expected[i])),
  );
  return { now, numbers, agrees, expected };
}

function verdict(picture) {
  const { now, agrees, expected } = theirs(picture);
  const wrong = agrees.filter((right) => !right).length;
  const name = picture.arrays.name;
  if (!now) return `Your ${name} has not answered yet.`;
  return wrong
    ? `Your ${name} differs from the equation in ${wrong} of ${expected.length} places.`
    : `Your ${name} agrees with the equation in all ${expected.length} places.`;
}

// Where a board of n cells a side begins, in the middle of its frame.
function origin(board, n) {
  const shift = ((board.cells - n) / 2) * board.cell;
  return [board.left + shift, board.top + shift];
}

// Row and column of a point on a board of n cells a side, or null.
function placed(board, n, x, y) {
  const [left, top] = origin(board, n);
  const [row, column] = [Math.floor((y - top) / board.cell), Math.floor((x - left) / board.cell)];
  return row >= 0 && row < n && column >= 0 && column < n ? [row, column] : null;
}

// One cell: shaded by its size, with its sign in the number.
function cell(ctx, colours, x, y, side, value, largest, faded = false) {
  ctx.strokeStyle = colours.faint;
  ctx.lineWidth = 0.5;
  if (Number.isFinite(value) && value) {
    ctx.globalAlpha = (faded ? 0.2 : 0.5) * Math.min(Math.abs(value) / largest, 1);
    ctx.fillStyle = value > 0 ? colours.mine : colours.reference;
    ctx.fillRect(x, y, side, side);
    ctx.globalAlpha = 1;
  }
  ctx.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
  if (value === 0) ctx.fillStyle = colours.faint;
  else ctx.fillStyle = colours.ink;
  const text = Number.isFinite(value) ? shown(value) : "–";
  ctx.font = `${text.length > 4 ? 9 : text.length > 3 ? 10 : 12}px ${FONT}`;
  ctx.textAlign = "center";
  ctx.fillText(faded ? "…" : text, x + side / 2, y + side / 2);
}

function image(ctx, picture) {
  const { values, colours, local } = picture;
  const { padding, row, column } = settings(values);
  const n = SIDE + 2 * padding;
  const [left, top] = origin(IMAGE, n);
  const largest = Math.max(...values.image, 1);
  for (let i = 0; i < n * n; i++) {
    const [r, c] = [Math.floor(i / n), i % n];
    const outside = [r, c].some((at) => at < padding || at >= padding + SIDE);
    const [x, y] = [left + c * IMAGE.cell, top + r * IMAGE.cell];
    if (outside) {
      ctx.fillStyle = colours.soft;
      ctx.fillRect(x, y, IMAGE.cell, IMAGE.cell);
    }
    const value = outside ? 0 : values.image[(r - padding) * SIDE + c - padding];
    cell(ctx, colours, x, y, IMAGE.cell, value, largest);
  }
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 2.5;
  for (const { r, c } of windowAt(values, row, column))
    ctx.strokeRect(left + c * IMAGE.cell + 1, top + r * IMAGE.cell + 1, IMAGE.cell - 2, IMAGE.cell - 2);
  if (local.cursor) {
    const [r, c] = local.cursor;
    ctx.strokeStyle = colours.warn;
    ctx.setLineDash([4, 3]);
    ctx.strokeRect(
      left + (c + padding) * IMAGE.cell + 4, top + (r + padding) * IMAGE.cell + 4,
      IMAGE.cell - 8, IMAGE.cell - 8,
    );
    ctx.setLineDash([]);
  }
}

function output(ctx, picture) {
  const { values, colours } = picture;
  const { n, row, column } = settings(values);
  const { now, numbers, agrees } = theirs(picture);
  const [left, top] = origin(OUTPUT, n);
  const largest = Math.max(...numbers.filter(Number.isFinite).map(Math.abs), 1);
  numbers.forEach((value, i) => {
    const [x, y] = [left + (i % n) * OUTPUT.cell, top + Math.floor(i / n) * OUTPUT.cell];
    cell(ctx, colours, x, y, OUTPUT.cell, value, largest, !now);
    if (agrees[i]) return;
    ctx.strokeStyle = colours.warn; // a wrong one is crossed out in its corner
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.moveTo(x + OUTPUT.cell - 8, y + 2);
    ctx.lineTo(x + OUTPUT.cell - 2, y + 8);
    ctx.moveTo(x + OUTPUT.cell - 2, y + 2);
    ctx.lineTo(x + OUTPUT.cell - 8, y + 8);
    ctx.stroke();
  });
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 2.5;
  ctx.strokeRect(
    left + column * OUTPUT.cell + 1, top + row * OUTPUT.cell + 1, OUTPUT.cell - 2, OUTPUT.cell - 2,
  );
}

const factor = (v) => (v < 0 ? `(${shown(v)})` : shown(v));

function products(ctx, picture) {
  const { values, colours } = picture;
  const { row, column, n } = settings(values);
  const met = windowAt(values, row, column);
  const [left, top, wide, high] = [348, 92, 88, 50];
  ctx.textAlign = "center";
  met.forEach(({ value, weight }, i) => {
    const [x, y] = [left + (i % SPAN) * wide, top + Math.floor(i / SPAN) * high];
    ctx.strokeStyle = colours.faint;
    ctx.lineWidth = 1;
    ctx.strokeRect(x + 0.5, y + 0.5, wide - 1, high - 1);
    ctx.fillStyle = colours.ink;
    ctx.font = `13px ${FONT}`;
    ctx.fillText(`${shown(value)} · ${factor(weight)}`, x + wide / 2, y + 16);
    ctx.fillStyle = value * weight ? colours.ink : colours.faint;
    ctx.font = `bold 14px ${FONT}`;
    ctx.fillText(`= ${shown(value * weight)}`, x + wide / 2, y + 35);
  });
  const { now, numbers, agrees } = theirs(picture);
  const at = row * n + column;
  const terms = met.filter(({ value, weight }) => value * weight);
  let said = terms.map(({ value, weight }) => factor(value * weight)).join(" + ");
  if (said.length > 34) said = `${terms.length} products`;
  ctx.fillStyle = colours.ink;
  ctx.textAlign = "left";
  ctx.font = `14px ${FONT}`;
  ctx.fillText(terms.length > 1 ? `${said} =` : "sum of the nine", left, 262);
  ctx.font = `bold 16px ${FONT}`;
  ctx.fillText(shown(summed(met)), left, 286);
  const mine = now ? `${shown(numbers[at])}  ${agrees[at] ? "✓ agrees" : "✗ differs"}` : "…";
  ctx.font = `14px ${FONT}`;
  ctx.fillText(`your ${picture.arrays.name}: ${mine}`, left, 312);
}

export function draw(ctx, picture) {
  const { values, colours } = picture;
  const { stride: s, padding: p, dilation: d, n, row, column } = settings(values);
  ctx.textBaseline = "middle";
  image(ctx, picture);
  products(ctx, picture);
  output(ctx, picture);
  ctx.fillStyle = colours.ink;
  ctx.textAlign = "left";
  ctx.font = `bold 14px ${FONT}`;
  ctx.fillText(p ? "picture, with its padding" : "picture: draw on it", IMAGE.left, 58);
  ctx.fillText("window × kernel", 348, 58);
  ctx.fillText(`your output, ${n} × ${n}`, OUTPUT.left, 58);
  ctx.font = `13px ${FONT}`;
  ctx.fillText(`place: row ${row}, column ${column}`, 348, 78);
  ctx.font = `bold 15px ${FONT}`;
  if (!picture.problem) ctx.fillText(verdict(picture), IMAGE.left, 416);
  ctx.font = `13px ${FONT}`;
  const size = `side = ⌊(8 + 2·${p} − ${d}·(3 − 1) − 1) / ${s}⌋ + 1 = ${n}`;
  ctx.textAlign = "right";
  ctx.fillText(size, 904, 380);
  ctx.textAlign = "left";
  const key = "Thick frames: the window and its place; click the output to move them.";
  ctx.fillText(`${key}   ✗ differs from the equation`, IMAGE.left, 442);
}

// A stroke on the picture paints what its first pixel was not; a click on the output looks there.
function touch(x, y, phase, { values, local }) {
  const { padding, n } = settings(values);
  if (phase === "up") {
    local.ink = undefined;
    return null;
  }
  const spot = placed(IMAGE, SIDE + 2 * padding, x, y)?.map((at) => at - padding);
  if (spot?.every((at) => at >= 0 && at < SIDE)) {
    const at = spot[0] * SIDE + spot[1];
    if (phase === "down") local.ink = values.image[at] ? 0 : 1;
    if (local.ink === undefined || values.image[at] === local.ink) return null;
    return { image: values.image.with(at, local.ink) };
  }
  const place = placed(OUTPUT, n, x, y);
  return place && local.ink === undefined ? { row: place[0], column: place[1] } : null;
}

// Arrow keys move a cursor over the picture, space turns its pixel over.
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
function keys(key, { values, local }) {
  if (key in ARROWS) {
    const [r, c] = local.cursor ?? [3, 3];
    const within = (at) => Math.min(Math.max(at, 0), SIDE - 1);
    local.cursor = [within(r + ARROWS[key][0]), within(c + ARROWS[key][1])];
    return {};
  }
  if (key !== " ") return null;
  local.cursor ??= [3, 3];
  const at = local.cursor[0] * SIDE + local.cursor[1];
  return { image: values.image.with(at, values.image[at] ? 0 : 1) };
}

function words(picture) {
  const { values } = picture;
  const { stride, padding, dilation, n, row, column } = settings(values);
  const rows = [0, 3, 6].map((i) => values.kernel.slice(i, i + SPAN).map(shown).join(" "));
  const { now, numbers, expected } = theirs(picture);
  const top = expected.indexOf(Math.max(...expected));
  const mine = now ? shown(numbers[row * n + column]) : "not known yet";
  return (
    (picture.problem ? `${picture.problem} ` : "") +
    `A picture of 8 by 8 pixels, kernel ${rows.join("; ")}, stride ${stride}, padding ` +
    `${padding}, dilation ${dilation}: the output is ${n} by ${n}. Window times kernel at row ` +
    `${row}, column ${column} is ${shown(expected[row * n + column])}; yours ${mine}. The ` +
    `largest is ${shown(expected[top])}, at row ${Math.floor(top / n)}, column ${top % n}. ` +
    verdict(picture)
  );
}

export default browser(draw, { touch, keys, words });
