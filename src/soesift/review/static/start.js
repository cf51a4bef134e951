// The start page of the app: drop protocols, see how far each is, sign, take away.

import { freshId, get, post, put, send } from "./api.js";
import { make, tell } from "./dom.js";

const POLL = 1000;
const FORMATS = {
  xlsx: "Excel", html: "Report (HTML)", csv: "CSV", docx: "Word", m11: "ICH M11, section 1.3 (Word)", visits: "Visit table", usdm: "USDM 4.0", "usdm4-input": "usdm4 input",
  "usdm4-excel": "usdm4 workbook", soa2usdm: "soa2usdm sheets", fhir: "FHIR", odm: "ODM 1.3.2", redcap: "REDCap", docling: "Docling", json: "JSON, corrected", parquet: "Parquet", burden: "Participant burden (HTML)", every: "Every format (ZIP)",
};
const STATES = { waiting: "waiting", reading: "reading", failed: "not read", "to check": "to check", checked: "looked at, not signed", "signed once": "signed, another reader is wanted", signed: "signed", error: "error" };
const COLUMNS = { name: "Protocol", state: "State", tables: "Schedules" };
const ORDER = Object.keys(STATES);
const KINDS = /\.(pdf|docx?|docm|rtf|odt|png|jpe?g|tiff?)$/i;

export class StartJob {
  name = "start";

  constructor(me, open) {
    this.me = me;
    this.open = open;
    this.sorted = { by: "", down: false };
    this.filter = make("input", { id: "filter", type: "search", placeholder: "part of a name, number or sponsor", oninput: () => this.paint() });
    this.states = make("select", { id: "states", "aria-label": "State", onchange: () => this.paint() }, make("option", { value: "" }, "every state"),
      ...Object.entries(STATES).map(([state, name]) => make("option", { value: state }, name)));
    this.file = make("input", { id: "file", type: "file", multiple: true, tabindex: -1, "aria-label": "Protocols to read", oninput: () => this.chosen(this.file) });
    this.folder = make("input", { id: "folder", type: "file", webkitdirectory: true, tabindex: -1, "aria-label": "A folder of protocols", oninput: () => this.chosen(this.folder) });
    this.drop = make("div", { class: "drop" }, make("strong", {}, "Drop protocols or a folder here"), make("p", {}, "PDF, Word, or pictures of pages. They stay on this machine."),
      make("p", { class: "choose" }, make("button", { type: "button", "aria-keyshortcuts": "d", onclick: () => this.file.click() }, "Choose files ", make("kbd", { "aria-hidden": "true" }, "d")), " ",
        make("button", { type: "button", onclick: () => this.folder.click() }, "Choose a folder")));
    this.sending = make("p", { class: "quiet", role: "status" });
    this.refused = make("div", { class: "refused", role: "alert", hidden: true });
    this.list = make("div", {});
    this.about = make("p", { class: "whyline" }, make("label", { for: "filter" }, "Show "), this.filter, this.states,
      make("span", { class: "quiet" }, "Overview of all: "), make("a", { href: "/api/overview.html", download: "" }, "page"), make("a", { href: "/api/overview.xlsx", download: "" }, "sheet"));
    this.bulk = make("p", { class: "whyline" });
  }

  elements() {
    const over = (on) => (event) => { event.preventDefault(); this.drop.classList.toggle("over", on); };
    return [make("section", { class: "start", "aria-label": "Protocols", ondragover: over(true), ondragleave: over(false), // anywhere on the page
      ondrop: (event) => { over(false)(event); this.dropped(event.dataTransfer); } },
    this.drop, make("div", { class: "hidden" }, this.file, this.folder), this.sending, this.refused, this.about, this.list, this.bulk)];
  }

  keys() { return [["d", "choose files"], ["/", "search the list"], ["?", "this list"]]; }

  async start() {
    await this.refresh();
    this.timer = setInterval(() => this.refresh().catch(() => {}), POLL);
  }

  close() { clearInterval(this.timer); }

  key(event) {
    const action = { d: () => this.file.click(), "/": () => this.filter.focus() }[event.key];
    action?.();
    return Boolean(action);
  }

  async chosen(input) {
    const files = [...input.files];
    input.value = "";
    await this.take(files, input === this.folder);
  }

  // Files, and folders with all that is in them
  async dropped(data) {
    const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    if (!entries.some((entry) => entry.isDirectory)) return this.take([...data.files]);
    try {
      await this.take((await Promise.all(entries.map(filesOf))).flat(), true);
    } catch (error) { tell(`The folder cannot be read: ${error.message}`); }
  }

