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

function control(name, field) {
  const common = { id: `mend-${name}`, name, maxlength: 8000 };
  if (field.options) return make("select", common, ...field.options.map(([value, text]) => make("option", { value }, text)));
  if (field.rows) return make("textarea", { ...common, rows: field.rows });
  return make("input", { ...common, inputmode: field.number ? "decimal" : null, autocomplete: "off" });
}

// Several fields at once: {name: {label, value, rows, options, number, short}}; null where it is given up
export function askMany(title, fields) {
  const dialog = byId("mending");
  byId("mending-title").textContent = title;
  const inputs = Object.entries(fields).map(([name, field]) => {
    const input = control(name, field);
    input.value = field.value ?? "";
    return [name, input, make("p", { class: field.short ? "short" : null }, make("label", { for: `mend-${name}` }, field.label), input)];
  });
  byId("mending-fields").replaceChildren(...inputs.map(([, , line]) => line));
  dialog.returnValue = "";
  const form = byId("mending-form");
  form.onkeydown = (event) => { // Enter saves, in a text of several lines with Ctrl
    if (event.key !== "Enter" || event.target.tagName === "BUTTON" || (event.target.tagName === "TEXTAREA" && !event.ctrlKey)) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[value=save]"));
  };
  dialog.showModal();
  inputs[0][1].focus();
  inputs[0][1].select?.();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(
      dialog.returnValue === "save" ? Object.fromEntries(inputs.map(([name, input]) => [name, input.value])) : null,
    ), { once: true });
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
