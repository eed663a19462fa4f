// Visits without a signal: arrive, write, measure and leave; all of it waits in the one queue (unsent.js), with the time
// at which it happened. What the visitor has done already is kept with the visits, so that the page knows where they are.

import { add } from "./unsent.js";
import * as store from "./store.js";
import { box, fault, filled, made, measures, press, say, ticks } from "./offline-form.js";

// The camera that read the picture on the wall has opened /arrive/ and its code.
const AT_WALL = location.pathname.match(/^\/arrive\/([^/]+)$/)?.[1];
const NOTHING = "Tick what was done, write something, or measure.";

async function queue(kept, visit, kind, form, words) {
  const at = new Date().toISOString();
  const unexpected = visit.is_own ? [["unexpected", visit.what]] : [];
  const path = kind.startsWith("readings/") ? `${kept.send_to}/${kind}` : `${kept.send_to}/visits/${visit.id}/${kind}`;
  const said = kind.startsWith("readings/") ? [] : unexpected;
  await add({ person: kept.person, path, form: [...form, ...said, ["happened_at", at]], words: `${kept.name}, ${visit.what}: ${words}`, at });
}

// Where the visitor is now, kept; only this visit is drawn anew, for others may be half written.
async function goOn(kept, visit, progress, words) {
  kept.mine.progress[visit.id] = progress;
  await store.put("kept", kept, kept.row);
  const [card, before] = [one(kept, visit), document.getElementById(`c${visit.id}`)];
  if (before) before.replaceWith(card);
  else document.getElementById(`o${kept.patient_id}`).before(card);
  say(words);
}

async function arrive(kept, visit, typed) {
  const code = AT_WALL ?? typed;
  await queue(kept, visit, "arrival", code ? [["code", code]] : [], "I am here");
  if (visit.is_own) kept.mine.own.push(visit);
  await goOn(kept, visit, "here", `You are down as being at ${kept.name}’s.`);
}

async function leave(kept, visit) {
  await queue(kept, visit, "leaving", [], "I left");
  await goOn(kept, visit, "left", "You have left. Thank you. It is sent when there is a signal.");
}

// What was measured goes first: it is judged whatever becomes of the visit.
async function write(kept, visit, place, isLeaving) {
  const forms = [...place.querySelectorAll("form[data-measure]")].filter((form) => filled(form).length);
  const begun = forms.map((form) => [kept.measures.find((one) => one.name === form.dataset.measure), form]);
  const wrong = begun.map(([one, form]) => fault(one, form)).find(Boolean);
  const note = filled(place.querySelector("form[data-note]"));
  const complaint = wrong ?? (note.length || begun.length || isLeaving ? null : NOTHING);
  place.querySelector("[role=alert]").textContent = complaint ?? "";
  if (complaint || place.inert) return; // pressed twice is pressed once
  place.inert = true;
  for (const [one, form] of begun) {
    const ids = [["id", crypto.randomUUID()], ["pulse_id", crypto.randomUUID()]];
    await queue(kept, visit, `readings/${one.name}`, [...filled(form), ...ids], one.title);
  }
  if (note.length) await queue(kept, visit, "note", [["id", crypto.randomUUID()], ...note], "what was done");
  if (isLeaving) return leave(kept, visit);
  await goOn(kept, visit, "here", "It is saved on this phone. It is sent when there is a signal.");
}

function note(kept, visit) {
  const id = `v${visit.id}`;
  const texts = [box("For the family", `${id}-family`, { name: "family", rows: "3", maxlength: "4000" }, `${visit.family_readers ?? kept.family_readers} can read this.`, "textarea")];
  if (kept.professional_readers) {
    const readers = `Only ${kept.professional_readers} can read this.`;
    texts.push(box("For professionals", `${id}-professional`, { name: "professional", rows: "3", maxlength: "4000" }, readers, "textarea"));
    texts.push(box("For whoever comes next", `${id}-handover`, { name: "handover", rows: "2", maxlength: "4000" }, readers, "textarea"));
  }
  const next = box("Next visit", `${id}-next`, { name: "next_visit_at", type: "datetime-local", class: "nhsuk-input kith-when" }, "Leave it empty if you do not know yet.");
  return made("form", { "data-note": true, novalidate: true }, ticks("checkbox", "Done", "m", "done", kept.tasks, `${id}-done`), ...texts, next);
}

function under(kept, visit) {
  const place = made("div", {}, note(kept, visit), measures(kept, `m${visit.id}`), made("p", { role: "alert", class: "nhsuk-error-message" }));
  place.append(
    made("div", { class: "kith-buttons" },
      press("Save it, and I am leaving", () => write(kept, visit, place, true)),
      press("Save it", () => write(kept, visit, place, false), true)),
  );
  return place;
}

// Which code hangs there is known when it is sent; another one counts as none.
function atWall(id) {
  const look = { name: "code", maxlength: "40", spellcheck: "false", class: "nhsuk-input nhsuk-input--width-10" };
  const asked = AT_WALL ? null : box("The code on the wall", `${id}-code`, look, "Leave it empty if there is none.");
  return { asked, typed: () => asked?.querySelector("input").value.trim() };
}

function one(kept, visit) {
  const card = made("li", { class: "kith-card", id: `c${visit.id}` }, made("h3", { class: "kith-due__title" }, visit.what));
  if (visit.when) card.append(made("p", { class: "kith-tight" }, `${visit.when}. ${visit.who}.`));
  if (visit.family_readers) card.append(made("p", { class: "kith-tight" }, made("span", { class: "kith-chip" }, "Kept from the circle")));
  const progress = kept.mine.progress[visit.id] ?? (visit.is_here ? "here" : "");
  if (progress === "here") card.append(under(kept, visit));
  else if (progress === "left") card.append(made("p", {}, "You were here."));
  else {
    const wall = atWall(`v${visit.id}`);
    card.append(...[wall.asked, press("I am here", () => arrive(kept, visit, wall.typed()))].filter(Boolean));
  }
  return card;
}

function unplanned(kept) {
  const id = `own-${kept.patient_id}`;
  const [asked, wall] = [box("What is it?", id, { maxlength: "120" }), atWall(id)];
  const visit = () => ({ id: crypto.randomUUID(), what: asked.querySelector("input").value.trim() || "Visit", is_own: true });
  const begin = press("I am here", () => arrive(kept, visit(), wall.typed()), true);
  return made("li", { class: "kith-card", id: `o${kept.patient_id}` }, made("h3", { class: "kith-due__title" }, "It was not planned"), asked, wall.asked, begin);
}

export function shown(kept) {
  kept.mine = { own: [], progress: {}, ...kept.mine };
  const visits = [...kept.visits, ...kept.mine.own];
  const title = `t${kept.patient_id}`;
  const list = made("ul", { class: "kith-list" }, ...visits.map((visit) => one(kept, visit)), unplanned(kept));
  return made("section", { "aria-labelledby": title }, made("h2", { class: "nhsuk-heading-m", id: title }, `Visits to ${kept.name}`), list);
}
