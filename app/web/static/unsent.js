// What was written on this phone and is not sent yet: one queue for every kind of thing.
//
// An item says whose it is, where it goes and what is in it; its id was chosen when it was written, so that sending it
// twice is sending it once. It is sent on start, on focus, when the signal is back and each half minute, and leaves
// the phone's memory only once it has arrived. What is refused stays, with the reason. Signed out, all of it waits.
// What is of one thing, as the answers of a rating are, goes in its order: what could not be sent holds up the rest.

import * as store from "./store.js";

const EVERY = 30_000;
const PATIENCE = 30_000;
const IMPATIENCE = 5_000;
const SOON = [401, 408, 425, 429]; // and whatever is the server's own fault: it is sent again later
const CHANGED = "kith:unsent";
const STRANGE = "It was refused, and no reason was given.";
const arrived = new Set(); // the things of which something was sent since this page was made

// An item: {person, path, form: [[name, value]], words, at}; with others of one thing also {of, about}.
export async function add(item) {
  await store.put("unsent", { ...item, refused: null });
  changed();
  void send({ ifAvailable: false });
}

// Of whoever used this phone last, oldest first.
export async function items() {
  const person = await store.who();
  return (await store.all("unsent")).filter(([, item]) => item.person === person);
}

export async function again(group) {
  for (const [row, item] of group) await store.put("unsent", { ...item, refused: null }, row);
  changed();
  await send();
}

export async function drop(group) {
  for (const [row] of group) await store.remove("unsent", row);
  changed();
}

// Learns who is here, where the service answers soon; else it is whoever used this phone last.
export async function meet() {
  const me = await asked("/me/unsent", { signal: AbortSignal.timeout(IMPATIENCE) });
  if (me?.status === 200) await store.seen((await me.json()).person);
}

export const hasArrived = (of) => arrived.has(of);

// Would something that is sent now arrive? Asked before a page sends what somebody chose.
export const reaches = async () => (await asked("/me/unsent", { signal: AbortSignal.timeout(IMPATIENCE) }))?.status === 200;

// One tab at a time; another that asks meanwhile leaves it to the first.
export function send({ ifAvailable = true } = {}) {
  return navigator.locks.request("kith-unsent", { ifAvailable }, (lock) => lock && sendAll());
}

async function sendAll() {
  const waiting = (await store.all("unsent")).filter(([, item]) => !item.refused);
  if (!waiting.length) return;
  const me = await asked("/me/unsent");
  if (me?.status !== 200) return changed({ signIn: me?.status === 401 });
  const { person, csrf_token } = await me.json();
  await store.seen(person);
  changed();
  const held = new Set();
  for (const [row, item] of waiting.filter(([, item]) => item.person === person)) {
    if (held.has(item.of)) continue;
    const answer = await post(item, csrf_token);
    if (!answer || answer.status === 401) return changed({ signIn: answer?.status === 401 });
    if (!SOON.includes(answer.status) && answer.status < 500) await settle(row, item, answer);
    else if (item.of) held.add(item.of);
  }
}

async function settle(row, item, answer) {
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) {
    arrived.add(item.of);
    await store.remove("unsent", row);
    changed({ words: item.words, reply: said.reply });
  } else {
    const reasons = (said.errors ?? []).map((one) => one.detail);
    await store.put("unsent", { ...item, refused: reasons.join(" ") || said.detail || said.title || STRANGE }, row);
    changed();
  }
}

function post(item, token) {
  const body = new URLSearchParams([...item.form, ["sent_at", new Date().toISOString()], ["csrf_token", token]]);
  return asked(item.path, { method: "POST", body });
}

// Null where nothing was answered: there is no signal.
async function asked(path, more = {}) {
  try {
    return await fetch(path, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE), ...more });
  } catch {
    return null;
  }
}

function changed(detail = {}) {
  document.dispatchEvent(new CustomEvent(CHANGED, { detail }));
}

async function counted() {
  const [mine, found] = [await items(), await store.all("unsent")];
  const refused = mine.filter(([, item]) => item.refused).length;
  const [waiting, others] = [mine.length - refused, found.length - mine.length];
  const said = [
    waiting && `Saved on this phone, not sent yet: ${waiting}.`,
    refused && `Could not be sent: ${refused}.`,
    others && `Somebody else’s, not sent yet: ${others}. It is sent when they sign in here.`,
  ];
  return said.filter(Boolean).join(" ");
}

// On every page: how many there are, and what those are told who sent a reading.
async function show({ detail }) {
  const replies = document.querySelector("[data-replies]");
  if (detail.reply) replies?.append(replied(detail));
  const place = document.getElementById("unsent");
  if (!place) return;
  const words = await counted();
  const signIn = detail.signIn && words ? " Sign in, and it is sent." : "";
  place.querySelector("[data-count]").hidden = !words;
  place.querySelector("[data-words]").textContent = words + signIn;
  place.hidden = !words && !replies.childElementCount;
}

function replied({ words, reply }) {
  const line = document.createElement("p");
  const what = document.createElement("strong");
  what.textContent = `${words}. `;
  line.append(what, reply.join(" "));
  return line;
}

// Signing out deletes what is kept here: first it is sent, and what is left must be let go by hand.
async function beforeSignOut(event) {
  const form = event.target;
  if (!form.matches("form[data-sign-out]") || form.dataset.warned) return;
  event.preventDefault();
  await send();
  const words = await counted();
  form.dataset.warned = "yes";
  if (!words) return form.submit();
  const place = document.getElementById("unsent");
  place.querySelector("[data-words]").textContent = `${words} Signing out deletes it. To sign out all the same, press “Sign out” again.`;
  place.querySelector("[data-count]").hidden = place.hidden = false;
  place.scrollIntoView();
}

// A page with a signal says who is signed in.
async function look() {
  const { person } = document.getElementById("unsent")?.dataset ?? {};
  if (person) await store.seen(person);
}

async function begin() {
  document.addEventListener("submit", beforeSignOut);
  await look();
  document.addEventListener(CHANGED, show);
  window.addEventListener("online", send);
  window.addEventListener("focus", send);
  setInterval(send, EVERY);
  changed();
  await send();
}

void begin(); // whoever needs the queue does not wait for it to be sent