  // In a folder lies what is no protocol; it is passed over, and said how many
  async take(files, folder = false) {
    const wanted = folder ? files.filter((file) => KINDS.test(file.name) && !file.name.startsWith(".")) : files;
    const refused = [];
    for (const [number, file] of wanted.entries()) {
      this.sending.textContent = wanted.length > 1 ? `Taking ${number + 1} of ${wanted.length}: ${file.name}` : `Taking ${file.name}`;
      try { await put("/api/protocols", file); } catch (error) { refused.push(error.message.startsWith(file.name) ? error.message : `${file.name}: ${error.message}`); }
      this.refresh().catch(() => {});
    }
    const passed = files.length - wanted.length;
    this.sending.textContent = folder ? `${wanted.length - refused.length} taken${passed ? `, ${passed} of other kinds passed over` : ""}.` : "";
    this.showRefused(refused);
    await this.refresh();
  }

  showRefused(refused) {
    this.refused.hidden = !refused.length;
    this.refused.replaceChildren(make("strong", {}, refused.length === 1 ? "One file was not taken" : `${refused.length} files were not taken`),
      make("ul", {}, ...refused.map((why) => make("li", {}, why))), make("button", { type: "button", onclick: () => this.showRefused([]) }, "Close"));
  }

  async refresh() {
    const seen = await get("/api/studies");
    const text = JSON.stringify(seen);
    if (text === this.seenText) return;
    this.seenText = text;
    this.seen = seen;
    this.paint();
  }

