// How the first job looks: lists, page and table.

import { make, tell } from "./dom.js";
import { fitHead, gridOf, notesOf, showCell, showNothing, showRow } from "./grid.js";

export const TYPES = ["main_soa", "track", "domain", "subsidiary"];
export const TYPE_NAMES = ["Main schedule", "One track", "One domain", "Subsidiary"];
const KINDS = { differ: "differ", unsure: "unsure", type: "type?", doubt: "to check", near_miss: "near miss", table: "found", unlikely: "unlikely" };
const SAID = { accept: "accepted", reject: "rejected", "": "" };

export const id = (item) => `${item.document} ${item.key}`;
export const nearMiss = (key) => (/^r\d+$/.test(key) ? Number(key.slice(1)) : undefined);
export const pageNumber = (key) => (/^p\d+$/.test(key) ? Number(key.slice(1)) : NaN);
export const pagePath = (document, page) => `/api/documents/${document}/pages/${page}.png`;

export class CheckPainter {
  paint() {
    this.paintLists();
    this.paintPage();
    this.paintDetail();
  }

  paintLists() {
    const open = this.trail.filter((item) => item.open && !this.pending.has(id(item))).length;
    this.workTitle.textContent = open ? `To decide, all documents: ${open}` : "Nothing left to decide";
    replace(this.work, this.trail.slice(0, 500).map((item) => this.line(item, "trail")));
    const found = this.document();
    this.insideTitle.textContent = found ? `In ${found.name}` : "In this document";
    replace(this.standing, this.standingOf(found));
    replace(this.inside, (found?.items ?? []).map((item) => this.line(item, "document")));
    this.listTitle.textContent = `Documents: ${this.rows.length}`;
    replace(this.list, this.rows.map((row) => this.documentLine(row)));
  }

  line(item, along) {
    const now = this.at && id(item) === id(this.at) && along === this.along;
    const decision = this.pending.get(id(item)) ?? item.decision;
    const done = item.kind === "differ" ? "" : SAID[decision] ?? "saving";
    const name = along === "trail" ? this.rows.find((row) => row.key === item.document)?.name ?? "" : "";
    const where = item.pages.length ? `p. ${item.pages[0]}${item.pages.length > 1 ? `–${item.pages.at(-1)}` : ""}` : "";
    return make("li", {}, make(
      "button",
      { type: "button", class: `item ${done ? "done" : ""}`, "aria-current": now ? "true" : null, "data-id": `${along} ${id(item)}`,
        onclick: () => this.choose(item.document, item.key, along).catch((error) => tell(error.message)) },
      make("span", { class: `chip ${done ? decision : item.kind}` }, done || KINDS[item.kind]), " ",
      make("span", { class: "title", dir: "auto" }, item.title), " ",
      make("span", { class: "quiet" }, [name, where, this.marked.includes(item.key) && along !== "trail" ? "marked" : ""].filter(Boolean).join(", ")),
    ));
  }

  // What the document waits for, what no longer fits it, and the signature
  standingOf(found) {
    if (!found || found.error) return [];
    if (found.unfinished) return [make("p", { class: "quiet" }, "still being read; what is found so far is shown")];
    const left = found.left_out.map((one) => make("li", {}, `${one.when.slice(0, 10)} ${one.who}: ${one.what.action}: ${one.fault} `,
      make("button", { type: "button", "data-id": `aside ${one.id}`, onclick: () => this.setAside(one) }, "Set aside")));
    const said = found.signed.length ? `signed by ${found.signed.join(", ")}` : found.open || found.unseen ? [found.open && `${found.open} to decide`, found.unseen && `${found.unseen} not looked at`].filter(Boolean).join(", ") : left.length ? "" : "all looked at";
    const mine = found.signed.some((who) => who.trim().toLowerCase() === this.me.name.trim().toLowerCase());
    const ready = this.signs && !found.open && !found.unseen && !left.length && !mine;
    return [make("p", { class: "quiet" }, said), left.length ? make("details", { open: true }, make("summary", {}, `${left.length} correction${left.length === 1 ? " no longer fits" : "s no longer fit"}`), make("ul", {}, ...left)) : "",
      ready ? make("button", { type: "button", "data-id": "sign", onclick: () => this.sign() }, found.signed.length ? "Sign, too " : "Sign ", make("kbd", { "aria-hidden": "true" }, "S")) : ""];
  }

