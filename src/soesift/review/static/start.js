// The start page of the app: drop protocols, see how far each is, sign, take away.

import { freshId, get, put, send } from "./api.js";
import { make, tell } from "./dom.js";

const POLL = 1000;
const FORMATS = {
  xlsx: "Excel", html: "Report (HTML)", csv: "CSV", docx: "Word", m11: "ICH M11, section 1.3 (Word)", visits: "Visit table", usdm: "USDM 4.0", "usdm4-input": "usdm4 input",
  "usdm4-excel": "usdm4 workbook", soa2usdm: "soa2usdm sheets", fhir: "FHIR", odm: "ODM 1.3.2", redcap: "REDCap", docling: "Docling",
};
const STATES = { waiting: "waiting", reading: "reading", failed: "not read", "to check": "to check", checked: "checked, not signed", "signed once": "signed, another reader is wanted", signed: "signed", error: "error" };

export class StartJob {
  name = "start";

  constructor(me, open) {
    this.me = me;
    this.open = open;
    this.filter = make("input", { id: "filter", type: "search", placeholder: "part of a name, or a state", oninput: () => this.paint() });
    this.file = make("input", { id: "file", type: "file", multiple: true, tabindex: -1, "aria-label": "Protocols to read", oninput: () => this.take(this.file.files) });
    this.drop = make("div", { class: "drop", tabindex: 0, role: "button", 
      onclick: () => this.file.click(), onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); this.file.click(); } },
      ondragover: (event) => { event.preventDefault(); this.drop.classList.add("over"); }, ondragleave: () => this.drop.classList.remove("over"),
      ondrop: (event) => { event.preventDefault(); this.drop.classList.remove("over"); this.take(event.dataTransfer.files); } },
    make("strong", {}, "Drop protocols here"), make("p", {}, "PDF, Word or pictures; or click to choose. They stay on this machine."));
    this.list = make("div", {});
  }

  elements() {
    return [make("section", { class: "start", "aria-label": "Protocols" }, this.drop, make("div", { class: "hidden" }, this.file),
      make("p", { class: "whyline" }, make("label", { for: "filter" }, "Show "), this.filter,
        make("span", { class: "quiet" }, "Overview of all: "), make("a", { href: "/api/overview.html", download: "" }, "page"), make("a", { href: "/api/overview.xlsx", download: "" }, "sheet")), this.list)];
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

  async take(files) {
    for (const file of files) {
      try {
        await put("/api/protocols", file);
      } catch (error) { tell(`${file.name}: ${error.message}`); }
    }
    this.file.value = "";
    await this.refresh();
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
    const wanted = this.filter.value.trim().toLowerCase();
    const shown = (row) => !wanted || `${row.name} ${STATES[row.state]}`.toLowerCase().includes(wanted);
    const lines = [...this.seen.reading.filter(shown).map((row) => this.readingLine(row)), ...this.seen.studies.filter(shown).map((row) => this.studyLine(row))];
    this.list.replaceChildren(lines.length
      ? make("table", { class: "studies" }, make("thead", {}, make("tr", {}, ...["Protocol", "State", "Schedules", "To do", "Take away"].map((name) => make("th", { scope: "col" }, name)))), make("tbody", {}, ...lines))
      : make("p", { class: "quiet" }, "Nothing yet."));
  }

  readingLine(row) {
    const far = row.pages ? ` page ${row.page} of ${row.pages}${row.doing ? `, ${row.doing}` : ""}` : "";
    const bar = row.state === "reading" && row.pages ? make("progress", { max: row.pages, value: row.page, "aria-label": `${row.name}: page ${row.page} of ${row.pages}` }) : null;
    return make("tr", {}, make("th", { scope: "row" }, row.name), make("td", {}, `${STATES[row.state]}${far} `, bar, row.why ? make("span", { class: "error" }, row.why) : null),
      make("td", {}), make("td", {}), make("td", {}));
  }

  studyLine(row) {
    const open = make("button", { type: "button", onclick: () => this.open(row.key) }, "Check");
    const sign = (row.state === "checked" || (row.state === "signed once" && !row.signed.includes(this.me.name))) ? make("button", { type: "button", onclick: () => this.sign(row) }, "Sign") : null;
    const kinds = make("select", { "aria-label": `Format for ${row.name}` }, ...this.seen.formats.map((kind) => make("option", { value: kind }, FORMATS[kind] ?? kind)));
    const take = make("a", { class: "button", href: `/api/documents/${row.key}/export/${this.seen.formats[0]}`, download: "" }, "Download");
    kinds.addEventListener("change", () => take.setAttribute("href", `/api/documents/${row.key}/export/${kinds.value}`));
    const audit = make("a", { href: `/api/documents/${row.key}/audit.html`, target: "_blank", rel: "noopener" }, "Audit report");
    const who = row.signed?.length ? ` by ${row.signed.join(", ")}` : "";
    const { identifier, sponsor, version } = row.printed ?? {};
    const printed = [identifier, sponsor, version && `version ${version}`].filter(Boolean).join(", ");
    const name = make("th", { scope: "row" }, row.name, printed ? make("span", { class: "quiet" }, ` ${printed}`) : null);
    for (const other of row.versions ?? []) {
      name.append(" ", make("a", { class: "quiet", href: `/api/documents/${row.key}/changes/${other.key}`, download: "" }, `changes since ${other.name}${other.version ? ` (${other.version})` : ""}`));
    }
    return make("tr", {}, name, make("td", {}, `${STATES[row.state]}${row.open ? `: ${row.open}` : ""}${who}`), make("td", { "data-name": "Schedules: " }, String(row.tables)),
      make("td", {}, open, " ", sign), make("td", {}, kinds, " ", take, " ", audit));
  }

  sign(row) {
    const body = { id: freshId(), who: this.me.name, why: "", what: { action: "sign", meaning: "checked" } };
    send(`/api/documents/${row.key}/corrections`, body, () => this.refresh(), () => this.refresh());
  }
}
