// The first job: check what was found.

import { freshId, get, send, waiting } from "./api.js";
import { CheckPainter, id, nearMiss, pagePath, TYPE_NAMES, TYPES } from "./check_paint.js";
import { make, tell } from "./dom.js";
import { showRow } from "./grid.js";
import { ahead, PageView } from "./page.js";

const POLL = 3000;

export class CheckJob extends CheckPainter {
  name = "check";

  constructor(me) {
    super();
    this.me = me;
    this.trail = []; // what waits for a decision, and what was decided since the page was opened
    this.documents = new Map();
    this.rows = [];
    this.at = null; // {document, key}
    this.along = "trail";
    this.marked = [];
    this.pending = new Map(); // "document key" -> decision on its way
    this.view = new PageView((item) => this.choose(this.at.document, item, "document"), (page, box) => this.add(page, box));
    this.work = make("ul", { class: "items" });
    this.inside = make("ul", { class: "items" });
    this.list = make("ul", { class: "items" });
    this.workTitle = make("h2", {}, "To decide");
    this.insideTitle = make("h2", {}, "In this document");
    this.listTitle = make("h2", {}, "Documents");
    this.pager = make("div", { class: "bar" });
    this.detail = make("div", { class: "detail" });
    this.grid = make("div", { class: "gridplace" });
    this.why = make("input", { id: "why", maxlength: 2000, placeholder: "goes with the next decision" });
  }

  elements() {
    return [
      make("nav", { class: "side", "aria-label": "Worklist" }, this.workTitle, this.work, this.insideTitle, this.inside, this.listTitle, this.list),
      make("section", { class: "middle", "aria-label": "Page" }, this.pager, this.view.element),
      make("section", { class: "right", "aria-label": "Table" }, this.detail, this.grid),
    ];
  }

  keys() {
    return [
      ["j k", "next, previous"], ["o", "go on along the documents, or the worklist"], ["y", "accept"], ["n", "reject"], ["1 2 3 4", `type: ${TYPE_NAMES.join(", ").toLowerCase()}`],
      ["u", "undo your last decision in this document"], ["← →", "previous, next page"], ["↑ ↓", "choose a row"],
      ["s", "split the table before the chosen row"], ["m", "mark the table for joining"], ["g", "join it with the marked ones"],
      ["a", "add a missed table: draw a box"], ["+ - 0", "zoom"], ["w", "say why"], ["?", "this list"],
    ];
  }

  async start() {
    await this.refresh();
    const first = this.trail[0] ?? (this.rows[0] && { document: this.rows[0].key, key: null });
    if (first) await this.choose(first.document, first.key, this.trail.length ? "trail" : "document");
    this.timer = setInterval(() => this.refresh().catch(() => {}), POLL);
  }

  close() { clearInterval(this.timer); }

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

