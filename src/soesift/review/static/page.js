// The page picture with boxes over the tables; zoom; a box drawn with the mouse or the arrow keys.

import { picture } from "./api.js";
import { make, svg } from "./dom.js";

const DPI = { usual: 110, large: 220 };
const ZOOMS = [0.5, 0.7, 1, 1.4, 2, 3];
const KEPT = 16;
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
  constructor(onpick, ondraw) {
    this.zoom = 2;
    this.ondraw = ondraw;
    this.onpick = onpick;
    this.image = make("img", { alt: "" });
    this.layer = svg("svg", { "aria-hidden": "true", class: "layer" });
    this.sheet = make("div", { class: "sheet" }, this.image, this.layer);
    this.frame = make("div", { class: "frame", tabindex: 0, role: "region", "aria-label": "Page picture" }, this.sheet);
    this.note = make("p", { class: "quiet note" });
    this.element = make("div", { class: "page" }, this.note, this.frame);
    this.layer.addEventListener("pointerdown", (event) => this.press(event));
    this.drawing = null;
  }

  async show(path, number, boxes, chosen) {
    this.boxes = boxes.filter((box) => box.page === number);
    this.chosen = chosen;
    const size = this.zoom > 2 ? "large" : "usual";
    const wanted = `${path}?size=${size}`;
    const moved = this.path !== path || this.number !== number;
    this.path = path;
    this.number = number;
    const turn = (this.turn = (this.turn ?? 0) + 1); // the same page may be shown again while its picture still comes
    try {
      const url = await load(wanted);
      if (this.turn !== turn) return;
      this.image.src = url;
      await this.image.decode();
    } catch (error) {
      if (this.turn === turn) this.empty(`No picture of this page: ${error.message}`);
      return;
    }
    if (this.turn !== turn) return;
    this.points = 72 / DPI[size];
    this.image.alt = `Page ${number}: ${this.boxes.length || "no"} ${this.boxes.length === 1 ? "box" : "boxes"}`;
    this.note.textContent = "";
    this.sheet.hidden = false;
    this.paint();
    if (moved) this.reveal();
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
    this.sheet.style.width = `${ZOOMS[this.zoom] * 100}%`;
    const shapes = this.boxes.map((box) => this.shape(box.box, `${box.role}${box.item === this.chosen ? " chosen" : ""}`, box.item));
    if (this.drawing) shapes.push(this.shape(this.drawing, "drawing"));
    this.layer.replaceChildren(...shapes);
  }

  shape([x0, top, x1, bottom], kind, item) {
    const size = { x: Math.min(x0, x1), y: Math.min(top, bottom), width: Math.abs(x1 - x0), height: Math.abs(bottom - top) };
    const rect = svg("rect", { ...size, rx: 3, class: `box ${kind}` });
    if (item) rect.dataset.item = item;
    return rect;
  }

  reveal() {
    const box = this.layer.querySelector(".chosen");
    if (box) box.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  zoomBy(step) {
    this.zoom = step === 0 ? 2 : Math.max(0, Math.min(ZOOMS.length - 1, this.zoom + step));
    if (this.path) this.show(this.path, this.number, this.boxes, this.chosen);
  }

  startDrawing() {
    if (!this.path) return false;
    const [, , width, height] = this.layer.getAttribute("viewBox").split(" ").map(Number);
    this.drawing = [width * 0.1, height * 0.2, width * 0.9, height * 0.6].map(Math.round);
    this.note.textContent = "Drag a box, or move it with the arrow keys (with Shift: its size); Enter keeps it, Esc drops it.";
    this.frame.focus();
    this.paint();
    return true;
  }

  drawingKey(event) {
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
    this.paint();
    if (keep) this.ondraw(this.number, [Math.min(x0, x1), Math.min(top, bottom), Math.max(x0, x1), Math.max(top, bottom)]);
  }

  place(event) {
    const around = this.layer.getBoundingClientRect();
    const [, , width, height] = this.layer.getAttribute("viewBox").split(" ").map(Number);
    return [((event.clientX - around.left) / around.width) * width, ((event.clientY - around.top) / around.height) * height];
  }

  press(event) {
    if (!this.drawing) {
      const item = event.target.dataset?.item;
      if (item) this.onpick(item);
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
