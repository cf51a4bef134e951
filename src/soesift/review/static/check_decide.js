// What a person decides in the first job, as corrections.

import { freshId, get, send, waiting } from "./api.js";
import { CheckPainter, id, nearMiss, TYPE_NAMES, TYPES } from "./check_paint.js";
import { askMany, byId, tell } from "./dom.js";

const AGAIN = 300; // ms until a document is asked for once more
const QUIET = 400; // ms without a further word until that is done for a cell, which already says what was typed

export class CheckDecider extends CheckPainter {
  out = new Map(); // document -> what was said of it and is not shown yet
  closed = false;

  // Of a document that is still being read the pages read by now are shown; what is said of them would be lost
  stillRead() {
    const still = this.document()?.unfinished;
    if (still) tell("This document is still being read: look at what is found so far; mend and decide when its last page is read.");
    return Boolean(still);
  }

  decide(what, decision = "", then = () => {}) {
    const found = this.document();
    if (!found || this.stillRead()) return null;
    const at = { ...this.at };
    const body = {
      id: freshId(), who: this.me.name, why: this.why.value.trim(),
      what: { ...what, result: found.fingerprint, seen: found.version },
    };
    this.why.value = "";
    this.pending.set(id(at), decision || "…");
    const said = { body, written: false, after: (document) => { this.pending.delete(id(at)); then(document); } };
    this.out.set(at.document, [...this.saidOf(at.document), said]);
    this.showBusy();
    const pause = what.action === "edit_cell" ? QUIET : 0;
    const written = () => { said.written = true; this.renew(at.document, pause); };
    const refused = () => { said.body = null; said.after = () => { this.pending.delete(id(at)); then(null); }; written(); };
    send(`/api/documents/${at.document}/corrections?short=1`, body, written, refused);
    return body.id;
  }

  // What was said here of a document and is not shown yet, written or not: the server writes at once, and what that
  // makes of the tables as visits follows
  saidOf(key) { return this.out.get(key) ?? []; }

  // The same and what other tabs have said, as it was sent
  underway(key) {
    const said = new Map(waiting().filter((one) => one.path.includes(key)).map(({ body }) => [body.id, body]));
    for (const { body } of this.saidOf(key)) if (body) said.set(body.id, body);
    return [...said.values()];
  }

  // The document anew, when all that was said of it here is written; asked until it is here
  async renew(key, pause) {
    const said = this.saidOf(key);
    if (said.some((one) => !one.written)) return;
    if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
    if (this.saidOf(key) !== said) return;
    const found = await this.asked(key);
    if (this.closed || this.saidOf(key) !== said) return; // more was said meanwhile, and that asks once more
    this.out.delete(key);
    this.showBusy();
    if (found) this.take(found);
    for (const { after } of said) after(found);
    if (this.at?.document === key) {
      if (found && !this.item()) this.at.key = found.items[0]?.key ?? null;
      this.paint();
    } else this.paintLists();
  }

  // A document; a server that is gone is asked again, one that has no such document is not
  async asked(key) {
    while (!this.closed) {
      try {
        return await get(`/api/documents/${key}`);
      } catch (error) {
        if (error.status === 409) return tell(error.message);
        await new Promise((resolve) => setTimeout(resolve, AGAIN));
      }
    }
    return null;
  }

  showBusy() { if (!this.closed) byId("main").setAttribute("aria-busy", String(this.out.size > 0)); }

  accept() {
    const item = this.item();
    if (!item) return;
    if (item.key.startsWith("p")) return tell("Draw the box of the missed table with a, or reject with n: nothing there.");
    const near = nearMiss(item.key);
    this.decide(near && !this.table()?.rows ? { action: "accept", near_miss: near } : { action: "accept", table: item.key }, "accept") && this.go(1, true);
  }

  reject() {
    const item = this.item();
    if (!item) return;
    const near = nearMiss(item.key);
    const what = near ? { near_miss: near } : item.key.startsWith("p") ? { page: Number(item.key.slice(1)) } : { table: item.key };
    this.decide({ action: "reject", ...what }, "reject") && this.go(1, true);
  }

  retype(number) {
    if (this.stillRead()) return;
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
    const queued = this.underway(found.key);
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

  // A correction that no longer fits counts no more, and stays on record
  setAside(one) {
    this.decide({ action: "undo", correction: one.id });
    tell(`Set aside: ${one.what.action} by ${one.who}.`);
  }

  signKey() {
    const button = this.standing.querySelector('[data-id="sign"]');
    if (button) this.sign();
    else if (this.signs) tell(`Not to be signed now: ${this.standing.innerText.split("\n")[0] || "it waits"}.`);
  }

  sign() {
    const found = this.document();
    if (found) this.decide({ action: "sign", meaning: "checked" }, "", (said) => { if (said?.signed.length) tell(`Signed by ${said.signed.join(", ")}.`); });
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

  // A box was drawn: which type the table is, then it is read and shown
  async add(page, box) {
    if (this.stillRead()) return;
    const mains = this.document().items.some((item) => this.document().shown[item.key]?.type === "main_soa");
    const given = await askMany("A missed table", {
      table_type: { label: "Type", options: TYPES.map((type, n) => [type, TYPE_NAMES[n]]), value: mains ? "track" : "main_soa" },
      title: { label: "Title as printed; empty: as read", value: "" },
    });
    if (!given) return tell("Nothing was added.");
    const title = given.title.trim();
    const sent = this.decide({ action: "add", page, box, table_type: given.table_type, ...(title ? { title } : {}) }, "accept", (said) => {
      const key = `added-${sent.slice(0, 12)}`;
      if (!said?.items.some((item) => item.key === key)) return;
      const rows = said.shown[key].rows?.length ?? 0;
      tell(rows ? `Added: ${TYPE_NAMES[TYPES.indexOf(given.table_type)].toLowerCase()}, ${rows} rows.` : "Added, but no rows could be read in the box; type them in, or draw another box.");
      if (this.at?.document === said.key) { this.at.key = key; this.row = null; this.held = null; this.paint(); }
    });
    tell("Reading the table …");
  }
}
