// What a person mends in a table, as corrections: cells, title, notes, rows, columns, the header; and doubts looked at.

import { get } from "./api.js";
import { CheckVisits } from "./check_visits.js";
import { askMany, make, tell } from "./dom.js";
import { showCell, showNothing } from "./grid.js";
import { LineEditor } from "./lines.js";

const LIST = (text) => text.split(/[\s,;]+/).filter(Boolean);

const STATES = ["shaded", "struck", "redacted"];

// Places of doubts in one order: of the whole table, of cells, of notes, of visits
const WHOLE = -1, NOTES = 1e7, VISITS = 2e7;
const cellAt = (row, column) => row * 1000 + column;

const SHAPING = /^(insert_|remove_)(row|column)$|^(redraw|join|split)$/;

export class CheckMender extends CheckVisits {
  mendable() {
    const table = this.table();
    if (this.stillRead()) return null;
    if (!table?.rows) tell("Accept the table first; then it can be mended.");
    else if (this.reshaping()) tell("Rows or columns are being changed; go on when that is saved.");
    else return table;
    return null;
  }

  // Whether a change of rows or columns is still on its way: what is shown has other places than what will be
  reshaping() {
    const found = this.document();
    const bodies = this.underway(found.key);
    const known = new Map([...found.log, ...bodies].map((one) => [one.id, one.what]));
    const shapes = (what) => (what?.action === "undo" ? shapes(known.get(what.correction)) : SHAPING.test(what?.action ?? ""));
    return bodies.some((one) => shapes(one.what));
  }

  cell() {
    return this.held && this.table()?.rows?.[this.held.row]?.find((cell) => cell.c === this.held.column);
  }

  chooseCell(row, column) {
    this.held = { row, column };
    this.leaveNote();
    this.giveReason();
    showCell(this.grid, row, column);
    this.light();
  }

  // Along the notes, round about
  stepNote(by) {
    const count = this.table()?.footnotes?.length ?? 0;
    if (!count) return tell("This table has no footnotes.");
    if (this.tab !== "grid") this.switchTab("grid");
    this.chooseNote(((this.noteHeld ?? (by > 0 ? -1 : 0)) + by + count) % count);
  }

  // No cell or row is chosen; where one was lit, none is
  chooseNoCell() {
    this.row = this.held = null;
    showNothing(this.grid);
  }

  leaveNote() {
    const focused = document.activeElement;
    if (focused?.id === `note-${this.noteHeld}`) focused.blur(); // else keys would seem to be about the note
    this.noteHeld = undefined;
  }

  chooseNote(number) {
    this.chooseNoCell();
    this.noteHeld = number;
    const place = document.getElementById(`note-${number}`);
    place?.scrollIntoView({ block: "nearest" });
    place?.focus();
    this.giveReason();
    this.light();
  }

  // Why the chosen cell, note or visit is doubtful
  giveReason() {
    const table = this.table();
    const why = this.tab === "visits" ? this.visits()?.rows[this.visitHeld ?? -1]?.doubt : this.noteHeld !== undefined ? table?.footnotes?.[this.noteHeld]?.doubt : this.cell()?.d;
    this.reason.textContent = why ?? "";
  }

  // Left and right along the chosen row
  stepCell(by) {
    const table = this.table();
    if (!table?.rows) return;
    const row = this.held?.row ?? this.row ?? 0;
    const cells = table.rows[row];
    const here = cells.findIndex((cell) => cell.c === this.held?.column);
    const next = cells[Math.min(cells.length - 1, Math.max(0, here + by))];
    if (next) this.chooseCell(row, next.c);
  }

  // Under which what is typed about a place of this table is kept until it is saved
  draft(place) { return `${this.at.document} ${this.at.key} ${place}`; }

  edit() { return this.tab === "visits" ? this.editVisit() : this.noteHeld !== undefined ? this.editNote(this.noteHeld) : this.editCell(); }

