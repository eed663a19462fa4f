// The worklist and an alert: countdowns that count, and a loud banner when the list has gone silent.

const SILENCE_SECONDS = 15;
const SOON_SECONDS = 5 * 60;

const silence = document.getElementById("silence");
const list = () => document.getElementById("worklist");
const title = document.title;
let waiting = Number(list()?.dataset.waiting);
let lastHeard = performance.now();
let lastHeardAt = Date.now();
let signedOut = false;
let ahead = 0; // how far the server's clock is ahead of this machine's, which may be wrong

function setClock() {
  const dated = document.querySelector("[data-now]");
  if (dated) ahead = Date.parse(dated.dataset.now) - Date.now();
}

function inWords(seconds) {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const long = minutes >= 120 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes} min`;
  if (seconds < 0) return `Late by ${minutes < 1 ? "under a minute" : long}`;
  return minutes < 1 ? "Under a minute left" : `${long} left`;
}

function countDown() {
  for (const line of document.querySelectorAll(".countdown")) {
    const time = line.querySelector("time");
    const seconds = (Date.parse(time.dateTime) - Date.now() - ahead) / 1000;
    const state = seconds < 0 ? "late" : seconds <= SOON_SECONDS ? "soon" : "ok";
    const words = inWords(seconds);
    if (time.textContent !== words) time.textContent = words;
    line.className = `countdown countdown--${state}`;
  }
}

function say(words, action) {
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = action;
  silence.replaceChildren(document.createElement("span"), link);
  silence.firstChild.textContent = words;
  silence.classList.add("silence--on");
}

const stoppedAt = () => new Date(lastHeardAt + ahead).toLocaleTimeString("en-GB");

function listen() {
  const silent = (performance.now() - lastHeard) / 1000;
  const on = silence.classList.contains("silence--on");
  const loud = signedOut || silent > SILENCE_SECONDS;
  if (loud && !on && signedOut) say("You are signed out. This list is not up to date.", "Sign in again");
  if (loud && !on && !signedOut) say(`This list is not live: it stopped at ${stoppedAt()}. Alerts may be missing. If it stays so, use the phone.`, "Try again");
  if (!loud && on) {
    silence.classList.remove("silence--on");
    silence.replaceChildren();
  }
  document.title = loud ? `NOT LIVE – ${title}` : waiting ? `(${waiting}) ${title}` : title;
}

function conditional(event) {
  const etag = list()?.dataset.etag;
  if (event.detail.verb === "get" && etag) event.detail.headers["If-None-Match"] = etag;
}

function heard(event) {
  const status = event.detail.xhr.status;
  const moved = status === 200 && !event.detail.xhr.responseText.includes('id="worklist"');
  signedOut = status === 401 || moved;
  if (status === 304 || (status >= 200 && status < 300 && !moved)) {
    lastHeard = performance.now();
    lastHeardAt = Date.now();
  }
  if (moved) event.detail.shouldSwap = false;
}

function tell() {
  const now = Number(list().dataset.waiting);
  if (now > waiting) document.getElementById("news").textContent = list().querySelector(".worklist__summary strong").textContent;
  waiting = now;
}

setClock();
countDown();
setInterval(countDown, 1000);

if (silence) {
  document.body.addEventListener("htmx:configRequest", conditional);
  document.body.addEventListener("htmx:beforeSwap", heard);
  document.body.addEventListener("htmx:afterSettle", () => { setClock(); countDown(); tell(); listen(); });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && window.htmx) window.htmx.trigger(list(), "refresh");
  });
  setInterval(listen, 1000);
  listen();
}
