// What is decided and not yet written by the server. It stands in localStorage, which every tab sees at once and a
// reload keeps, and in IndexedDB: a browser writes localStorage to disk up to a minute later, and one that crashes
// before loses it. What a crash took from the first comes back from the second; the server knows an id it has.

const OUT = "soesift.out.";
const STORE = "outbox";
let count = 0;
let writing = 0;
let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("soesift", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

async function change(step, mode = "readwrite") {
  const base = await database();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(STORE, mode, { durability: "strict" });
    const asked = step(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export function waiting() {
  const keys = [];
  for (let i = 0; i < localStorage.length; i++) {
    const key = localStorage.key(i);
    if (key.startsWith(OUT)) keys.push(key);
  }
  return keys.sort().map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) }));
}

// The key under which it waits; `then` is called when a crash of the browser would not lose it any more
export function keep(path, body, then) {
  const key = `${OUT}${String(Date.now()).padStart(15, "0")}.${String(count++).padStart(6, "0")}.${body.id}`;
  const text = JSON.stringify({ path, body });
  localStorage.setItem(key, text);
  writing += 1;
  change((store) => store.put(text, key)).catch(() => {}).finally(() => { writing -= 1; then(); });
  return key;
}

export const allKept = () => writing === 0;

export function forget(key) {
  localStorage.removeItem(key);
  change((store) => store.delete(key)).catch(() => {}); // sent once more after a crash, and known there
}

// What a crash took from localStorage. A browser without IndexedDB (private windows) has the first alone.
export async function restore() {
  try {
    const keys = await change((store) => store.getAllKeys(), "readonly");
    const texts = await change((store) => store.getAll(), "readonly");
    keys.forEach((key, i) => { if (localStorage.getItem(key) === null) localStorage.setItem(key, texts[i]); });
  } catch { /* nothing kept there */ }
}
