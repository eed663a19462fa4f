// "Keep it on this phone": what a page offers to keep, as visits or questions, and the page that works without a signal.
// The page for it, its scripts and its look hold nothing of anybody; what is kept of a person is sealed (store.js).

import * as store from "./store.js";
import { hasArrived } from "./unsent.js";

const SHELL = "/offline";
const WORKER = "/service-worker.js";
const FAILED = "That did not work. Try again while there is a signal.";

// Whoever looks with a visitor's eyes keeps nothing.
const part = document.body.classList.contains("kith-looking") ? null : document.getElementById("keep");
const fresh = part && JSON.parse(part.dataset.kept);

// The one address that may become a script of its own.
window.trustedTypes?.createPolicy("default", { createScriptURL: (address) => (address === WORKER ? address : null) });

async function keepShell() {
  const answer = await fetch(SHELL, { credentials: "omit" });
  const page = await answer.clone().text();
  const paths = [...page.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map((found) => found[1].replaceAll("&amp;", "&"));
  const cache = await caches.open("kith-offline");
  await cache.addAll(paths);
  await cache.put(SHELL, answer);
  const wanted = new Set([SHELL, ...paths].map((path) => new URL(path, location.origin).href));
  await Promise.all((await cache.keys()).filter(({ url }) => !wanted.has(url)).map((old) => cache.delete(old)));
}

// What was done here without a signal goes on while some of it waits to be sent, or was sent after this page was made
// and so is not on it yet; after that the service knows better.
function goesOn({ mine: { of } }, unsent) {
  return !of || hasArrived(of) || unsent.some(([, item]) => item.of === of && !item.refused);
}

async function keep() {
  const kept = await store.all("kept");
  const others = kept.filter(([, one]) => one.person !== fresh.person);
  await Promise.all(others.map(([row]) => store.remove("kept", row)));
  const before = kept.find(([row, one]) => row === fresh.row && one.person === fresh.person)?.[1];
  const mine = before && goesOn(before, await store.all("unsent")) ? before.mine : {};
  await store.put("kept", { ...fresh, mine, kept_at: Date.now() }, fresh.row);
  await store.seen(fresh.person);
}

async function begin() {
  await keepShell();
  await keep();
  await navigator.serviceWorker.register(WORKER);
  await navigator.serviceWorker.ready;
  await navigator.storage?.persist?.();
}

async function forget() {
  await store.remove("kept", fresh.row);
  show(false);
}

function show(isKept) {
  part.querySelector("[data-kept-not]").hidden = isKept;
  part.querySelector("[data-kept-here]").hidden = !isKept;
  part.hidden = false;
}

function pressed(act, isKept) {
  return async () => {
    const said = part.querySelector("[role=alert]");
    said.textContent = "";
    try {
      await act();
      show(isKept);
    } catch {
      said.textContent = FAILED;
    }
  };
}

const isKept = async () => (await store.all("kept")).some(([row, one]) => row === fresh.row && one.person === fresh.person);

if (part && "serviceWorker" in navigator && "caches" in window && window.isSecureContext) {
  const isQuiet = "quiet" in part.dataset; // a page that offers nothing, and only tells what is kept how things stand
  if (isQuiet && (await isKept())) await keep();
  if (!isQuiet) {
    part.querySelector("[data-keep]").addEventListener("click", pressed(begin, true));
    part.querySelector("[data-forget]").addEventListener("click", pressed(forget, false));
    if (await isKept()) await pressed(begin, true)();
    else show(false);
  }
}
