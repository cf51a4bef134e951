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

// Several fields at once: {name: {label, value, rows}}; null where it is given up
export function askMany(title, fields) {
  const dialog = byId("mending");
  byId("mending-title").textContent = title;
  const inputs = Object.entries(fields).map(([name, field]) => {
    const input = make(field.rows ? "textarea" : "input", { id: `mend-${name}`, name, rows: field.rows ?? null, maxlength: 8000 });
    input.value = field.value ?? "";
    return [name, input, make("p", {}, make("label", { for: `mend-${name}` }, field.label), input)];
  });
  byId("mending-fields").replaceChildren(...inputs.map(([, , line]) => line));
  dialog.returnValue = "";
  dialog.showModal();
  inputs[0][1].focus();
  inputs[0][1].select();
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
