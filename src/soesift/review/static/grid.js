// The joined grid, its footnotes linked to their marks, and the chosen row.

import { make } from "./dom.js";

const SHORT = 16, WIDEST = 26; // characters of a text that may break as it likes; of the widest column asked for

export function gridOf(table, chooseRow, chooseCell = () => {}, editCell = () => {}) {
  if (table.too_large) return make("p", {}, "This grid is too large to show here; see the exported files.");
  if (!table.rows?.length) return make("p", { class: "quiet" }, "No rows are shown for this one; the page tells.");
  const notes = new Map(table.footnotes.map((note, index) => [note.marker, index]));
  const used = new Set();
  const line = (row, number) => make(
    "tr",
    { "data-row": number, class: turns(table, number) ? "turns" : null, onclick: () => chooseRow(number) },
    ...row.map((cell) => {
      const element = cellOf(cell, number < table.header_rows, notes, used);
      element.dataset.at = `${number} ${cell.c}`;
      element.addEventListener("click", () => chooseCell(number, cell.c));
      element.addEventListener("dblclick", () => editCell(number, cell.c));
      return element;
    }),
  );
  const lines = table.rows.map(line);
  const grid = make(
    "table", { class: "grid" },
    make("caption", { class: "hidden" }, table.title || "Joined table"),
    make("thead", {}, ...lines.slice(0, table.header_rows)),
    make("tbody", {}, ...lines.slice(table.header_rows)),
  );
  const frame = make("div", { class: "frame", tabindex: 0, role: "region", "aria-label": "Joined grid" }, grid);
  if (!table.doubt?.length) return frame;
  return make("div", { class: "doubted" }, make("ul", { class: "doubts", tabindex: -1, "aria-label": "To be checked" }, ...table.doubt.map((why) => make("li", {}, why))), frame);
}

function turns(table, number) {
  const pages = table.row_pages;
  return number > table.header_rows && pages[number] !== pages[number - 1] && pages.length > number;
}

function cellOf(cell, head, notes, used) {
  const side = !head && cell.c === 0;
  const heads = cell.t && (head || side); // an empty heading names nothing
  const element = make(heads ? "th" : "td", {
    scope: !heads ? null : head ? (cell.cs > 1 ? "colgroup" : "col") : side ? "row" : null,
    rowspan: cell.rs, colspan: cell.cs, dir: "auto", title: cell.d ?? null,
    class: [side ? "name" : head && cell.c === 0 ? "name corner" : cell.t.length <= 3 ? "mark" : "", cell.d ? "doubtful" : "", ...(cell.s ?? [])].filter(Boolean).join(" ") || null,
  }, cell.t);
  if (!side && (cell.cs ?? 1) === 1) element.style.minWidth = roomOf(cell.t);
  for (const marker of cell.m ?? []) {
    const index = notes.get(marker);
    const id = used.has(index) ? null : `mark-${index}`;
    used.add(index);
    const link = make("a", { href: `#note-${index}`, id, "aria-label": `Footnote ${marker}` }, marker);
    link.addEventListener("click", (event) => jump(event, `note-${index}`));
    element.append(make("sup", {}, link));
  }
  return element;
}

// A text of many words has the room for about four lines; else the columns of marks beside it would make it a tower
function roomOf(text) {
  return text.length > SHORT ? `${Math.min(WIDEST, Math.ceil(text.length / 4))}ch` : "";
}

export function notesOf(table, edit = () => {}) {
  if (!table.footnotes?.length) return null;
  const entries = table.footnotes.flatMap((note, index) => {
    const back = make("a", { href: `#mark-${index}`, "aria-label": `Back to the first cell with ${note.marker}` }, "↑");
    back.addEventListener("click", (event) => jump(event, `mark-${index}`));
    const doubt = note.doubt || null;
    const text = make("dd", { id: `note-${index}`, tabindex: -1, dir: "auto", title: doubt, class: doubt && "doubtful" }, note.text, " ");
    if (note.page) text.append(make("span", { class: "quiet" }, `p. ${note.page} `));
    if (note.marker) text.append(back);
    text.addEventListener("dblclick", () => edit(index));
    return [make("dt", {}, note.marker || "–"), text];
  });
  return make("section", { "aria-label": "Footnotes" }, make("h3", {}, "Footnotes"),
    make("dl", { class: "notes" }, ...entries));
}

function jump(event, id) {
  event.preventDefault();
  const target = document.getElementById(id);
  if (!target) return;
  for (const old of document.querySelectorAll(".lit")) old.classList.remove("lit");
  target.classList.add("lit");
  target.scrollIntoView({ block: "center" });
  target.focus();
}

// The header stays while the body scrolls, unless it would leave the body no room
export function fitHead(place) {
  for (const frame of place.querySelectorAll(".frame")) {
    const head = frame.querySelector("thead");
    if (!head) continue;
    const free = head.offsetHeight > frame.clientHeight * 0.45;
    frame.classList.toggle("free", free);
    frame.style.scrollPaddingTop = free ? "0" : `${head.offsetHeight}px`;
  }
}

export function showCell(frame, row, column, scroll = true) {
  for (const old of frame.querySelectorAll(".held")) old.classList.remove("held");
  const cell = frame.querySelector(`[data-at="${row} ${column}"]`);
  cell?.classList.add("held");
  if (scroll) cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// What is chosen no longer is lit no longer
export function showNothing(frame) {
  for (const name of ["held", "chosen"]) for (const old of frame.querySelectorAll(`.${name}`)) old.classList.remove(name);
}

export function showRow(frame, number, scroll = true) {
  for (const old of frame.querySelectorAll("tr.chosen")) old.classList.remove("chosen");
  const row = frame.querySelector(`tr[data-row="${number}"]`);
  row?.classList.add("chosen");
  if (scroll) row?.scrollIntoView({ block: "nearest" });
}