  documentLine(row) {
    const now = this.at?.document === row.key;
    const waits = [row.open && `${row.open} to decide`, row.unseen && `${row.unseen} not looked at`, row.left && `${row.left} no longer fit`].filter(Boolean);
    const state = row.error ? "error" : row.unfinished ? "still being read" : waits.join(", ") || (row.signed?.length ? "signed" : "looked at");
    return make("li", {}, make(
      "button", { type: "button", class: "item", "aria-current": now ? "true" : null, "data-id": `list ${row.key}`, onclick: () => this.choose(row.key, null, "document").catch((error) => tell(error.message)) },
      make("span", { class: "title", dir: "auto" }, row.name), " ", make("span", { class: "quiet" }, `${row.tables} table${row.tables === 1 ? "" : "s"}, ${state}`),
    ));
  }

  paintPage() {
    const found = this.document();
    if (!found) return;
    const last = found.pages ?? 0;
    const turn = (step, text, label) => make("button", { type: "button", "aria-label": label, title: label, onclick: () => this.turn(step), disabled: !found.pictured || this.page + step < 1 || this.page + step > last }, text);
    const zoom = (step, text, label) => make("button", { type: "button", "aria-label": label, onclick: () => this.view.zoomBy(step) }, text);
    keepFocus(this.pager, [
      turn(-1, "←", "Previous page"), make("span", { class: "number" }, last ? `Page ${this.page} of ${last}` : "No pages"), turn(1, "→", "Next page"),
      zoom(-1, "−", "Zoom out"), zoom(0, "Fit", "Zoom to fit"), zoom(1, "+", "Zoom in"),
      make("button", { type: "button", disabled: !found.pictured, onclick: () => this.view.startDrawing() }, "Add a table ", make("kbd", { "aria-hidden": "true" }, "a")),
    ]);
    if (this.view.lines && this.view.lines.part.page !== this.page) this.view.endLines();
    if (found.pictured) return this.view.show(pagePath(found.key, this.page), this.page, found.boxes, this.at.key);
    this.view.empty(found.readable ? "A Word document has no pages to show." : "The document itself was not found; start with --documents FOLDER.");
  }

  // The chosen cell, else the row, else the note, on the page picture
  light() {
    const table = this.table();
    if (!table?.boxed) return;
    const note = this.noteHeld !== undefined ? table.footnotes[this.noteHeld] : null;
    const boxes = note ? this.document().boxes.filter((one) => one.item === this.at.key && one.page === note.page && one.role === "footnotes")
      : this.held ? boxesOf(table, (row, column) => row === this.held.row && column === this.held.column) : boxesOf(table, (row) => row === this.row);
    this.showLit(boxes, note?.page);
  }

  lightColumn(column) {
    const table = this.table();
    if (table?.boxed && !table.visits?.transposed) this.showLit(boxesOf(table, (row, c) => c === column && row < table.header_rows));
  }

  showLit(boxes, page = boxes[0]?.page) {
    this.view.lit = boxes;
    if (page && page !== this.page && this.document()?.pictured) { this.page = page; this.paintPage(); } else this.view.light(boxes);
  }

