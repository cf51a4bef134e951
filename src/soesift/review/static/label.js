// The second job: label tables for the audit and repair pots. Nobody's label is shown before one has judged.

import { freshId, get, send, waiting } from "./api.js";
import { make, tell } from "./dom.js";
import { gridOf } from "./grid.js";
import { ahead, PageView } from "./page.js";

const POTS = { audit: "Audit (random)", repair: "Repair (least confident)" };
const WORDS = { yes: "a schedule", no: "no schedule", unsure: "do not know" };

export class LabelJob {
  name = "label";

  constructor(me) {
    this.me = me;
    this.pot = "audit";
    this.settling = false;
    this.history = [];
    this.tables = new Map();
    this.view = new PageView(() => {}, () => {});
    this.side = make("div", { class: "side", role: "region", "aria-label": "Progress", tabindex: 0 });
    this.detail = make("div", { class: "detail" });
    this.grid = make("div", { class: "gridplace" });
    this.pager = make("div", { class: "bar" });
  }

  elements() {
    return [
      this.side,
      make("section", { class: "middle", "aria-label": "Page" }, this.pager, this.view.element),
      make("section", { class: "right", "aria-label": "Table" }, this.detail, this.grid),
    ];
  }

  keys() {
    return [["y", "a schedule"], ["n", "no schedule"], ["d", "do not know"], ["u", "take your last judgement back"], ["← →", "previous, next page"], ["+ - 0", "zoom"], ["?", "this list"]];
  }

  async start() {
    await this.next();
    this.timer = setInterval(() => this.progress().catch(() => {}), 5000);
  }

  close() { clearInterval(this.timer); }

  renamed() { this.history = []; this.next(); }

  who() { return encodeURIComponent(this.me.name); }

  async next(again = null) {
    await this.progress();
    if (again) this.queue = [again, ...this.queue.filter((one) => one.id !== again.id)];
    else await this.fill();
    await this.show();
  }

  async fill() {
    const asked = `pot=${this.pot}&who=${this.who()}`;
    const underway = new Set(waiting().map((one) => one.body.table_id));
    const found = this.settling ? (await get(`/api/label/differ?${asked}`)).tables : (await get(`/api/label/queue?${asked}`)).tables.map((table) => ({ id: table }));
    this.queue = found.filter((one) => !underway.has(one.id));
  }

  async progress() {
    this.state = await get(`/api/label/state?who=${this.who()}`);
    this.paintSide();
  }

  async table(id) {
    if (!this.tables.has(id)) this.tables.set(id, await get(`/api/label/tables/${encodeURIComponent(id)}`));
    return this.tables.get(id);
  }

  async show() {
    if (!this.queue.length) await this.fill();
    this.now = this.queue[0] ?? null;
    if (!this.now) return this.paint();
    const wanted = this.now;
    this.shown = await this.table(wanted.id);
    if (this.now !== wanted) return;
    this.page = this.shown.page ?? 1;
    this.paint();
    const then = this.queue[1];
    if (then) this.table(then.id).then((table) => { if (table.pictured) ahead(path(table, table.page)); }, () => {});
  }

  judge(label) {
    if (!this.now) return;
    const body = { id: freshId(), action: this.settling ? "adjudicate" : "judge", table_id: this.now.id, annotator: this.me.name, pot: this.pot, label, why: "" };
    this.history.push({ ...this.now, pot: this.pot, settling: this.settling });
    send("/api/label/judgements", body, (said) => {
      if (said && said.stands !== label) tell(`Judged before as ${WORDS[said.stands] ?? "nothing"}; that stands until it is taken back (u).`);
      this.progress().catch(() => {});
    });
    this.queue.shift();
    this.show().catch((error) => tell(error.message));
  }

  undo() {
    const last = this.history.pop();
    if (!last) return tell("Nothing of yours to take back since the page was opened.");
    send("/api/label/judgements", { id: freshId(), action: "withdraw", table_id: last.id, annotator: this.me.name, pot: last.pot, label: null, why: "" });
    this.pot = last.pot;
    this.settling = last.settling;
    this.next(last).catch((error) => tell(error.message));
  }

  key(event) {
    const actions = {
      y: () => this.judge("yes"), n: () => this.judge("no"), d: () => this.judge("unsure"), u: () => this.undo(),
      "+": () => this.view.zoomBy(1), "=": () => this.view.zoomBy(1), "-": () => this.view.zoomBy(-1), 0: () => this.view.zoomBy(0),
      ArrowLeft: () => this.turn(-1), ArrowRight: () => this.turn(1),
    };
    const action = actions[event.key];
    if (action) action();
    return Boolean(action);
  }

  turn(step) {
    const to = this.page + step;
    if (!this.now || !this.shown.pictured || to < 1 || to > (this.shown.pages ?? to)) return;
    this.page = to;
    this.paintPage();
  }

