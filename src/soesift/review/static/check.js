// The first job: check what was found.

import { get } from "./api.js";
import { CheckMender } from "./check_mend.js";
import { id, nearMiss, pagePath, TYPE_NAMES } from "./check_paint.js";
import { byId, make, tell } from "./dom.js";
import { showCell, showRow } from "./grid.js";
import { ahead, PageView } from "./page.js";

const POLL = 3000;

export class CheckJob extends CheckMender {
  name = "check";

  constructor(me, first = null, item = null, signs = false) {
    super();
    this.me = me;
    this.first = first; // key of the document to begin with
    this.firstItem = item; // and of what in it
    this.signs = signs; // whether documents are signed here
    this.trail = []; // what waits for a decision, and what was decided since the page was opened
    this.documents = new Map();
    this.rows = [];
    this.at = null; // {document, key}
    this.along = "trail";
    this.marked = [];
    this.pending = new Map(); // "document key" -> decision on its way
    this.view = new PageView((item) => this.choose(this.at.document, item, "document"), (page, box) => this.add(page, box), (page, point) => this.pickPoint(page, point));
    this.splitter = make("div", { class: "splitter", role: "separator", tabindex: 0, "aria-orientation": "vertical", "aria-label": "Width of the page picture",
      "aria-valuemin": 15, "aria-valuemax": 85, onpointerdown: (event) => this.dragSplit(event), onkeydown: (event) => this.keySplit(event) });
    this.work = make("ul", { class: "items" });
    this.inside = make("ul", { class: "items" });
    this.list = make("ul", { class: "items" });
    this.workTitle = make("h2", {}, "To decide");
    this.insideTitle = make("h2", {}, "In this document");
    this.standing = make("div", { class: "standing", role: "status" });
    this.listTitle = make("h2", {}, "Documents");
    this.pager = make("div", { class: "bar" });
    this.detail = make("div", { class: "detail" });
    this.grid = make("div", { class: "gridplace" });
    this.reason = make("p", { class: "reason", role: "status" });
    this.why = make("input", { id: "why", maxlength: 2000, placeholder: "goes with the next decision" });
  }

  elements() {
    return [
      make("nav", { class: "side", "aria-label": "Worklist" }, this.insideTitle, this.standing, this.inside, this.workTitle, this.work, this.listTitle, this.list),
      make("section", { class: "middle", "aria-label": "Page" }, this.pager, this.view.element),
      this.splitter,
      make("section", { class: "right", "aria-label": "Table" }, this.detail, this.grid),
    ];
  }

  keys() {
    return [
      ["j k", "next, previous"], ["o", "go on along the documents, or the worklist"], ["y", "accept"], ["n", "reject"], ["1 2 3 4", `type: ${TYPE_NAMES.join(", ").toLowerCase()}`],
      ["u", "undo your last decision in this document"], ["← →", "previous, next page"], ["↑ ↓", "choose a row"],
      ["s", "split the table before the chosen row"], ["m", "mark the table for joining"], ["g", "join it with the marked ones"],
      [". c", "next doubt; it is right as it was read"], ["e [ ]", "edit the chosen cell, note or visit; choose the cell left, right"], ["N P", "next, previous footnote"], ["v", "visit table, and back to the grid"], ["t f", "edit the title; add a footnote (double click edits one)"],
      ["i x I X", "insert, remove a row; a column"], ["l p", "merge the cell with the one right of it; part it"], ["h H", "shorter, longer header"], ["b", "move the lines of the table on the page, and have it read again"], ["r", "redo"],
      ...(this.signs ? [["S", "sign the document, when all of it was looked at"]] : []), ["a", "add a missed table: draw a box"], ["+ - 0", "zoom"], ["w", "say why"], ["?", "this list"],
    ];
  }

  // Share of page and table, in percent for the page; kept in this browser
  setSplit(share) {
    const now = Math.round(Math.max(15, Math.min(85, share)));
    localStorage.setItem("soesift.split", String(now));
    this.splitter.setAttribute("aria-valuenow", String(now));
    const main = this.splitter.parentElement;
    main?.style.setProperty("--page", `${now}fr`);
    main?.style.setProperty("--table", `${100 - now}fr`);
  }

