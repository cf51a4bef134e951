// The page picture with boxes over the tables; zoom; a box drawn with the mouse or the arrow keys.

import { picture } from "./api.js";
import { make, svg } from "./dom.js";

const DPI = { usual: 110, large: 220 };
const STEP = 1.3; // one zoom step
const SMALLEST = 0.3, LARGEST = 6; // widths of the sheet, in widths of the frame
const READABLE = 1.25; // screen pixels a point from which small print can be read
const SMALL = 1.1; // and at which it still can: so small where that brings the whole width of a table into sight
const KEPT = 16;
const TRIES = 6, PAUSE = 700; // of a picture that did not come; ms, longer each time
const pictures = new Map();

function load(path) {
  if (!pictures.has(path)) {
    const found = picture(path);
    pictures.set(path, found);
    found.catch(() => pictures.delete(path));
    if (pictures.size > KEPT) {
      const [oldest, url] = pictures.entries().next().value;
      pictures.delete(oldest);
      url.then((it) => URL.revokeObjectURL(it), () => {});
    }
  }
  return pictures.get(path);
}

export const ahead = (path) => { load(`${path}?size=usual`).catch(() => {}); };

export class PageView {
  constructor(onpick, ondraw, onpoint = () => {}) {
    this.scale = null; // width of the sheet in widths of the frame; null: fitted to the table
    this.onpoint = onpoint;
    this.lit = [];
    this.ondraw = ondraw;
    this.onpick = onpick;
    this.image = make("img", { alt: "" });
    this.layer = svg("svg", { "aria-hidden": "true", class: "layer" });
    this.sheet = make("div", { class: "sheet" }, this.image, this.layer);
    this.frame = make("div", { class: "frame", tabindex: 0, role: "region", "aria-label": "Page picture" }, this.sheet);
    this.note = make("p", { class: "quiet note" });
    this.element = make("div", { class: "page" }, this.note, this.frame);
    this.lines = null; // a LineEditor while lines are moved
    this.layer.addEventListener("dblclick", (event) => this.putLine(event));
    this.layer.addEventListener("pointerdown", (event) => this.press(event));
    this.frame.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.drawing = null;
  }

  async show(path, number, boxes, chosen, tries = 0) {
    this.boxes = boxes.filter((box) => box.page === number);
    this.chosen = chosen;
    const size = this.frame.clientWidth * (this.scale ?? 1.5) > 1300 ? "large" : "usual";
    const wanted = `${path}?size=${size}`;
    const moved = this.path !== path || this.number !== number;
    this.path = path;
    this.number = number;
    const turn = (this.turn = (this.turn ?? 0) + 1); // the same page may be shown again while its picture still comes
    if (moved && !this.lines) setTimeout(() => { if (this.turn === turn && this.image.alt !== named) this.note.textContent = `Drawing page ${number} …`; }, 400);
    const named = `Page ${number}: ${this.boxes.length || "no"} ${this.boxes.length === 1 ? "box" : "boxes"}`;
    if (moved) this.image.alt = "";
    try {
      const url = await load(wanted);
      if (this.turn !== turn) return;
      this.image.src = url;
      await this.image.decode();
    } catch (error) {
      if (this.turn !== turn) return;
      this.empty(`No picture of this page: ${error.message}`);
      const now = this.turn; // asked for again while its page is shown: too many were waited for, say
      if (tries < TRIES) setTimeout(() => { if (this.turn === now) this.show(path, number, boxes, chosen, tries + 1); }, PAUSE * (tries + 1));
      return;
    }
    if (this.turn !== turn) return;
    this.points = 72 / DPI[size];
    this.image.alt = named;
    if (!this.lines && !this.drawing) this.note.textContent = "";
    this.sheet.hidden = false;
    this.paint();
    if (this.lines) return; // what is being moved stays under the hand
    if (moved) this.reveal();
    else this.revealLit();
  }

  empty(text) {
    this.path = null;
    this.turn = (this.turn ?? 0) + 1;
    this.sheet.hidden = true;
    this.note.textContent = text;
  }

  paint() {
    const width = this.image.naturalWidth * this.points;
    const height = this.image.naturalHeight * this.points;
    this.layer.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.sheet.style.width = `${(this.scale ?? this.fitted(width)) * 100}%`;
    const lit = this.lit.filter((one) => one.page === this.number).map((one) => this.shape(one.box, "lit"));
    const shapes = this.boxes.map((box) => this.shape(box.box, `${box.role}${box.item === this.chosen ? " chosen" : ""}`, box.item));
    shapes.push(...lit);
    if (this.drawing) shapes.push(this.shape(this.drawing, "drawing"));
    if (this.lines?.part.page === this.number) shapes.push(...this.lines.shapes());
    this.layer.replaceChildren(...shapes);
  }

