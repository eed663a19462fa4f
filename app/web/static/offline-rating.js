// A rating without a signal: one part of life at a time, as the pages with a signal ask for it. Each answer waits in the
// one queue (unsent.js) with its own time; beside the questions it is noted only of which something was said.

import { add, items } from "./unsent.js";
import * as store from "./store.js";
import { box, filled, made, press } from "./offline-form.js";

const CHOOSE = "Choose a number, or leave this one out.";
const LONG = "Write up to 500 characters.";
const NOTHING = "Rate one part of life at least; the others may be left out.";
const LONGEST = 500;
const REFUSED = "Something of it could not be sent: look at it above. Then open this where there is a signal.";

// The rating that is being written: its id, and of which areas something was said, here or before.
function begun({ draft, mine }) {
  const of = mine.of ?? draft?.id ?? null;
  const before = draft && draft.id === of ? draft.said : [];
  return { of, isNew: !draft || draft.id !== of, said: new Set([...before, ...(mine.answered ?? [])]) };
}

// What is wrong with an answer; null where it can be kept.
export function fault(form) {
  const typed = new Map(form);
  if (!typed.has("score") && !typed.has("leave_out")) return CHOOSE;
  return (typed.get("note") ?? "").length > LONGEST ? LONG : null;
}

async function queue(kept, path, form, words) {
  const at = new Date().toISOString();
  const { of } = kept.mine;
  await add({ person: kept.person, path: `${kept.send_to}/${of}/${path}`, form: [...form, ["happened_at", at]], words, at, of, about: kept.about });
  await store.put("kept", kept, kept.row);
}

// Keeps one answer on this phone: fields and values, as the page's form has them.
export async function answer(kept, code, form) {
  const { of, isNew } = begun(kept);
  const answered = kept.mine.answered ?? [];
  const { code: instrument, version, areas } = kept.instrument;
  const isFirst = isNew && !answered.length;
  kept.mine = { of: of ?? crypto.randomUUID(), answered: [...new Set([...answered, code])] };
  const named = [["code", instrument], ["version", String(version)], ...(isFirst ? [["begins", "yes"]] : [])];
  const score = new Map(form).get("score");
  await queue(kept, `areas/${code}`, [...form, ...named], `${areas.find((one) => one.code === code).name} ${score ?? "left out"}`);
}

// Keeps it that they are through with it.
export async function finish(kept) {
  const { of, said } = begun(kept);
  kept.mine = { of, answered: kept.mine.answered ?? [], finished: true };
  await queue(kept, "send", [...said].map((code) => ["said", code]), "finished");
}

// The answers of this rating that are still on the phone, by area; later ones count.
async function here(kept) {
  const found = (await items()).filter(([, item]) => item.of === begun(kept).of && !item.refused);
  return new Map(found.map(([, { path, form }]) => [path.match(/areas\/(.+)$/)?.[1], new Map(form)]));
}

function scale({ scores }, area, id, typed) {
  const item = ([score, stage]) =>
    made("div", { class: "kith-scale__item" },
      made("input", { type: "radio", name: "score", value: score, id: `${id}-${score}`, checked: typed?.get("score") === String(score) }),
      made("label", { for: `${id}-${score}` }, String(score), stage && made("span", { class: "kith-soft" }, ` ${stage}`)));
  const end = ([score], words) => made("span", {}, made("strong", {}, String(score)), ` ${words}`);
  const ends = made("p", { class: "kith-scale__ends" }, end(scores[0], area.low), end(scores.at(-1), area.high));
  return [ends, made("div", { class: "kith-scale" }, ...scores.map(item))];
}