  dragSplit(event) {
    event.preventDefault();
    const [left, right] = [this.splitter.previousElementSibling, this.splitter.nextElementSibling].map((one) => one.getBoundingClientRect());
    const move = (now) => this.setSplit((100 * (now.clientX - left.left)) / (right.right - left.left));
    const end = () => { window.removeEventListener("pointermove", move); this.paintPage(); };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end, { once: true });
  }

  keySplit(event) {
    const step = { ArrowLeft: -4, ArrowRight: 4 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    this.setSplit(Number(this.splitter.getAttribute("aria-valuenow")) + step);
    this.paintPage();
  }

  async start() {
    this.setSplit(Number(localStorage.getItem("soesift.split")) || 50);
    await this.refresh();
    const given = this.first && this.rows.some((row) => row.key === this.first);
    const worklist = !this.signs && this.trail.some((item) => item.document === this.first && item.key === this.firstItem);
    if (given) await this.choose(this.first, this.firstItem || null, worklist ? "trail" : "document");
    const first = given ? null : this.trail[0] ?? (this.rows[0] && { document: this.rows[0].key, key: null });
    if (first) await this.choose(first.document, first.key, this.trail.length ? "trail" : "document");
    this.timer = setInterval(() => { if (!this.out.size) this.refresh().catch(() => {}); }, POLL); // nothing read anew beside edits
  }

  close() {
    clearInterval(this.timer);
    this.closed = true;
    byId("main").removeAttribute("aria-busy");
  }

  async refresh() {
    const seen = await get("/api/documents");
    this.rows = seen.documents;
    const known = new Map(this.trail.map((item) => [id(item), item]));
    for (const item of seen.worklist) known.set(id(item), item);
    this.trail = [...known.values()];
    for (const row of this.rows) {
      const held = this.documents.get(row.key);
      if (held && held.version !== row.version && !this.busy(row.key)) this.documents.delete(row.key);
    }
    if (this.at && !this.documents.has(this.at.document)) await this.load(this.at.document).then(() => this.paint());
    this.paintLists();
  }

  busy(document) { return this.underway(document).length > 0; }

  async load(key) {
    if (!this.documents.has(key)) this.take(await get(`/api/documents/${key}`));
    return this.documents.get(key);
  }

  take(found) {
    this.documents.set(found.key, found);
    for (const item of found.items) {
      const known = this.trail.find((one) => id(one) === id(item));
      if (known) Object.assign(known, item);
      else if (item.open) this.trail.push(item);
    }
    const there = new Set(found.items.map(id));
    this.trail = this.trail.filter((item) => item.document !== found.key || there.has(id(item)));
    const row = this.rows.find((one) => one.key === found.key);
    if (row) Object.assign(row, { open: found.open, unseen: found.unseen, left: found.left, signed: found.signed, tables: found.tables, version: found.version, has_soe: found.has_soe });
  }

  async choose(document, key, along) {
    this.along = along ?? this.along;
    const before = this.at;
    const wanted = { document, key };
    if (this.view.lines) this.view.endLines();
    this.at = wanted;
    this.moving = wanted; // until it is shown, no key decides: nobody has seen it
    let found = null;
    try {
      found = await this.load(document);
    } catch (error) {
      if (this.at === wanted) this.at = before;
      throw error;
    } finally {
      if (this.moving === wanted) this.moving = null;
    }
    if (this.at !== wanted) return;
    if (!found.items.some((item) => item.key === key)) wanted.key = found.items[0]?.key ?? null;
    const item = this.item();
    history.replaceState(null, "", `#check/${document}/${encodeURIComponent(wanted.key ?? "")}`);
    this.chooseNoCell();
    this.noteHeld = undefined;
    this.visitHeld = null;
    this.page = item?.pages[0] ?? 1;
    this.paint();
    this.preview(found, wanted);
    this.ahead();
  }

  // What the place of a near miss shows, read from the document while the person looks at the page
  async preview(found, wanted) {
    const near = nearMiss(wanted.key ?? "");
    if (!near || found.shown[wanted.key].rows || found.shown[wanted.key].read || !found.readable) return;
    try {
      found.shown[wanted.key].read = await get(`/api/documents/${found.key}/near/${near}`);
    } catch { return; }
    if (this.at === wanted) this.paintDetail();
  }

  document() { return this.at && this.documents.get(this.at.document); }
  item() { return this.document()?.items.find((item) => item.key === this.at.key); }
  table() { return this.document()?.shown[this.at.key]; }

  ahead() {
    const next = this.neighbour(1);
    if (!next) return;
    this.load(next.document).then((found) => { if (found.pictured && next.pages.length) ahead(pagePath(next.document, next.pages[0])); }, () => {});
  }

  course() { return this.along === "trail" ? this.trail : this.document()?.items ?? []; }

  // Whether an item still waits: in the worklist for a needed decision, in a document also for a first look
  waits(item) { return !this.pending.has(id(item)) && (item.open || (this.along !== "trail" && item.unseen)); }

  neighbour(step, open = false) {
    const list = this.course();
    const here = list.findIndex((item) => this.at && id(item) === id(this.at));
    for (let i = here + step; i >= 0 && i < list.length; i += step) if (!open || this.waits(list[i])) return list[i];
    return open ? list.find((item) => this.waits(item)) ?? null : null;
  }

  async go(step, open = false) {
    const next = this.neighbour(step, open);
    try {
      if (next) await this.choose(next.document, next.key);
      else if (open && this.signs && this.along === "document") { // nothing of it waits any more
        this.paint();
        tell(`All of ${this.document().name} was looked at. S signs it; j goes on to the next document.`);
      } else if (this.along === "document") await this.goDocument(step, open);
      else this.paint();
    } catch (error) { tell(error.message); }
  }

  // On to the next document; after a decision, to the next with something undecided
  async goDocument(step, open) {
    const here = this.rows.findIndex((row) => row.key === this.at?.document);
    const after = step > 0 ? this.rows.slice(here + 1) : this.rows.slice(0, here).reverse();
    for (const row of open ? [...after, ...this.rows.slice(0, here)] : after) {
      const found = row.error ? null : await this.load(row.key);
      const item = found?.items.find((one) => !open || this.waits(one));
      if (item) return this.choose(found.key, item.key);
    }
    this.paint();
  }

  across() {
    this.along = this.along === "trail" ? "document" : "trail";
    const to = this.course().find((item) => this.at && id(item) === id(this.at)) ?? this.course()[0];
    if (to) this.choose(to.document, to.key).catch((error) => tell(error.message));
  }

  // Keys

  key(event) {
    if (this.view.drawingKey(event)) return true;
    const actions = {
      j: () => this.go(1), k: () => this.go(-1), y: () => this.accept(), n: () => this.reject(), u: () => this.undo(),
      s: () => this.split(), m: () => this.mark(), g: () => this.join(), a: () => this.view.startDrawing(), w: () => this.why.focus(), S: () => this.signKey(), o: () => this.across(),
      "+": () => this.view.zoomBy(1), "=": () => this.view.zoomBy(1), "-": () => this.view.zoomBy(-1), 0: () => this.view.zoomBy(0),
      ArrowLeft: () => this.turn(-1), ArrowRight: () => this.turn(1), ArrowUp: () => this.step(-1), ArrowDown: () => this.step(1),
      ...this.mendKeys(),
      1: () => this.retype(0), 2: () => this.retype(1), 3: () => this.retype(2), 4: () => this.retype(3),
    };
    const action = actions[event.key];
    if (action && !this.moving) action();
    return Boolean(action);
  }

  turn(step) {
    const found = this.document();
    const to = (this.page ?? 1) + step;
    if (!found?.pictured || to < 1 || to > (found.pages ?? 1)) return;
    this.page = to;
    this.paintPage();
  }

  step(by) {
    if (this.tab === "visits") return this.chooseVisit((this.visitHeld ?? -1) + by);
    const table = this.table();
    if (!table?.rows?.length) return;
    const to = this.row === null ? table.header_rows : this.row + by;
    if (to >= 0 && to < table.rows.length) this.chooseRow(to);
  }

  // The cell printed at a point of the page
  pickPoint(page, [x, y]) {
    const found = Object.entries(this.table()?.boxed ?? {}).find(([, [on, x0, top, x1, bottom]]) => on === page && x0 <= x && x <= x1 && top <= y && y <= bottom);
    if (!found) return;
    const [row, column] = found[0].split(" ").map(Number);
    if (this.tab === "visits") return this.chooseVisit(this.visits().rows.findIndex((one) => one.column === column));
    this.chooseRow(row);
    this.chooseCell(row, column);
  }

  chooseRow(number) {
    this.row = number;
    this.leaveNote();
    if (this.held?.row !== number) { // the cell of that row in the column where one was
      const cells = this.table().rows[number];
      this.held = { row: number, column: (cells.findLast((cell) => cell.c <= (this.held?.column ?? 0)) ?? cells[0])?.c ?? 0 };
    }
    this.giveReason();
    showRow(this.grid, number);
    showCell(this.grid, this.held.row, this.held.column);
    this.light();
    const page = this.table().row_pages[number];
    if (page && page !== this.page) { this.page = page; this.paintPage(); }
  }
}