  shape([x0, top, x1, bottom], kind, item) {
    const size = { x: Math.min(x0, x1), y: Math.min(top, bottom), width: Math.abs(x1 - x0), height: Math.abs(bottom - top) };
    const rect = svg("rect", { ...size, rx: 3, class: `box ${kind}` });
    if (item) rect.dataset.item = item;
    return rect;
  }

  // The chosen table as wide as the frame, but never so small that its print cannot be read
  fitted(width) {
    const box = this.boxes.find((one) => one.item === this.chosen && one.role !== "footnotes");
    const frame = this.frame.clientWidth || 1;
    const wide = box ? width / Math.max(box.box[2] - box.box[0] + 12, 1) : 1;
    if (wide * frame >= SMALL * width) return Math.min(LARGEST, wide);
    return Math.max(1, Math.min(LARGEST, (READABLE * width) / frame));
  }

  reveal() {
    if (this.revealLit()) return;
    const box = this.boxes.find((one) => one.item === this.chosen);
    if (box) this.scrollTo(box.box[0] - 6, box.box[1] - 6);
  }

  // In points of the page, to the upper left corner of the frame
  scrollTo(x, y) {
    const scale = this.sheet.clientWidth / (this.image.naturalWidth * this.points || 1);
    this.frame.scrollTo({ left: x * scale, top: y * scale, behavior: "instant" });
  }

  light(boxes) {
    this.lit = boxes;
    if (!this.path || this.sheet.hidden || !this.layer.hasAttribute("viewBox")) return;
    this.paint();
    this.revealLit();
  }

  revealLit() {
    const lit = this.layer.querySelector(".box.lit");
    if (!lit) return false;
    const box = lit.getBoundingClientRect(), frame = this.frame.getBoundingClientRect();
    const off = (low, high, first, last) => (low >= first && high <= last ? 0 : (low + high) / 2 - (first + last) / 2);
    const wide = box.width > frame.width;
    this.frame.scrollBy({ left: wide ? 0 : off(box.left, box.right, frame.left, frame.right), top: off(box.top, box.bottom, frame.top, frame.bottom), behavior: "instant" });
    return true;
  }

  zoomBy(step) {
    this.zoomTo(step === 0 ? null : this.width() * STEP ** step);
  }

  width() { return this.sheet.clientWidth / (this.frame.clientWidth || 1); }

  // `at`: the place of the frame that stays where it is, in pixels
  zoomTo(scale, at = [this.frame.clientWidth / 2, this.frame.clientHeight / 2]) {
    if (!this.path) return;
    const before = this.width();
    this.scale = scale === null ? null : Math.max(SMALLEST, Math.min(LARGEST, scale));
    const [left, top] = [this.frame.scrollLeft + at[0], this.frame.scrollTop + at[1]];
    this.paint();
    const grown = this.width() / before;
    if (scale === null) this.reveal();
    else this.frame.scrollTo({ left: left * grown - at[0], top: top * grown - at[1], behavior: "instant" });
    this.show(this.path, this.number, this.boxes, this.chosen);
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const frame = this.frame.getBoundingClientRect();
    this.zoomTo(this.width() * STEP ** (-Math.sign(event.deltaY) / 2), [event.clientX - frame.left, event.clientY - frame.top]);
  }

  startDrawing() {
    if (!this.path) return false;
    this.before = this.scale;
    const whole = (this.frame.clientHeight * this.image.naturalWidth) / ((this.frame.clientWidth || 1) * this.image.naturalHeight);
    this.zoomTo(Math.min(1, whole)); // to see where it belongs
    const [, , width, height] = this.layer.getAttribute("viewBox").split(" ").map(Number);
    this.drawing = [width * 0.1, height * 0.2, width * 0.9, height * 0.6].map(Math.round);
    this.note.textContent = "Drag a box, or move it with the arrow keys (with Shift: its size); Enter keeps it, Esc drops it.";
    this.frame.focus();
    this.paint();
    return true;
  }

  startLines(editor) {
    if (!this.path) return;
    this.lines = editor;
    this.frame.focus();
    this.paintLines();
  }

  paintLines() {
    this.paint();
    this.lineBar ??= make("div", { class: "bar lines", role: "group", "aria-label": "Lines of the table" });
    const button = (text, key, act) => make("button", { type: "button", "aria-keyshortcuts": key, onclick: () => { act(); if (this.lines) { this.frame.focus(); this.paintLines(); } } }, text, " ", make("kbd", { "aria-hidden": "true" }, key === "Escape" ? "Esc" : key));
    const lines = this.lines;
    this.lineSaid ??= make("p", { class: "quiet", role: "status" });
    this.lineSaid.textContent = lines.said();
    this.lineBar.replaceChildren(
      button("Read again", "Enter", () => lines.finish(true)), button("Drop", "Escape", () => lines.finish(false)),
      button("Column line", "c", () => lines.add("columns")), button("Row line", "r", () => lines.add("rows")), button("Take out", "x", () => lines.remove()),
      button("Previous", "[", () => lines.step(-1)), button("Next", "]", () => lines.step(1)), button("Rows or columns", "/", () => lines.jump()));
    this.note.textContent = "Drag a line, or choose one with [ ] and move it with the arrow keys (with Shift: ten points). A double click puts in a column line, with Shift a row line.";
    if (!this.lineBar.isConnected) this.note.after(this.lineBar, this.lineSaid);
    const held = this.layer.querySelector(".line.chosen");
    if (held) this.nearTo(held);
  }