  busy(document) { return waiting().some((one) => one.path.includes(document)); }

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
    if (row) Object.assign(row, { open: found.open, tables: found.tables, version: found.version, has_soe: found.has_soe });
  }

  async choose(document, key, along) {
    this.along = along ?? this.along;
    const wanted = { document, key };
    this.at = wanted;
    const found = await this.load(document);
    if (this.at !== wanted) return;
    if (!found.items.some((item) => item.key === key)) wanted.key = found.items[0]?.key ?? null;
    const item = this.item();
    this.row = null;
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

  // Whether an item still waits: in the worklist for a needed decision, in a document for any
  waits(item) { return !this.pending.has(id(item)) && (this.along === "trail" ? item.open : item.open || !item.decision); }

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
      else if (this.along === "document") await this.goDocument(step, open);
      else this.paint();
    } catch (error) { tell(error.message); }
  }

  // On to the next document; after a decision, to the next with something undecided
  async goDocument(step, open) {
    const here = this.rows.findIndex((row) => row.key === this.at?.document);
    for (let i = here + step; i >= 0 && i < this.rows.length; i += step) {
      const found = this.rows[i].error ? null : await this.load(this.rows[i].key);
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

  // Decisions

  decide(what, decision = "") {
    const found = this.document();
    if (!found) return;
    const at = { ...this.at };
    const body = {
      id: freshId(), who: this.me.name, why: this.why.value.trim(),
      what: { ...what, result: found.fingerprint, seen: found.version },
    };
    this.why.value = "";
    this.pending.set(id(at), decision || "…");
    const after = (said) => {
      this.pending.delete(id(at));
      if (said) this.take(said);
      if (this.at?.document === at.document) {
        if (!this.item()) this.at.key = this.document().items[0]?.key ?? null;
        this.paint();
      } else this.paintLists();
    };
    const refused = async () => { this.documents.delete(at.document); await this.load(at.document); after(); };
    send(`/api/documents/${at.document}/corrections`, body, after, refused);
    return body.id;
  }

  accept() {
    const item = this.item();
    if (!item) return;
    if (item.key.startsWith("p")) return tell("Draw the box of the missed table with a, or reject with n: nothing there.");
    const near = nearMiss(item.key);
    this.decide(near && !this.table()?.rows ? { action: "accept", near_miss: near } : { action: "accept", table: item.key }, "accept");
    this.go(1, true);
  }

  reject() {
    const item = this.item();
    if (!item) return;
    const near = nearMiss(item.key);
    const what = near ? { near_miss: near } : item.key.startsWith("p") ? { page: Number(item.key.slice(1)) } : { table: item.key };
    this.decide({ action: "reject", ...what }, "reject");
    this.go(1, true);
  }

  retype(number) {
    const near = nearMiss(this.at?.key ?? "");
    const type = { table_type: TYPES[number] };
    if (this.table()?.rows) this.decide({ action: "retype", table: this.at.key, ...type }, "accept");
    else if (near) this.decide({ action: "accept", near_miss: near, ...type }, "accept");
    else return tell("A page has no type; draw the box of the missed table with a.");
    this.go(1, true);
  }

  undo() {
    const found = this.document();
    if (!found) return;
    const undone = new Set(found.log.filter((one) => one.what.action === "undo").map((one) => one.what.correction));
    const queued = waiting().filter((one) => one.path.includes(found.key)).map((one) => one.body);
    for (const one of queued) if (one.what.action === "undo") undone.add(one.what.correction);
    const mine = [...found.log, ...queued].filter((one) => one.who === this.me.name && one.what.action !== "undo" && !undone.has(one.id));
    const last = mine.at(-1);
    if (!last) return tell("Nothing of yours to undo in this document.");
    const what = last.what;
    const key = what.table ?? what.tables?.[0] ?? (what.near_miss ? `r${what.near_miss}` : what.page !== undefined ? `p${what.page}` : null);
    if (key && found.items.some((item) => item.key === key)) { this.at.key = key; this.page = this.item().pages[0] ?? this.page; }
    this.decide({ action: "undo", correction: last.id });
    tell(`Undone: ${what.action}`);
    this.paint();
  }

  mark() {
    if (!this.table()?.rows) return;
    const key = this.at.key;
    this.marked = this.marked.includes(key) ? this.marked.filter((one) => one !== key) : [...this.marked, key];
    this.paint();
  }

  join() {
    const keys = [...new Set([...this.marked, this.at.key])];
    const order = this.document().items.filter((item) => keys.includes(item.key)).sort((a, b) => (a.pages[0] ?? 0) - (b.pages[0] ?? 0)).map((item) => item.key);
    if (order.length < 2) return tell("Mark the other tables first (m), then join.");
    this.marked = [];
    this.at.key = order[0];
    this.decide({ action: "join", tables: order });
  }

  split() {
    const table = this.table();
    if (!table?.rows) return;
    const row = this.row ?? table.row_pages.findIndex((page, r) => r > table.header_rows && page !== table.row_pages[r - 1]);
    if (!(row > table.header_rows)) return tell("Choose the first row of the second table (arrow keys or a click), then split.");
    this.decide({ action: "split", table: this.at.key, row });
  }

  add(page, box) { this.decide({ action: "add", page, box }); }

  // Keys

  key(event) {
    if (this.view.drawingKey(event)) return true;
    const actions = {
      j: () => this.go(1), k: () => this.go(-1), y: () => this.accept(), n: () => this.reject(), u: () => this.undo(),
      s: () => this.split(), m: () => this.mark(), g: () => this.join(), a: () => this.view.startDrawing(), w: () => this.why.focus(), o: () => this.across(),
      "+": () => this.view.zoomBy(1), "=": () => this.view.zoomBy(1), "-": () => this.view.zoomBy(-1), 0: () => this.view.zoomBy(0),
      ArrowLeft: () => this.turn(-1), ArrowRight: () => this.turn(1), ArrowUp: () => this.step(-1), ArrowDown: () => this.step(1),
      1: () => this.retype(0), 2: () => this.retype(1), 3: () => this.retype(2), 4: () => this.retype(3),
    };
    const action = actions[event.key];
    if (action) action();
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
    const table = this.table();
    if (!table?.rows?.length) return;
    const to = this.row === null ? table.header_rows : this.row + by;
    if (to >= table.header_rows && to < table.rows.length) this.chooseRow(to);
  }

  chooseRow(number) {
    this.row = number;
    showRow(this.grid, number);
    const page = this.table().row_pages[number];
    if (page && page !== this.page) { this.page = page; this.paintPage(); }
  }
}