  async editCell(row = this.held?.row, column = this.held?.column) {
    const table = this.mendable();
    if (!table) return;
    if (row === undefined) return tell("Choose a cell first: click it, or use the arrow keys and [ ].");
    this.chooseCell(row, column);
    const cell = this.cell();
    if (!cell) return tell("This cell is not there any more; choose another.");
    const given = await askMany(`Row ${row + 1}, column ${column + 1}`, {
      text: { label: "Text, without footnote markers", value: cell.t, rows: 3 },
      markers: { label: "Footnote markers, apart by commas", value: (cell.m ?? []).join(", ") },
      states: { label: "Printed", several: STATES, value: (cell.s ?? []).join(", ") },
    }, { draft: this.draft(`cell ${row} ${column}`), about: cell.d });
    if (!given) return;
    this.mend({ action: "edit_cell", row, column, text: given.text.trim(), markers: LIST(given.markers), states: LIST(given.states) });
  }

  async editTitle() {
    const table = this.mendable();
    const given = table && (await askMany("Title", { title: { label: "Title as printed", value: table.title, rows: 2 } }, { draft: this.draft("title") }));
    if (given) this.mend({ action: "edit_title", title: given.title.trim() });
  }

  async editNote(note) {
    const table = this.mendable();
    const now = table?.footnotes[note];
    if (!now) return;
    const given = await askMany("Footnote", {
      text: { label: "Text; empty to take the note out", value: now.text, rows: 6 }, marker: { label: "Marker", value: now.marker },
    }, { draft: this.draft(`note ${note}`), about: now.doubt });
    if (!given) return;
    if (!given.text.trim()) this.mend({ action: "remove_note", note });
    else this.mend({ action: "edit_note", note, marker: given.marker.trim(), text: given.text.trim() });
  }

  async addNote() {
    const table = this.mendable();
    const given = table && (await askMany("A footnote that was lost", { marker: { label: "Marker", value: "" }, text: { label: "Text", value: "", rows: 6 } }, { draft: this.draft("new note") }));
    if (given?.text.trim()) this.mend({ action: "add_note", marker: given.marker.trim(), text: given.text.trim() });
  }

  reshape(action) {
    if (!this.mendable()) return;
    const at = action.endsWith("row") ? this.held?.row ?? this.row : this.held?.column;
    if (at === undefined || at === null) return tell("Choose a cell first.");
    this.mend({ action, at });
  }

  headerRows(by) {
    const table = this.mendable();
    if (!table) return;
    table.header_rows = Math.max(0, table.header_rows + by); // stands at once, so that the next press goes on from it
    this.mend({ action: "header_rows", rows: table.header_rows });
  }

  mergeRight() {
    if (!this.mendable()) return;
    const cell = this.cell();
    if (!cell) return tell("Choose a cell first.");
    cell.cs = (cell.cs ?? 1) + 1; // stands at once, so that the next press goes on from it
    this.mend({ action: "merge_cells", row: this.held.row, column: cell.c, row_span: cell.rs ?? 1, column_span: cell.cs });
  }

  partCell() {
    if (!this.mendable()) return;
    const cell = this.cell();
    if (!cell) return tell("Choose a cell first.");
    this.mend({ action: "merge_cells", row: this.held.row, column: cell.c, row_span: 1, column_span: 1 });
  }

  // The lines of the table on the page that is shown, to be moved
  async moveLines() {
    if (this.view.lines) return this.view.lines.finish(false);
    const table = this.mendable();
    const found = this.document();
    if (!table) return;
    if (!found.pictured) return tell("There is no page picture to move lines on; mend rows and columns in the grid.");
    const at = this.at;
    const { parts } = await get(`/api/documents/${found.key}/lines/${encodeURIComponent(at.key)}`);
    if (this.at !== at) return;
    const part = parts.find((one) => one.page === this.page) ?? parts[0];
    if (!part) return tell("The lines of this table are not known; mend rows and columns in the grid.");
    if (part.page !== this.page) { this.page = part.page; await this.paintPage(); }
    const editor = new LineEditor(part, (wanted) => {
      this.view.endLines();
      if (!wanted) return tell("No line was moved.");
      tell("Reading the table between its new lines …");
      this.mend({ action: "redraw", ...wanted }, (said) => {
        const now = said?.shown[at.key];
        if (now?.rows) tell(`Read again: ${now.rows.length} rows, ${Math.max(...now.rows.map((row) => row.reduce((n, cell) => Math.max(n, cell.c + (cell.cs ?? 1)), 0)))} columns. u takes it back.`);
      });
    });
    this.view.startLines(editor);
  }