  // A line that was moved out of the frame is followed
  nearTo(line) {
    const box = line.getBoundingClientRect(), frame = this.frame.getBoundingClientRect();
    if (line.classList.contains("upright")) {
      if (box.left < frame.left || box.right > frame.right) this.frame.scrollBy({ left: box.left - (frame.left + frame.right) / 2, behavior: "instant" });
    } else if (box.top < frame.top || box.bottom > frame.bottom) this.frame.scrollBy({ top: box.top - (frame.top + frame.bottom) / 2, behavior: "instant" });
  }

  endLines() {
    this.lines = null;
    this.note.textContent = "";
    this.lineBar?.remove();
    this.lineSaid?.remove();
    if (this.path) this.paint();
  }

  putLine(event) {
    if (!this.lines) return;
    const point = this.place(event);
    const name = event.shiftKey ? "rows" : "columns";
    this.lines.add(name, point[this.lines.lists[name].along]);
    this.paintLines();
  }

  // Points of the page to pixels of the screen
  pixels() { return this.sheet.clientWidth / (this.image.naturalWidth * this.points || 1); }

  drawingKey(event) {
    if (this.lines) {
      if (event.target.closest?.(".lines") && event.key === "Enter") return false; // its buttons
      if (!this.lines.key(event)) return false;
      event.preventDefault();
      if (this.lines) this.paintLines();
      return true;
    }
    if (!this.drawing) return false;
    const steps = { ArrowLeft: [-6, 0], ArrowRight: [6, 0], ArrowUp: [0, -6], ArrowDown: [0, 6] };
    if (event.key === "Enter") this.finish(true);
    else if (event.key === "Escape") this.finish(false);
    else if (steps[event.key]) {
      const [dx, dy] = steps[event.key];
      const [x0, top, x1, bottom] = this.drawing;
      const move = event.shiftKey ? 0 : 1;
      this.drawing = [x0 + dx * move, top + dy * move, x1 + dx, bottom + dy];
      this.paint();
    } else return false;
    event.preventDefault();
    return true;
  }

  finish(keep) {
    const [x0, top, x1, bottom] = this.drawing;
    this.drawing = null;
    this.note.textContent = "";
    this.zoomTo(this.before);
    this.paint();
    if (keep) this.ondraw(this.number, [Math.min(x0, x1), Math.min(top, bottom), Math.max(x0, x1), Math.max(top, bottom)]);
  }

  // Drag moves the sheet; a press that does not move is a click
  pan(event, click) {
    const from = [event.clientX, event.clientY, this.frame.scrollLeft, this.frame.scrollTop];
    let moved = false;
    const move = (now) => {
      const [dx, dy] = [now.clientX - from[0], now.clientY - from[1]];
      moved ||= Math.hypot(dx, dy) > 4;
      if (moved && event.pointerType === "mouse") this.frame.scrollTo({ left: from[2] - dx, top: from[3] - dy, behavior: "instant" });
    };
    const end = () => { window.removeEventListener("pointermove", move); if (!moved) click(); };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end, { once: true });
  }

  place(event) {
    const around = this.layer.getBoundingClientRect();
    const [, , width, height] = this.layer.getAttribute("viewBox").split(" ").map(Number);
    return [((event.clientX - around.left) / around.width) * width, ((event.clientY - around.top) / around.height) * height];
  }

  press(event) {
    if (this.lines?.press(event, (now) => this.place(now), this.pixels(), () => this.paintLines())) { event.preventDefault(); return; }
    if (!this.drawing) {
      this.pan(event, () => {
        if (this.lines) return;
        const item = event.target.dataset?.item;
        if (item && item !== this.chosen) this.onpick(item);
        else this.onpoint(this.number, this.place(event));
      });
      return;
    }
    const from = this.place(event);
    this.layer.setPointerCapture(event.pointerId);
    const move = (now) => { this.drawing = [...from, ...this.place(now)].map((v) => Math.round(v * 10) / 10); this.paint(); };
    const end = () => {
      this.layer.removeEventListener("pointermove", move);
      const [x0, top, x1, bottom] = this.drawing;
      if (Math.abs(x1 - x0) > 5 && Math.abs(bottom - top) > 5) this.finish(true);
    };
    this.layer.addEventListener("pointermove", move);
    this.layer.addEventListener("pointerup", end, { once: true });
    event.preventDefault();
  }
}
