// The page for no signal: what this phone has kept of whoever used it last, to go on with, and what waits to be sent.

import { again, drop, items, meet, send } from "./unsent.js";
import * as store from "./store.js";
import { clock, made, notice, press } from "./offline-form.js";
import * as ratings from "./offline-rating.js";
import * as visits from "./offline-visits.js";

const KINDS = { visits: visits.shown, rating: ratings.shown };
const HOUR = 60 * 60 * 1000;
const TYPED = ["family", "professional", "handover", "value", "systolic", "diastolic", "note"];
let drawn; // for whom
let drawing = meet(); // then one drawing after the other: nothing is shown before it is known who looks

// Items of one thing that stand alike are one line; all others stand alone.
function groups(found) {
  const made = new Map();
  for (const [row, item] of found) {
    const key = item.of ? `${item.of} ${item.refused ?? ""}` : row;
    made.set(key, [...(made.get(key) ?? []), [row, item]]);
  }
  return [...made.values()];
}

function waiting(group) {
  const [, first] = group[0];
  const what = first.of ? `${first.about}: ${group.map(([, item]) => item.words).join(", ")}` : first.words;
  const state = first.refused ? `Could not be sent: ${first.refused}` : "Not sent yet.";
  const line = made("li", {}, `${what}, ${clock(first.at)}. `, made("span", { class: "kith-block" }, state));
  if (first.refused) {
    const typed = group.flatMap(([, item]) => item.form.filter(([name]) => TYPED.includes(name)));
    const acts = made("div", { class: "kith-buttons kith-above" }, press("Send it again", () => again(group), true), press("Delete it", () => deleted(group), true));
    line.append(...typed.map(([, text]) => made("span", { class: "kith-block kith-words" }, text)), acts);
  }
  return line;
}

async function deleted(group) {
  await drop(group);
  await begin(); // what was written here goes on without it
}

async function listed({ detail } = {}) {
  const place = document.getElementById("waiting");
  const found = await items();
  if (!found.length && !place.hidden) document.getElementById("said").replaceChildren(notice(await left()));
  place.querySelector("[data-items]").replaceChildren(...groups(found).map(waiting));
  place.hidden = !found.length;
  document.getElementById("sign-in").hidden = !detail?.signIn;
  const replies = document.getElementById("replies");
  replies.hidden = !replies.querySelector("[data-replies]").childElementCount;
}

const left = async () => ((await store.all("unsent")).length ? "All of yours is sent." : "All of it is sent, and nothing is left on this phone.");

async function draw() {
  const person = await store.who();
  const rows = (await store.all("kept")).filter(([, one]) => one.kind in KINDS);
  const isFresh = ([, one]) => Date.now() - one.kept_at <= one.hours * HOUR;
  for (const [row] of rows.filter((one) => !isFresh(one))) await store.remove("kept", row);
  const kept = rows.filter(isFresh).map(([, one]) => one).filter((one) => one.person === person);
  const sections = await Promise.all(kept.map((one) => KINDS[one.kind](one)));
  document.getElementById("people").replaceChildren(...sections);
  document.getElementById("nothing").hidden = kept.length > 0;
  drawn = person;
  await listed();
}

function begin() {
  drawing = drawing.then(draw, draw);
  return drawing;
}

document.addEventListener("kith:unsent", async (event) => {
  await drawing;
  await (drawn === (await store.who()) ? listed(event) : begin()); // somebody else may have signed in
});
await begin();
await send();