  linesMoved() { this.moveLines().catch((error) => tell(error.message)); }

  // The chosen cell, the chosen note, or the table as a whole was looked at and is right
  check() {
    if (!this.mendable()) return;
    if (this.tab === "visits") return this.checkVisit();
    if (this.noteHeld !== undefined) this.mend({ action: "check", note: this.noteHeld });
    else if (this.cell()?.d) this.mend({ action: "check", row: this.held.row, column: this.held.column });
    else if (this.table().doubt?.length) this.mend({ action: "check" });
    else tell("No doubt here.");
  }

  // What is to be checked, in the order in which one is led: the table as a whole, cells, notes, the visits together, each
  doubts(table = this.table()) {
    const whole = table?.rows && table.doubt?.length ? [{ at: WHOLE, why: table.doubt.join("; ") }] : [];
    const cells = (table?.rows ?? []).flatMap((row, number) => row.filter((cell) => cell.d).map((cell) => ({ at: cellAt(number, cell.c), row: number, column: cell.c, why: cell.d })));
    const notes = (table?.footnotes ?? []).flatMap((note, index) => (note.doubt ? [{ at: NOTES + index, note: index, why: note.doubt }] : []));
    const together = table?.visits?.doubts.length ? [{ at: VISITS - 1, visit: null, why: table.visits.doubts.join("; ") }] : [];
    const visits = (table?.visits?.rows ?? []).flatMap((row, index) => (row.doubt ? [{ at: VISITS + index, visit: index, why: row.doubt }] : []));
    return [...whole, ...cells, ...notes, ...together, ...visits];
  }

  // Where one is among them
  doubtHere() {
    if (this.tab === "visits") return VISITS + (this.visitHeld ?? -1);
    if (this.noteHeld !== undefined) return NOTES + this.noteHeld;
    if (this.held) return cellAt(this.held.row, this.held.column);
    return this.wholeHeld === this.at.key ? WHOLE : -Infinity;
  }

  // The next one of this table; behind the last, the first of the next table of the document that has any
  async nextDoubt() {
    const all = this.doubts();
    const next = all.find((one) => one.at > this.doubtHere());
    if (next) return this.showDoubt(next, all);
    const items = this.document()?.items ?? [];
    const here = items.findIndex((item) => item.key === this.at.key);
    const { shown } = this.document(); // of a page without a table nothing
    const other = [...items.slice(here + 1), ...items.slice(0, here)].find((item) => shown[item.key] && this.doubts(shown[item.key]).length);
    if (!other) return all.length ? this.showDoubt(all[0], all) : tell("No doubtful place left in this document.");
    this.tab = "grid";
    await this.choose(this.at.document, other.key, "document");
    const there = this.doubts();
    if (this.at.key === other.key && there.length) this.showDoubt(there[0], there);
  }

  doubtNext() { this.nextDoubt().catch((error) => tell(error.message)); }

  showDoubt(one, all) {
    const tab = one.visit === undefined ? "grid" : "visits";
    if (tab !== this.tab) this.switchTab(tab);
    if (one.at === WHOLE) {
      this.chooseNoCell();
      this.leaveNote();
      this.wholeHeld = this.at.key;
      this.paintDetail();
      this.light();
      this.grid.querySelector(".doubts")?.focus();
    } else if (one.visit !== undefined) this.chooseVisit(one.visit);
    else if (one.note !== undefined) this.chooseNote(one.note);
    else {
      this.chooseRow(one.row);
      this.chooseCell(one.row, one.column);
    }
    tell(`${all.indexOf(one) + 1} of ${all.length}: ${one.why}`);
  }

