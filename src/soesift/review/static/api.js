// Talking to the server. What a person decides goes into the outbox first (outbox.js) and leaves it when the
// server has written it down: neither a reload, nor a server that is gone for a while, loses it.

import { ask, byId, tell } from "./dom.js";
import { allKept, forget, keep, waiting } from "./outbox.js";

export { restore, waiting } from "./outbox.js";

const SOON = 300; // ms until what the server did not take is sent again
const LATEST = 1000; // and at most, however long it is gone

let csrf = "";
let flushing = false;
let last = Promise.resolve();

class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function request(path, options = {}) {
  const answer = await fetch(path, { credentials: "same-origin", ...options });
  if (answer.ok) return answer;
  let detail = `answer ${answer.status}`;
  try { detail = (await answer.json()).detail ?? detail; } catch { /* not JSON */ }
  throw new Refused(answer.status, detail);
}

async function login() {
  const token = await ask("Token needed", "Your token, or the one of this page (SOESIFT_TOKEN)", "password", "");
  await renewCsrf();
  await request("/api/login", { method: "POST", body: token, headers: { "x-soesift-csrf": csrf } });
}

async function renewCsrf() {
  csrf = (await (await request("/api/csrf")).json()).csrf;
}

export async function get(path) {
  for (;;) {
    try {
      return await (await request(path)).json();
    } catch (error) {
      if (error.status !== 401) throw error;
      try { await login(); } catch (wrong) { tell(wrong.message); }
    }
  }
}

// A file as it is, under its name
export async function put(path, file) {
  if (!csrf) await renewCsrf();
  const headers = { "content-type": "application/octet-stream", "x-soesift-csrf": csrf, "x-soesift-name": encodeURIComponent(file.name) };
  return (await request(path, { method: "POST", body: file, headers })).json();
}

// A small request that is not kept: who asked sees whether it was done
export async function post(path) {
  if (!csrf) await renewCsrf();
  return (await request(path, { method: "POST", headers: { "content-type": "application/json", "x-soesift-csrf": csrf }, body: "{}" })).json();
}

export async function picture(path) {
  return URL.createObjectURL(await (await request(path)).blob());
}

export function freshId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
}

// `done` is called with the server's answer, `refused` with the reason, if this page still lives then
const callers = new Map();

export function send(path, body, done, refused) {
  const key = keep(path, body, showSaved);
  callers.set(key, { done, refused });
  showSaved();
  flush();
}

export function flush() {
  if (flushing) return;
  flushing = true;
  const all = async () => {
    let pause = SOON;
    while (waiting().length) {
      const left = await round();
      showSaved();
      if (!left) continue;
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(pause * 1.5, LATEST);
    }
  };
  // one tab sends at a time, so that an undo never overtakes what it takes back
  last = navigator.locks ? navigator.locks.request("soesift-out", all) : all();
  last.finally(() => { flushing = false; sentElsewhere(); showSaved(); if (waiting().length) flush(); });
}

async function round() {
  for (const { key, path, body } of waiting()) {
    const caller = callers.get(key);
    try {
      if (!csrf) await renewCsrf();
      const headers = { "content-type": "application/json", "x-soesift-csrf": csrf };
      const answer = await request(path, { method: "POST", body: JSON.stringify(body), headers });
      const said = await answer.json();
      settle(key);
      caller?.done?.(said);
    } catch (error) {
      if (error.status === 403) csrf = "";
      if (error.status === 404) continue;
      if (error.status === 401) { try { await login(); } catch { /* asked again */ } }
      const final = [400, 409, 413, 422].includes(error.status);
      if (!final) return true;
      settle(key);
      tell(`Not written: ${error.message}`);
      caller?.refused?.(error.message);
    }
  }
  return waiting().length > 0;
}

// What another tab has sent for this one
function sentElsewhere() {
  const open = new Set(waiting().map((one) => one.key));
  for (const [key, caller] of [...callers]) if (!open.has(key)) { callers.delete(key); caller.done?.(null); }
}

function settle(key) {
  forget(key);
  callers.delete(key);
}

export function showSaved() {
  const open = waiting().length;
  const saved = byId("saved");
  const text = open ? `${open} not yet saved; ${allKept() ? "kept in this browser" : "keeping"}` : "All saved";
  if (saved.textContent !== text) saved.textContent = text;
  saved.classList.toggle("open", open > 0);
}
