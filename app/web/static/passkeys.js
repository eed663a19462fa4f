// A form that makes or shows a passkey: the server's options go to the browser, its answer goes back with the form.
// Without this, or where a browser has no passkeys, these forms stay hidden and the other ways are there.

const FAILED = "That did not work, or it was cancelled. Try again, or use another way.";

class Refused extends Error {}

function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}

function text(buffer) {
  const characters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function known(list) {
  return (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

async function make(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: known(options.excludeCredentials),
  };
  const made = await navigator.credentials.create({ publicKey });
  return answer(made, {
    attestationObject: text(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

async function show(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: known(options.allowCredentials),
  };
  const shown = await navigator.credentials.get({ publicKey });
  return answer(shown, {
    authenticatorData: text(shown.response.authenticatorData),
    signature: text(shown.response.signature),
    userHandle: shown.response.userHandle ? text(shown.response.userHandle) : null,
  });
}

function answer(credential, response) {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
  };
}

async function options(form) {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const got = await fetch(form.dataset.options, { method: "POST", body, headers: { Accept: "application/json" } });
  const read = await got.json();
  if (!got.ok) throw new Refused(read.detail ?? FAILED);
  return read;
}

async function send(form) {
  const said = form.querySelector("[role=alert]");
  const button = form.querySelector("button");
  said.textContent = "";
  button.disabled = true;
  try {
    const asked = await options(form);
    const given = form.dataset.passkey === "make" ? await make(asked) : await show(asked);
    form.elements.credential.value = JSON.stringify(given);
    form.submit();
  } catch (error) {
    said.textContent = error instanceof Refused ? error.message : FAILED;
    button.disabled = false;
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
}