  mend(what, then) {
    const rows = this.table().row_pages.length;
    if (what.action === "edit_cell") this.paintEdited(what);
    this.decide({ ...what, table: this.at.key, shape: [rows, this.table().width] }, "", then);
  }

  // What was typed stands at once; the server's answer follows
  paintEdited({ row, column, text }) {
    const cell = this.cell();
    if (cell) cell.t = text;
    const place = this.grid.querySelector(`[data-at="${row} ${column}"]`);
    if (!place) return;
    const marks = [...place.querySelectorAll("sup")];
    place.replaceChildren(text, ...marks);
  }

  // The last undo of mine, taken back
  redo() {
    const found = this.document();
    const mine = [...found.log, ...this.underway(found.key)].filter((one) => one.who === this.me.name);
    const last = mine.at(-1);
    if (last?.what.action !== "undo") return tell("Nothing to redo: your last step here was no undo.");
    this.decide({ action: "undo", correction: last.id });
    tell("Done again.");
  }

  button(text, key, action, pressed = null) {
    return make("button", { type: "button", "aria-keyshortcuts": key, "aria-pressed": pressed, onclick: action }, text, " ", make("kbd", { "aria-hidden": "true" }, key));
  }

  mendBar() {
    const left = this.doubts().length;
    return make("div", { class: "bar", role: "group", "aria-label": "Mend" },
      this.button(left ? `Next doubt of ${left}` : "Next doubt", ".", () => this.doubtNext()), this.button("Is right", "c", () => this.check()), this.button("Edit", "e", () => this.edit()),
      this.button(this.tab === "visits" ? "Grid" : "Visits", "v", () => this.switchTab()), this.button("Title", "t", () => this.editTitle()), this.button("Add note", "f", () => this.addNote()),
      this.button("Move lines", "b", () => this.linesMoved()), this.button("Redo", "r", () => this.redo()));
  }

  // What is wanted now and then, folded away so that the grid has the room
  shapeBar() {
    const shape = make("div", { class: "bar", role: "group", "aria-label": "Rows, columns, header, parts" },
      this.button("Row above", "i", () => this.reshape("insert_row")), this.button("Remove row", "x", () => this.reshape("remove_row")),
      this.button("Column before", "I", () => this.reshape("insert_column")), this.button("Remove column", "X", () => this.reshape("remove_column")),
      this.button("Merge right", "l", () => this.mergeRight()), this.button("Part", "p", () => this.partCell()),
      this.button("Shorter header", "h", () => this.headerRows(-1)), this.button("Longer header", "H", () => this.headerRows(1)),
      this.button("Split", "s", () => this.split()), this.button("Mark", "m", () => this.mark(), this.marked.includes(this.at.key)), this.button("Join", "g", () => this.join()));
    const more = make("details", { open: localStorage.getItem("soesift.shape") === "open" }, make("summary", {}, "Rows, columns, header, split and join"), shape);
    more.addEventListener("toggle", () => localStorage.setItem("soesift.shape", more.open ? "open" : "closed"));
    return more;
  }

  mendKeys() {
    return {
      ".": () => this.doubtNext(), c: () => this.check(), e: () => this.edit(), v: () => this.switchTab(), t: () => this.editTitle(), f: () => this.addNote(),
      i: () => this.reshape("insert_row"), x: () => this.reshape("remove_row"), I: () => this.reshape("insert_column"), X: () => this.reshape("remove_column"),
      l: () => this.mergeRight(), p: () => this.partCell(), h: () => this.headerRows(-1), H: () => this.headerRows(1), r: () => this.redo(), b: () => this.linesMoved(),
      N: () => this.stepNote(1), P: () => this.stepNote(-1), "[": () => this.stepCell(-1), "]": () => this.stepCell(1),
    };
  }
}