  paintDetail() {
    const found = this.document();
    const item = this.item();
    if (!found || !item) {
      replace(this.detail, [make("h2", {}, found?.name ?? ""), make("p", {}, found?.error ?? found?.verdict ?? "")]);
      replace(this.grid, []);
      return;
    }
    const table = this.table() ?? { footnotes: [], evidence: [], places: [] };
    const decision = this.pending.get(id(this.at)) ?? item.decision;
    const button = (text, key, action, pressed) => make("button", { type: "button", "aria-keyshortcuts": key, "aria-pressed": pressed, onclick: action }, text, " ", make("kbd", { "aria-hidden": "true" }, key));
    const types = table.rows || nearMiss(item.key) ? TYPES.map((type, n) => button(TYPE_NAMES[n], String(n + 1), () => this.retype(n), table.type === type)) : [];
    const said = decision ? `${SAID[decision] ?? "saving"}${item.by ? ` by ${item.by}` : ""}` : "not decided";
    keepFocus(this.detail, [
      make("h2", { dir: "auto" }, item.title),
      make("p", { class: "quiet" }, make("span", { class: `state ${decision}` }, said), ` · ${item.why}. ${table.places?.join("; ") ?? ""}`),
      make("div", { class: "bar", role: "group", "aria-label": "Decision" },
        button("Accept", "y", () => this.accept(), decision === "accept"), button("Reject", "n", () => this.reject(), decision === "reject"),
        button("Undo", "u", () => this.undo())),
      types.length ? make("div", { class: "bar", role: "group", "aria-label": "Type" }, ...types) : "",
      table.rows ? this.mendBar() : "",
      make("p", { class: "whyline" }, make("label", { for: "why" }, "Why "), this.why),
      make("div", { class: "folded" }, table.rows ? this.shapeBar() : "", evidenceOf(table, found, item)),
      table.rows ? this.reason : "",
    ]);
    if (this.tab === "visits" && !table.visits?.rows.length) this.tab = "grid";
    this.giveReason();
    const shown = JSON.stringify([this.at, table, this.tab]);
    const scrolledBack = this.keepScrolled();
    if (this.gridShown !== shown) {
      this.gridShown = shown;
      const seen = table.rows ? table : table.read ?? table;
      replace(this.grid, this.tab === "visits" ? [this.visitsTable()] : [
        gridOf(seen, (row) => this.chooseRow(row), (row, column) => this.chooseCell(row, column), (row, column) => this.editCell(row, column)),
        notesOf(seen, (note) => this.editNote(note)) ?? "",
      ]);
    }
    fitHead(this.grid);
    scrolledBack();
    if (this.tab === "visits") {
      if (this.visitHeld !== null) this.chooseVisit(this.visitHeld, false);
      return;
    }
    const held = JSON.stringify([this.at, this.row, this.held]);
    const moved = this.heldShown !== held;
    this.heldShown = held;
    if (!this.held) showNothing(this.grid);
    if (this.row !== null && this.row !== undefined) showRow(this.grid, this.row, moved);
    if (this.held) showCell(this.grid, this.held.row, this.held.column, moved);
  }

  // What is saved paints the grid anew; who has scrolled on meanwhile stays there
  keepScrolled() {
    const place = JSON.stringify([this.at, this.tab]);
    const same = this.placeShown === place;
    this.placeShown = place;
    if (!same) return () => {};
    const kept = [];
    for (let one = this.grid; one; one = one.parentElement) kept.push([() => one, one.scrollLeft, one.scrollTop]);
    for (const name of [".frame", "section"]) {
      const inner = this.grid.querySelector(name);
      if (inner) kept.push([() => this.grid.querySelector(name), inner.scrollLeft, inner.scrollTop]);
    }
    return () => kept.forEach(([find, left, top]) => find()?.scrollTo({ left, top, behavior: "instant" }));
  }
}

function boxesOf(table, wanted) {
  const found = [];
  for (const [place, [page, ...box]] of Object.entries(table.boxed)) {
    const [row, column] = place.split(" ").map(Number);
    if (wanted(row, column)) found.push({ page: page ?? table.row_pages[row], box });
  }
  return found;
}

function evidenceOf(table, found, item) {
  const about = found.log.filter((one) => JSON.stringify(one.what).includes(`"${item.key}"`) || one.what.near_miss === nearMiss(item.key) || one.what.page === pageNumber(item.key));
  const lines = [
    ...(table.flags ?? []).map(([name, text]) => `${name}: ${text}`), ...(table.evidence ?? []),
    ...about.map((one) => `${one.when.slice(0, 16).replace("T", " ")} ${one.who}: ${one.what.action}${one.what.table_type ? ` ${one.what.table_type}` : ""}${one.why ? ` (${one.why})` : ""}`),
  ];
  if (!lines.length) return "";
  return make("details", {}, make("summary", {}, "Evidence and history"), make("ul", {}, ...lines.map((line) => make("li", { dir: "auto" }, line))));
}

function replace(element, children) { keepFocus(element, children); }

// The lists are painted anew at each change; who was on a button stays on it
function keepFocus(element, children) {
  const held = element.contains(document.activeElement) ? document.activeElement : null;
  const place = held?.dataset?.id ?? held?.textContent;
  const inner = held?.closest(".items") ? held.closest("ul").scrollTop : 0;
  element.replaceChildren(...children.filter((child) => child !== null && child !== ""));
  if (!held || held.isConnected) { if (held && document.activeElement !== held) held.focus(); return; }
  const again = [...element.querySelectorAll("button, summary, a")].find((one) => (one.dataset.id ?? one.textContent) === place);
  again?.focus({ preventScroll: true });
  if (inner) element.scrollTop = inner;
}