  open(pot, settling) {
    this.pot = pot;
    this.settling = settling;
    this.next().catch((error) => tell(error.message));
  }

  paint() {
    this.paintSide();
    this.paintPage();
    const button = (text, key, action) => make("button", { type: "button", "aria-keyshortcuts": key, onclick: action }, text, " ", make("kbd", { "aria-hidden": "true" }, key));
    if (!this.now) {
      this.detail.replaceChildren(make("h2", {}, this.settling ? "Nobody differs here" : "Nothing left for you in this pot"), button("Undo", "u", () => this.undo()));
      this.grid.replaceChildren();
      return;
    }
    const table = this.shown;
    const said = this.now.said?.map((one) => `${one.who}: ${WORDS[one.label]}`).join("; ");
    this.detail.replaceChildren(
      make("h2", { dir: "auto" }, table.title || "(untitled)"),
      make("p", { class: "quiet" }, `${table.document}${table.page ? `, page ${table.page}` : ""}`),
      make("p", {}, this.settling ? `They differ (${said}). What is it?` : "Is this table, or part of one, a Schedule of Events?"),
      make("div", { class: "bar", role: "group", "aria-label": "Judgement" }, button("Yes", "y", () => this.judge("yes")), button("No", "n", () => this.judge("no")),
        button("Do not know", "d", () => this.judge("unsure")), button("Undo", "u", () => this.undo())),
    );
    this.grid.replaceChildren(
      make("p", { class: "quiet context", dir: "auto" }, table.above.slice(-200)), gridOf(table, () => {}), make("p", { class: "quiet context", dir: "auto" }, table.below.slice(0, 300)),
    );
  }

  paintPage() {
    const turn = (step, text) => make("button", { type: "button", onclick: () => this.turn(step) }, text);
    const zoom = (step, text, label) => make("button", { type: "button", "aria-label": label, onclick: () => this.view.zoomBy(step) }, text);
    this.pager.replaceChildren(turn(-1, "Previous page"), make("span", { class: "number" }, this.now ? `Page ${this.page}` : ""), turn(1, "Next page"),
      zoom(-1, "−", "Zoom out"), zoom(0, "Fit", "Zoom to fit"), zoom(1, "+", "Zoom in"));
    if (!this.now) this.view.empty("");
    else if (!this.shown.pictured) this.view.empty("The document was not found, so there is no picture; start with --documents FOLDER.");
    else this.view.show(path(this.shown, this.page), this.page, [{ page: this.shown.page, box: this.shown.box, role: "grid", item: "it" }].filter((box) => box.box), "it");
  }

  paintSide() {
    const held = this.side.contains(document.activeElement) ? document.activeElement.textContent : null;
    this.side.replaceChildren(...Object.keys(POTS).flatMap((pot) => this.potLines(pot)));
    if (held) [...this.side.querySelectorAll("button")].find((one) => one.textContent === held)?.focus();
  }

  potLines(pot) {
    const now = this.state.pots[pot];
    const choose = (text, settling) => make("button", { type: "button", "aria-pressed": this.pot === pot && this.settling === settling, onclick: () => this.open(pot, settling) }, text);
    const facts = [
      `${now.mine} judged by you, ${now.judged} by anybody, ${now.by_two} by two, of ${now.tables}`,
      ...now.pairs.map((pair) => `${pair.first} and ${pair.second}: kappa ${pair.kappa === null ? "not defined" : pair.kappa.toFixed(2)} over ${pair.shared}`),
    ];
    const lines = [make("h2", {}, POTS[pot]), make("div", { class: "bar" }, choose(`Judge ${pot}`, false), choose(`Settle ${now.differ} differing in ${pot}`, true)),
      make("ul", { class: "facts" }, ...facts.map((fact) => make("li", {}, fact)))];
    if (now.needs) lines.push(this.needs(now.needs));
    return lines;
  }

  needs(needs) {
    const share = `${Math.round(this.state.alpha * 1000) / 10} %`;
    const line = (need) => {
      const more = need.more === null ? "cannot be reached with the errors seen" : need.more === 0 ? "reached" : `${need.more} more, if no further error comes up`;
      return make("li", {}, `The teacher's ${need.name}: ${need.judged} of ${need.pool} judged, ${need.wrong} wrong; ${need.pool ? more : "the ledger holds no such answers"}`);
    };
    return make("div", { class: "needs" }, make("h3", {}, `For at most ${share} wrong, at a risk of ${Math.round(this.state.delta * 1000) / 10} %`), make("ul", { class: "facts" }, ...needs.map(line)));
  }
}

const path = (table, page) => `/api/label/tables/${encodeURIComponent(table.id)}/pages/${page}.png`;
