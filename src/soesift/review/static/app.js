// Start: who reviews, which jobs there are, and the keys.

import { flush, get, restore, showSaved } from "./api.js";
import { CheckJob } from "./check.js";
import { ask, byId, make, tell } from "./dom.js";
import { LabelJob } from "./label.js";
import { StartJob } from "./start.js";

const me = { name: localStorage.getItem("soesift.who") ?? "" };
let job = null;

async function chooseName() {
  let name = "";
  while (!name) name = await ask("Who is reviewing?", "Your name; it stands with each decision", "text", me.name);
  me.name = name;
  localStorage.setItem("soesift.who", name);
  byId("who").textContent = `Reviewer: ${name}`;
}

function open(made) {
  job?.close();
  tell("");
  job = made;
  for (const button of byId("jobs").children) button.setAttribute("aria-pressed", button.dataset.job === made.name);
  byId("main").replaceChildren(...made.elements());
  byId("keys").replaceChildren(...made.keys().map(([key, what]) => make("div", {}, make("dt", {}, make("kbd", {}, key)), make("dd", {}, what))));
  made.start().catch((error) => tell(error.message));
}

const singleKeys = () => localStorage.getItem("soesift.single") !== "off";

function onkey(event) {
  const typing = event.target.closest?.("input, textarea, select, dialog");
  if (event.ctrlKey || event.metaKey || event.altKey || !job) return;
  if (typing) {
    if (event.key === "Escape" && !event.target.closest("dialog")) event.target.blur();
    return;
  }
  if (!singleKeys()) return;
  if (event.key === "?") return byId("helping").showModal();
  if (job.key(event)) event.preventDefault();
}

async function begin() {
  byId("single").checked = singleKeys();
  byId("single").addEventListener("change", () => localStorage.setItem("soesift.single", byId("single").checked ? "on" : "off"));
  byId("help").addEventListener("click", () => byId("helping").showModal());
  byId("who").addEventListener("click", async () => { await chooseName(); job?.renamed?.(); });
  document.addEventListener("keydown", onkey);
  const session = await get("/api/session");
  await restore();
  showSaved();
  flush();
  if (session.who) { // a token of one's own says who one is
    me.name = session.who;
    byId("who").disabled = true;
  }
  if (me.name) byId("who").textContent = `Reviewer: ${me.name}`;
  else await chooseName();
  const jobs = [];
  if (session.start) jobs.push(["start", "Protocols", () => new StartJob(me, (key) => go(`#check/${key}`))]);
  if (session.check) jobs.push(["check", session.start ? "To check" : "Check detections", (first, item) => new CheckJob(me, first, item, session.start)]);
  if (session.label) jobs.push(["label", "Label tables", () => new LabelJob(me)]);
  byId("jobs").append(...jobs.map(([name, title]) =>
    make("button", { type: "button", "data-job": name, "aria-pressed": false, onclick: () => go(`#${name}`) }, title)));
  const show = () => { // the address says what is open: a reload, and the browser's Back, lead there
    const [name, ...rest] = location.hash.slice(1).split("/").map(decodeURIComponent);
    open((jobs.find((one) => one[0] === name) ?? jobs[0])[2](...rest));
  };
  window.addEventListener("popstate", show);
  document.addEventListener("soesift-go", show);
  show();
}

function go(hash) {
  history.pushState(null, "", hash);
  document.dispatchEvent(new Event("soesift-go"));
}

begin().catch((error) => tell(`The page cannot start: ${error.message}`));