async function question(kept, place, area) {
  const { areas } = kept.instrument;
  const [number, id] = [areas.indexOf(area), `${kept.row}-${area.code}`.replaceAll(" ", "-")];
  const typed = (await here(kept)).get(area.code);
  const title = made("h3", { class: "nhsuk-fieldset__heading", tabindex: "-1" }, area.name);
  const legend = made("legend", { class: "nhsuk-fieldset__legend nhsuk-fieldset__legend--m" }, title);
  const alert = made("p", { role: "alert", class: "nhsuk-error-message" });
  const note = box(`A word about it, if ${kept.likes}`, `${id}-note`, { name: "note", rows: "3" }, null, "textarea");
  note.querySelector("textarea").value = typed?.get("note") ?? "";
  const form = made("form", { novalidate: true },
    made("p", { class: "kith-eyebrow" }, `${number + 1} of ${areas.length}`),
    made("fieldset", { class: "nhsuk-fieldset" }, legend, made("p", {}, area.asks), ...scale(kept.instrument, area, id, typed)), note, alert);
  form.addEventListener("submit", (event) => event.preventDefault());
  const go = async (said) => {
    alert.textContent = fault(said) ?? "";
    if (alert.textContent) return;
    await answer(kept, area.code, said);
    await onward(kept, place);
  };
  const without = () => [...filled(form).filter(([name]) => name === "note"), ["leave_out", "yes"]];
  const back = number > 0 && press("Back", () => question(kept, place, areas[number - 1]), true);
  form.append(made("div", { class: "kith-buttons" }, press("Next", () => go(filled(form))), press("Leave this one out", () => go(without()), true), back));
  show(place, form, title);
}

// To the next part of life of which nothing was said, or to all of them before it is sent.
async function onward(kept, place) {
  const { said } = begun(kept);
  const next = kept.instrument.areas.find((area) => !said.has(area.code));
  await (next ? question(kept, place, next) : check(kept, place));
}

const hidden = (tag, words) => made(tag, { class: "nhsuk-u-visually-hidden" }, words);

async function check(kept, place) {
  const answers = await here(kept);
  const { areas } = kept.instrument;
  const said = (area) => answers.get(area.code)?.get("score") ?? (answers.has(area.code) ? "left out" : "before");
  const change = (area) => {
    const one = press("Change", () => question(kept, place, area));
    one.className = "kith-link-button";
    one.append(hidden("span", ` ${area.name}`));
    return one;
  };
  const row = (area) => made("tr", {}, made("th", { scope: "row" }, area.name), made("td", {}, made("strong", {}, said(area))), made("td", {}, change(area)));
  const heads = made("tr", {}, made("th", { scope: "col" }, "Part of life"), made("th", { scope: "col" }, "Said"), made("th", { scope: "col" }, hidden("span", "Change")));
  const table = made("table", { class: "kith-table kith-wheel-table" }, hidden("caption", "What was said"), made("thead", {}, heads), made("tbody", {}, ...areas.map(row)));
  const title = made("h3", { class: "nhsuk-heading-s", tabindex: "-1" }, "Before it is sent");
  const alert = made("p", { role: "alert", class: "nhsuk-error-message" });
  const send = async () => {
    const isEmpty = areas.every((area) => said(area) === "left out");
    alert.textContent = isEmpty ? NOTHING : "";
    if (isEmpty) return;
    await finish(kept);
    await standing(kept, place);
  };
  show(place, made("div", {}, title, table, alert, press("Send it when there is a signal", send)), title);
}

// How far it has come; finished, whether it has arrived; refused, that it does not go on like this.
async function standing(kept, place) {
  const { of, said } = begun(kept);
  const unsent = (await items()).filter(([, item]) => of && item.of === of);
  if (unsent.some(([, item]) => item.refused)) return show(place, made("p", { role: "status" }, REFUSED));
  if (kept.mine.finished) {
    const waits = unsent.length > 0;
    const words = waits ? "You are through with it. It is sent when there is a signal." : "You are through with it, and it is sent.";
    return show(place, made("p", { role: "status" }, words));
  }
  const count = `${said.size} of ${kept.instrument.areas.length} said so far.`;
  show(place, made("p", {}, of ? count : "Nothing is said yet."), press(of ? "Go on with it" : "Rate how it is going", () => onward(kept, place)));
}

function show(place, one, ...rest) {
  const focus = rest.find((each) => each.tabIndex === -1);
  place.classList.toggle("kith-card", one.tagName !== "FORM"); // eleven numbers stand in one row where there is room
  place.replaceChildren(one, ...rest.filter((each) => each !== focus));
  focus?.focus();
}

export async function shown(kept) {
  const id = kept.row.replaceAll(" ", "-");
  const place = made("div", { class: "kith-card" });
  await standing(kept, place);
  document.addEventListener("kith:unsent", () => !place.querySelector("form, table") && standing(kept, place));
  const { attribution } = kept.instrument;
  return made("section", { "aria-labelledby": id }, made("h2", { class: "nhsuk-heading-m", id }, kept.title), place, attribution && made("p", { class: "kith-soft" }, attribution));
}
