// The visit table: what each printed column means, checked and mended like the grid.

import { CheckDecider } from "./check_decide.js";
import { askMany, make, tell } from "./dom.js";

const KINDS = ["planned", "range", "repeat", "event", "unscheduled", "annotation"];
const NUMBERS = {
  day: "Day", last_day: "Last day, of a range", week: "Week", last_week: "Last week", month: "Month", hours: "Hours from the reference",
  cycle: "Cycle", last_cycle: "Last cycle", before_days: "Window before, days", after_days: "Window after, days",
  every_days: "Repeats every, days", offset_days: "Days from the event; before it: minus",
};
const WHOLE = new Set(["cycle", "last_cycle"]);
const WORDS = { relative_to: "Relative to (event)", name: "Name", epoch: "Epoch" };
const CONTACTS = [["", "not said"], ["site", "site"], ["phone", "phone"], ["home", "home"], ["video", "video"], ["site or phone", "site or phone"], ["site or home", "site or home"], ["site or video", "site or video"], ["phone or video", "phone or video"]];

const shown = (value) => (value === null || value === undefined ? "" : String(value));

export class CheckVisits extends CheckDecider {
  tab = "grid";
  visitHeld = null;

  visits() { return this.table()?.visits; }

  switchTab(tab = this.tab === "grid" ? "visits" : "grid") {
    if (tab === "visits" && !this.visits()?.rows.length) return tell("This table has no visits.");
    this.tab = tab;
    this.gridShown = null;
    this.paintDetail();
    if (tab === "visits") this.chooseVisit(this.visitHeld ?? 0);
  }

  // `turn`: to its page; not where the table is only painted anew
  chooseVisit(number, turn = true) {
    const rows = this.visits()?.rows ?? [];
    if (!rows.length) return;
    if (number === null) return this.chooseAllVisits();
    this.visitHeld = Math.max(0, Math.min(rows.length - 1, number));
    for (const old of this.grid.querySelectorAll(".visits tr.chosen")) old.classList.remove("chosen");
    const line = this.grid.querySelector(`.visits tr[data-visit="${this.visitHeld}"]`);
    line?.classList.add("chosen");
    line?.scrollIntoView({ block: "nearest" });
    this.giveReason();
    if (turn) this.lightColumn(rows[this.visitHeld].column);
  }

  // What is said of the visits together
  chooseAllVisits() {
    this.visitHeld = null;
    for (const old of this.grid.querySelectorAll(".visits tr.chosen")) old.classList.remove("chosen");
    this.grid.querySelector(".doubts")?.scrollIntoView({ block: "nearest" });
    this.giveReason();
  }

  visitsTable() {
    const seen = this.visits();
    if (!seen?.rows.length) return make("p", { class: "quiet" }, "No visits.");
    const line = (row, number) => make(
      "tr",
      { "data-visit": number, class: row.annotation ? "none" : null, onclick: () => this.chooseVisit(number), ondblclick: () => { this.chooseVisit(number); this.editVisit(); } },
      ...row.words.map((word, n) => make(n === 1 ? "th" : "td", { scope: n === 1 ? "row" : null, dir: "auto", class: row.doubt && n === row.words.length - 1 ? "doubtful" : n === 1 ? "name" : null }, word)),
      make("td", {}, row.mended ? "mended" : ""),
    );
    const table = make("table", { class: "grid visits" }, make("caption", { class: "hidden" }, "Visits"),
      make("thead", {}, make("tr", {}, ...[...seen.columns, "By people"].map((name) => make("th", { scope: "col" }, name)))), make("tbody", {}, ...seen.rows.map(line)));
    const frame = make("div", { class: "frame", tabindex: 0, role: "region", "aria-label": "Visit table" }, table);
    if (!seen.doubts.length) return frame;
    return make("div", { class: "doubted" }, make("ul", { class: "doubts", "aria-label": "To be checked" }, ...seen.doubts.map((why) => make("li", {}, why))), frame);
  }

  async editVisit() {
    const row = this.mendable() && this.visits()?.rows[this.visitHeld ?? -1];
    if (!row) return tell("Choose a visit first.");
    const now = row.values;
    const fields = { kind: { label: "Kind", options: KINDS.map((kind) => [kind, kind === "annotation" ? "no visit (notes)" : kind]), value: now.kind, short: true } };
    for (const [name, label] of Object.entries(NUMBERS)) fields[name] = { label, value: shown(now[name]), number: true, short: true };
    for (const [name, label] of Object.entries(WORDS)) fields[name] = { label, value: shown(now[name]), short: true };
    const known = CONTACTS.some(([value]) => value === shown(now.contact));
    fields.contact = { label: "Contact", options: known ? CONTACTS : [...CONTACTS, [now.contact, now.contact]], value: shown(now.contact), short: true };
    fields.conditions = { label: "Conditions, one a line", value: now.conditions.join("\n"), rows: 3 };
    const wrong = (values) => { const said = saidOf(values, now); return typeof said === "string" ? said : null; };
    const given = await askMany(`Visit in column ${row.column + 1}: ${row.words[1]}`, fields, { draft: this.draft(`visit ${row.column}`), check: wrong, about: row.doubt });
    if (!given) return;
    const said = saidOf(given, now);
    if (!Object.keys(said).length) return tell("Nothing was changed; c says that the visit is right.");
    this.mend({ action: "edit_visit", column: row.column, said });
  }

  checkVisit() {
    const seen = this.visits();
    const row = seen?.rows[this.visitHeld ?? -1];
    if (row?.doubt) this.mend({ action: "check", visit: row.column });
    else if (seen?.doubts.length) this.mend({ action: "check", visit: -1 });
    else tell("No doubt here.");
  }
}

// What was changed, as values; a text that is no number is told
function saidOf(given, now) {
  const said = {};
  for (const name of Object.keys(NUMBERS)) {
    const text = given[name].trim().replace(",", ".").replace("\u2212", "-");
    if (text === shown(now[name])) continue;
    if (text !== "" && !Number.isFinite(Number(text))) return `${NUMBERS[name]}: ${given[name]} is no number`;
    if (WHOLE.has(name) && text !== "" && !Number.isInteger(Number(text))) return `${NUMBERS[name]}: give a whole number`;
    said[name] = text === "" ? null : Number(text);
  }
  for (const name of [...Object.keys(WORDS), "contact"]) if (given[name].trim() !== shown(now[name])) said[name] = given[name].trim() || null;
  if (given.kind !== now.kind) {
    said.kind = given.kind;
    if ((given.kind === "annotation") === now.is_visit) said.is_visit = given.kind !== "annotation";
  }
  const lines = given.conditions.split("\n").map((line) => line.trim()).filter(Boolean);
  if (JSON.stringify(lines) !== JSON.stringify(now.conditions)) said.conditions = lines;
  return said;
}
