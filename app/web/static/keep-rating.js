// A question of a rating, or its last page: where it cannot be sent now, what was chosen stays on the page, or on the phone
// where that keeps the questions; then it goes on at the page for no signal.

import "./keep.js";
import { reaches } from "./unsent.js";
import * as store from "./store.js";
import { answer, fault, finish } from "./offline-rating.js";

const NO_SIGNAL = "There is no signal, or you are signed out. Nothing is lost: what you chose is still on this page. Try again.";
const fresh = JSON.parse(document.getElementById("keep").dataset.kept);

async function put(form, submitter) {
  const kept = (await store.all("kept")).find(([row, one]) => row === fresh.row && one.person === fresh.person)?.[1];
  if (!kept) return NO_SIGNAL;
  if (!form.dataset.unsent) await finish(kept);
  else {
    const isLeft = submitter?.name === "leave_out";
    const typed = [...new FormData(form)].filter(([name, value]) => value.trim() && (name === "note" || (name === "score" && !isLeft)));
    const said = isLeft ? [...typed, ["leave_out", "yes"]] : typed;
    const wrong = fault(said);
    if (wrong) return wrong;
    await answer(kept, form.dataset.unsent, said);
  }
  location.assign("/offline");
  return "";
}

document.querySelector("form[data-unsent]").addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (form.dataset.passes) return;
  event.preventDefault();
  if (form.inert) return; // pressed twice is pressed once
  form.inert = true;
  const passes = await reaches();
  const words = passes ? "" : await put(form, submitter).catch(() => NO_SIGNAL);
  form.inert = false;
  document.getElementById("no-signal").textContent = words;
  if (!passes) return;
  form.dataset.passes = "yes";
  form.requestSubmit(submitter);
  delete form.dataset.passes; // come back to, it asks again
});
