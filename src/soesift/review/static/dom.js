// Elements are made, never parsed: no text of a document can become markup.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (name.startsWith("aria-")) { element.setAttribute(name, String(value)); continue; }
    if (value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const byId = (id) => document.getElementById(id);

let timer = 0;

export function tell(text) {
  const told = byId("told");
  told.textContent = text;
  told.hidden = !text;
  clearTimeout(timer);
  if (text) timer = setTimeout(() => (told.hidden = true), 12000);
}

// Boxes to tick, as one field whose value is the ticked ones, apart by commas
function ticked(name, field) {
  const boxes = field.several.map((value) => make("input", { type: "checkbox", value, id: `mend-${name}-${value}` }));
  const all = make("fieldset", { id: `mend-${name}` }, make("legend", {}, field.label), ...boxes.map((box) => make("label", { for: box.id }, box, ` ${box.value}`)));
  const given = () => boxes.filter((box) => box.checked).map((box) => box.value).join(", ");
  return Object.defineProperty(all, "value", { get: given, set: (text) => { for (const box of boxes) box.checked = text.split(/[\s,]+/).includes(box.value); } });
}

function control(name, field) {
  const common = { id: `mend-${name}`, name, maxlength: 8000 };
  if (field.several) return ticked(name, field);
  if (field.options) return make("select", common, ...field.options.map(([value, text]) => make("option", { value }, text)));
  if (field.rows) return make("textarea", { ...common, rows: field.rows });
  return make("input", { ...common, inputmode: field.number ? "decimal" : null, autocomplete: "off" });
}

const DRAFT = "soesift.draft"; // what was typed and not yet saved, of one dialog

function draftOf(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(DRAFT) ?? "null");
    return key && kept?.key === key ? kept.values : null;
  } catch { return null; }
}

// Several fields at once: {name: {label, value, rows, options, several, number, short}}; null where it is given up.
// What is typed is kept under `draft`, so that a reload does not lose it; `check` says what is wrong with the values,
// or null; `about` stands above the fields.
export function askMany(title, fields, { draft = "", about = "", check = () => null } = {}) {
  const dialog = byId("mending");
  byId("mending-title").textContent = title;
  const inputs = Object.entries(fields).map(([name, field]) => {
    const input = control(name, field);
    input.value = field.value ?? "";
    return [name, input, field.several ? input : make("p", { class: field.short ? "short" : null }, make("label", { for: `mend-${name}` }, field.label), input)];
  });
  const values = () => Object.fromEntries(inputs.map(([name, input]) => [name, input.value]));
  const before = draftOf(draft);
  for (const [name, input] of inputs) if (before && name in before) input.value = before[name];
  const wrong = make("p", { class: "wrong", role: "alert" }, before ? "This was typed before, and not saved." : "");
  byId("mending-fields").replaceChildren(...(about ? [make("p", { class: "about" }, about)] : []), ...inputs.map(([, , line]) => line), wrong);
  dialog.returnValue = "";
  const form = byId("mending-form");
  form.oninput = () => { if (draft) localStorage.setItem(DRAFT, JSON.stringify({ key: draft, values: values() })); };
  form.onsubmit = (event) => {
    const why = event.submitter?.value === "save" ? check(values()) : null;
    if (!why) return;
    event.preventDefault();
    wrong.textContent = why;
  };
  form.onkeydown = (event) => { // Enter saves, in a text of several lines with Ctrl
    if (event.key !== "Enter" || event.target.tagName === "BUTTON" || (event.target.tagName === "TEXTAREA" && !event.ctrlKey)) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[value=save]"));
  };
  dialog.showModal();
  inputs[0][1].focus();
  inputs[0][1].select?.();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      localStorage.removeItem(DRAFT);
      resolve(dialog.returnValue === "save" ? values() : null);
    }, { once: true });
  });
}

export function ask(title, label, type, value) {
  byId("asking-title").textContent = title;
  byId("asked-label").textContent = label;
  const asked = byId("asked");
  asked.type = type;
  asked.value = value;
  byId("asking").showModal();
  asked.select();
  return new Promise((resolve) => {
    byId("asking").addEventListener("close", () => resolve(asked.value.trim()), { once: true });
  });
}
