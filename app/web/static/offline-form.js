// The forms of the page for no signal: made of elements and plain text, and read back as fields and their values.

const NUMBER = "[0-9]{1,6}([.,][0-9]{1,4})?";

// An element with attributes and what stands in it.
export function made(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  element.append(...inside.filter(Boolean));
  return element;
}

const FULL = "This phone could not keep it. Write it down on paper.";

export const clock = (at) => new Date(at).toLocaleString("en-GB", { weekday: "long", hour: "2-digit", minute: "2-digit" });

export const notice = (words) => made("span", { class: "kith-notice kith-block" }, words);

export function say(words) {
  const said = document.getElementById("said");
  said.replaceChildren(notice(words));
  said.scrollIntoView();
}

// A button; what it does may fail where the phone has no room left.
export function press(words, act, isQuiet = false) {
  const one = made("button", { class: isQuiet ? "kith-button kith-button--quiet" : "kith-button", type: "button" }, words);
  one.addEventListener("click", async () => {
    one.disabled = true;
    await act().catch(() => say(FULL));
    one.disabled = false;
  });
  return one;
}

function hinted(hint, id) {
  return hint && made("div", { class: "nhsuk-hint", id: `${id}-hint` }, hint);
}

export function box(label, id, attributes, hint = null, tag = "input") {
  const look = tag === "textarea" ? "nhsuk-textarea" : "nhsuk-input";
  const described = hint ? `${id}-hint` : null;
  return made(
    "div",
    { class: "nhsuk-form-group" },
    made("label", { class: "nhsuk-label nhsuk-label--s", for: id }, label),
    hinted(hint, id),
    made(tag, { class: look, id, "aria-describedby": described, autocomplete: "off", ...attributes }),
  );
}

function group(legend, size, ...inside) {
  const title = made("legend", { class: `nhsuk-fieldset__legend nhsuk-fieldset__legend--${size}` }, legend);
  return made("div", { class: "nhsuk-form-group" }, made("fieldset", { class: "nhsuk-fieldset" }, title, ...inside));
}

function ticked(kind, name, value, label, id) {
  const look = kind === "radio" ? "radios" : "checkboxes";
  return made(
    "div",
    { class: `nhsuk-${look}__item` },
    made("input", { class: `nhsuk-${look}__input`, type: kind, name, value, id }),
    made("label", { class: `nhsuk-label nhsuk-${look}__label`, for: id }, label),
  );
}

export function ticks(kind, legend, size, name, options, id) {
  const look = kind === "radio" ? "nhsuk-radios" : "nhsuk-checkboxes";
  return group(legend, size, made("div", { class: look }, ...options.map(([value, label], at) => ticked(kind, name, value, label, `${id}-${at}`))));
}

function measure(one, id) {
  const boxes = one.boxes.map((each) => {
    const named = { name: each.name, inputmode: "decimal", pattern: NUMBER, class: "nhsuk-input nhsuk-input--width-5", title: "A number, as 120 or 4.5" };
    return box(`${each.label} (${each.unit})`, `${id}-${each.name}`, named, each.hint);
  });
  const choices = one.choices.map((each) => ticks("radio", each.legend, "s", each.name, each.options, `${id}-${each.name}`));
  const form = made("form", { "data-measure": one.name, novalidate: true }, ...boxes, ...choices);
  return made("details", { class: "nhsuk-details" }, made("summary", { class: "nhsuk-details__summary" }, made("span", { class: "nhsuk-details__summary-text" }, one.title)), made("div", { class: "nhsuk-details__text" }, form));
}

export function measures(kept, id) {
  if (!kept.measures.length) return null;
  return group("Measured", "m", ...kept.measures.map((one) => measure(one, `${id}-${one.name}`)));
}

export const filled = (form) => [...new FormData(form)].filter(([, value]) => value.trim() !== "");

// What is missing or no number of a measure that was begun; null where it can be sent.
export function fault(one, form) {
  const typed = new Map(filled(form));
  const wanted = [...one.boxes.filter((each) => !each.optional), ...one.choices.filter((each) => each.must)];
  const isByWords = typed.has("meter") && typed.get("meter") !== "number";
  const missing = isByWords ? null : wanted.find((each) => !typed.has(each.name));
  if (missing) return `${one.title}: ${missing.label ?? missing.legend}`;
  const wrong = [...form.elements].find((each) => !each.checkValidity());
  return wrong ? `${one.title}: give a number, as 120 or 4.5` : null;
}