  paint() {
    if (!this.seen) return;
    const all = [...this.seen.reading.map((row) => ({ ...row, tables: -1, line: () => this.readingLine(row) })), ...this.seen.studies.map((row) => ({ ...row, line: () => this.studyLine(row) }))];
    this.about.hidden = !all.length;
    const shown = this.inOrder(all.filter((row) => this.wanted(row)));
    this.drop.classList.toggle("small", all.length > 0);
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.at : null;
    const chosen = new Map([...this.list.querySelectorAll("select")].map((one) => [one.dataset.at, one.value]));
    this.list.replaceChildren(shown.length
      ? make("table", { class: "studies" }, make("thead", {}, make("tr", {}, ...Object.keys(COLUMNS).map((by) => this.heading(by)), ...["To do", "Take away"].map((name) => make("th", { scope: "col" }, name)))), make("tbody", {}, ...shown.map((row) => row.line())))
      : make("p", { class: "quiet" }, all.length ? "No protocol is like that." : "Nothing yet. What you drop is read at once, and listed here with what was found."));
    for (const one of this.list.querySelectorAll("select")) if (chosen.get(one.dataset.at)) { one.value = chosen.get(one.dataset.at); one.dispatchEvent(new Event("change")); }
    this.paintBulk(shown.filter((row) => row.key && !["reading", "error"].includes(row.state)));
    if (focused) this.list.querySelector(`[data-at="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  // One format of all documents that the list shows, in one archive
  paintBulk(rows) {
    this.bulk.hidden = rows.length < 2;
    this.kinds ??= make("select", { id: "bulk", onchange: () => this.paint() }, ...this.seen.formats.map((kind) => make("option", { value: kind }, FORMATS[kind] ?? kind)));
    const href = `/api/export/${this.kinds.value}?keys=${rows.map((row) => row.key).join(",")}`;
    if (this.bulkShown === href) return;
    this.bulkShown = href;
    this.bulk.replaceChildren(make("label", { for: "bulk" }, `Take away the ${rows.length} that are shown:`), this.kinds, make("a", { class: "button", id: "takeall", href, download: "" }, "Download"));
  }

  wanted(row) {
    const said = this.filter.value.trim().toLowerCase();
    const text = [row.name, STATES[row.state], ...Object.values(row.printed ?? {})].join(" ").toLowerCase();
    return (!this.states.value || row.state === this.states.value) && said.split(/\s+/).every((word) => text.includes(word));
  }

  inOrder(rows) {
    const { by, down } = this.sorted;
    if (!by) return rows;
    const value = (row) => (by === "state" ? ORDER.indexOf(row.state) : row[by]);
    const compare = (a, b) => (typeof value(a) === "number" ? value(a) - value(b) : value(a).localeCompare(value(b), undefined, { numeric: true }));
    return rows.sort((a, b) => (down ? -1 : 1) * compare(a, b));
  }

  heading(by) {
    const mine = this.sorted.by === by;
    const sort = () => { this.sorted = { by, down: mine && !this.sorted.down }; this.paint(); };
    const arrow = mine ? (this.sorted.down ? " ↓" : " ↑") : "";
    return make("th", { scope: "col", "aria-sort": mine ? (this.sorted.down ? "descending" : "ascending") : null },
      make("button", { type: "button", class: "sort", "data-at": `sort ${by}`, title: "sort by this", onclick: sort }, COLUMNS[by], make("span", { "aria-hidden": "true" }, arrow)));
  }

  readingLine(row) {
    const far = row.pages ? ` page ${row.page} of ${row.pages}${row.doing ? `, ${row.doing}` : ""}` : "";
    const found = row.found?.length ? make("span", { class: "sofar" }, `found so far: ${row.found.length} schedule${row.found.length === 1 ? "" : "s"} (p. ${row.found.map(pagesOf).join("; ")}) `,
      make("button", { type: "button", "data-at": `check ${row.key}`, "aria-label": `Look at what is found in ${row.name} so far`, onclick: () => this.open(row.key) }, "Look")) : null;
    const bar = row.state === "reading" && row.pages ? make("progress", { max: row.pages, value: row.page, "aria-label": `${row.name}: page ${row.page} of ${row.pages}` }) : null;
    return make("tr", {}, make("th", { scope: "row" }, row.name), make("td", { colspan: 4 }, make("span", { class: `chip ${row.state}` }, STATES[row.state]), `${far} `, bar, found, row.why ? make("span", { class: "error" }, row.why.replace(`${row.name}: `, "")) : null,
      ...(row.state === "failed" ? [["again", "Read again"], ["forget", "Take off the list"]].flatMap(([what, name]) => [" ", make("button", { type: "button", "data-at": `${what} ${row.sha256}`, "aria-label": `${name}: ${row.name}`,
        onclick: () => post(`/api/protocols/${row.sha256}/${what}`).then(() => this.refresh()).catch((error) => tell(error.message)) }, name)]) : [])));
  }

  studyLine(row) {
    if (row.state === "error") return this.readingLine(row);
    const at = (what) => `${what} ${row.key}`;
    const open = make("button", { type: "button", "data-at": at("check"), "aria-label": `Check ${row.name}`, onclick: () => this.open(row.key) }, "Check");
    const mine = row.signed.some((who) => who.trim().toLowerCase() === this.me.name.trim().toLowerCase());
    const signable = row.state === "checked" || (row.state === "signed once" && !mine);
    const sign = signable ? make("button", { type: "button", "data-at": at("sign"), "aria-label": `Sign ${row.name}`, onclick: () => this.sign(row) }, "Sign") : null;
    const kinds = make("select", { "data-at": at("kind"), "aria-label": `Format for ${row.name}` }, ...this.seen.formats.map((kind) => make("option", { value: kind }, FORMATS[kind] ?? kind)));
    const take = make("a", { class: "button", "data-at": at("take"), href: `/api/documents/${row.key}/export/${this.seen.formats[0]}`, download: "" }, "Download");
    kinds.addEventListener("change", () => take.setAttribute("href", `/api/documents/${row.key}/export/${kinds.value}`));
    const audit = make("a", { href: `/api/documents/${row.key}/audit.html`, "data-at": at("audit"), target: "_blank", rel: "noopener" }, "Audit report");
    const { identifier, sponsor, version } = row.printed ?? {};
    const printed = [identifier, sponsor, version && `version ${version}`].filter(Boolean).join(", ");
    const name = make("th", { scope: "row" }, row.name, printed ? make("span", { class: "quiet printed" }, printed) : null);
    for (const other of row.versions ?? []) {
      name.append(make("a", { class: "printed", href: `/api/documents/${row.key}/changes/${other.key}`, download: "" }, `changes since ${other.name}${other.version ? ` (${other.version})` : ""}`));
    }
    return make("tr", {}, name, make("td", {}, make("span", { class: `chip ${row.state.replace(" ", "-")}` }, row.state === "checked" && !row.items ? "none found, not signed" : STATES[row.state]), make("span", { class: "quiet printed" }, farOf(row))),
      make("td", { "data-name": "Schedules: " }, row.tables ? String(row.tables) : row.has_soe === "no" ? "none found" : "none found, unsure"), make("td", { class: "todo" }, open, " ", sign), make("td", { class: "takeaway" }, kinds, " ", take, " ", audit));
  }

  sign(row) {
    const body = { id: freshId(), who: this.me.name, why: "", what: { action: "sign", meaning: "checked", seen: row.version } };
    send(`/api/documents/${row.key}/corrections?short=1`, body, () => this.refresh(), () => this.refresh());
  }
}

// "14–16": the pages of one table
function pagesOf(pages) { return pages.length > 1 ? `${pages[0]}–${pages.at(-1)}` : String(pages[0]); }

// "1 of 3 looked at", who signed, or what else a signature waits for
function farOf(row) {
  if (row.signed.length) return `by ${row.signed.join(", ")}`;
  if (!row.items) return "look whether that is right, then sign";
  return [`${row.looked} of ${row.items} looked at`, ...row.waits.filter((why) => /differ|fit/.test(why))].join("; ");
}

async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => { entry.file(resolve, reject); })];
  const reader = entry.createReader();
  const found = [];
  for (;;) { // a reader hands out a hundred at a time
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(filesOf))).flat();
}
