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
  job = made;
  for (const button of byId("jobs").children) button.setAttribute("aria-pressed", button.dataset.job === made.name);
  byId("main").replaceChildren(...made.elements());
  byId("keys").replaceChildren(...made.keys().flatMap(([key, what]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, what)]));
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
  if (me.name) byId("who").textContent = `Reviewer: ${me.name}`;
  else await chooseName();
  const jobs = [];
  if (session.start) jobs.push(["start", "Protocols", () => new StartJob(me, (key) => open(new CheckJob(me, key)))]);
  if (session.check) jobs.push(["check", "Check detections", () => new CheckJob(me)]);
  if (session.label) jobs.push(["label", "Label tables", () => new LabelJob(me)]);
  byId("jobs").append(...jobs.map(([name, title, start]) =>
    make("button", { type: "button", "data-job": name, "aria-pressed": false, onclick: () => open(start()) }, title)));
  open(jobs[0][2]());
}

begin().catch((error) => tell(`The page cannot start: ${error.message}`));
