// "Keep these visits on this phone": who is visited and when, and the page that works without a signal.
// The page for it, its scripts and its look hold nothing of anybody; what is kept of a person is sealed (store.js).

import * as store from "./store.js";

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

async function keep() {
  const kept = await store.all("kept");
  const others = kept.filter(([, one]) => one.person !== fresh.person);
  await Promise.all(others.map(([row]) => store.remove("kept", row)));
  const before = kept.find(([row, one]) => row === fresh.patient_id && one.person === fresh.person)?.[1];
  const mine = { own: before?.own ?? [], progress: before?.progress ?? {} };
  await store.put("kept", { ...fresh, ...mine, kept_at: Date.now() }, fresh.patient_id);
}

async function begin() {
  await keepShell();
  await keep();
  await navigator.serviceWorker.register(WORKER);
  await navigator.serviceWorker.ready;
  await navigator.storage?.persist?.();
}

async function forget() {
  await store.remove("kept", fresh.patient_id);
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

if (part && "serviceWorker" in navigator && "caches" in window && window.isSecureContext) {
  part.querySelector("[data-keep]").addEventListener("click", pressed(begin, true));
  part.querySelector("[data-forget]").addEventListener("click", pressed(forget, false));
  const isKept = (await store.all("kept")).some(([row, one]) => row === fresh.patient_id && one.person === fresh.person);
  if (isKept) await pressed(begin, true)();
  else show(false);
}
