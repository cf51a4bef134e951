// The lines of a table over its page picture: moved, put in and taken out by mouse or by keys.

import { svg } from "./dom.js";

const NAMES = { columns: "Column line", rows: "Row line" };
const NEAR = 5; // pixels by which a press may miss a line

export class LineEditor {
  // part: {fragment, page, columns: {along, at}, rows}; `done` is called with the part as it is wanted, or null
  constructor(part, done) {
    this.part = part;
    this.done = done;
    this.lists = Object.fromEntries(["columns", "rows"].map((name) => {
      const at = part[name].at;
      return [name, { along: part[name].along, sign: at.at(-1) < at[0] ? -1 : 1, lines: at.map((place, was) => ({ at: place, was })) }];
    }));
    this.held = { name: "columns", line: this.lists.columns.lines[Math.min(1, this.lists.columns.lines.length - 1)] };
  }

  order() { return ["columns", "rows"].flatMap((name) => this.lists[name].lines.map((line) => ({ name, line }))); }

  ends(name) {
    const places = this.lists[name].lines.map((line) => line.at);
    return [Math.min(...places), Math.max(...places)];
  }

  shapes() {
    return this.order().map(({ name, line }) => {
      const [low, high] = this.ends(name === "columns" ? "rows" : "columns");
      const upright = this.lists[name].along === 0;
      const ends = upright ? { x1: line.at, x2: line.at, y1: low, y2: high } : { x1: low, x2: high, y1: line.at, y2: line.at };
      return svg("line", { ...ends, class: `line ${upright ? "upright" : "level"}${line === this.held.line ? " chosen" : ""}${line.was < 0 ? " new" : ""}` });
    });
  }

  // In words, for people who hear the page
  said() {
    const { name, line } = this.held;
    const list = this.lists[name];
    const where = this.outer(list, line) ? ", an edge" : line.was < 0 ? ", new" : "";
    return `${NAMES[name]} ${list.lines.indexOf(line) + 1} of ${list.lines.length}${where}, at ${Math.round(line.at)} points.`;
  }

  outer(list, line) { return line === list.lines[0] || line === list.lines.at(-1); }

  // The nearest line to a point of the page, within `reach` points
  near([x, y], reach) {
    const far = ({ name, line }) => Math.abs((this.lists[name].along === 0 ? x : y) - line.at);
    const within = ({ name }) => {
      const [low, high] = this.ends(name === "columns" ? "rows" : "columns");
      const across = this.lists[name].along === 0 ? y : x;
      return across > low - reach && across < high + reach;
    };
    const close = this.order().filter((one) => within(one) && far(one) <= reach).sort((a, b) => far(a) - far(b));
    return close[0] ?? null;
  }

  // Between its neighbours, which it may not pass
  moveTo(at) {
    const { name, line } = this.held;
    const { lines, sign } = this.lists[name];
    const here = lines.indexOf(line);
    const [before, after] = [lines[here - 1]?.at ?? -Infinity * sign, lines[here + 1]?.at ?? Infinity * sign];
    const [low, high] = [Math.min(before, after), Math.max(before, after)];
    line.at = Math.round(10 * Math.max(0, Math.max(low + 2.5, Math.min(high - 2.5, at)))) / 10;
  }

  add(name, at = null) {
    const list = this.lists[name];
    const lines = list.lines;
    if (at === null) { // in the middle of what follows the chosen line
      const here = this.held.name === name ? Math.min(lines.indexOf(this.held.line), lines.length - 2) : 0;
      at = (lines[here].at + lines[here + 1].at) / 2;
    }
    if (lines.some((line) => Math.abs(line.at - at) < 2.5)) return;
    const line = { at: Math.round(10 * at) / 10, was: -1 };
    lines.push(line);
    lines.sort((a, b) => list.sign * (a.at - b.at));
    this.held = { name, line };
  }

  remove() {
    const { name, line } = this.held;
    const lines = this.lists[name].lines;
    if (lines.length <= 2) return;
    const here = lines.indexOf(line);
    lines.splice(here, 1);
    this.held = { name, line: lines[Math.min(here, lines.length - 1)] };
  }

  step(by) {
    const all = this.order();
    const here = all.findIndex(({ line }) => line === this.held.line);
    this.held = all[(here + by + all.length) % all.length];
  }

  jump() {
    const name = this.held.name === "columns" ? "rows" : "columns";
    this.held = { name, line: this.lists[name].lines[0] };
  }

  wanted() {
    const plain = (name) => this.lists[name].lines.map(({ at, was }) => ({ at, was }));
    return { fragment: this.part.fragment, columns: plain("columns"), rows: plain("rows") };
  }

  finish(keep) { this.done(keep ? this.wanted() : null); }

  // True where the key was one of the lines'
  key(event) {
    const arrows = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, -1], ArrowDown: [1, 1] };
    const arrow = arrows[event.key];
    const far = event.shiftKey ? 10 : 1;
    const acts = {
      Enter: () => this.finish(true), Escape: () => this.finish(false), "]": () => this.step(1), "[": () => this.step(-1), "/": () => this.jump(),
      c: () => this.add("columns"), r: () => this.add("rows"), x: () => this.remove(), Delete: () => this.remove(),
    };
    if (arrow) {
      if (arrow[0] !== this.lists[this.held.name].along) this.jump();
      else this.moveTo(this.held.line.at + arrow[1] * far);
    } else if (acts[event.key]) acts[event.key]();
    else return false;
    return true;
  }

  // A press at a point: the line there is held and follows; a double click on none puts one in
  press(event, place, scale, paint) {
    const found = this.near(place(event), NEAR / scale);
    if (!found) return false;
    this.held = found;
    paint();
    const move = (now) => { this.moveTo(place(now)[this.lists[found.name].along]); paint(); };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", () => window.removeEventListener("pointermove", move), { once: true });
    return true;
  }
}
