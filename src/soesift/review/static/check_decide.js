// What a person decides in the first job, as corrections.

import { freshId, send, waiting } from "./api.js";
import { CheckPainter, id, nearMiss, TYPE_NAMES, TYPES } from "./check_paint.js";
import { askMany, tell } from "./dom.js";

export class CheckDecider extends CheckPainter {
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
    const after = (said) => {
      this.pending.delete(id(at));
      if (said) this.take(said);
      if (this.at?.document === at.document) {
        if (!this.item()) this.at.key = this.document().items[0]?.key ?? null;
        this.paint();
      } else this.paintLists();
      then(said);
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
