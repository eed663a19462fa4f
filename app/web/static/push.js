// "Tell me on this phone": the browser asks its owner, subscribes at its push service, and the form sends that on.
// Where a browser cannot be told, the form stays hidden.

const WORKER = "/service-worker.js";
const REFUSED = "Your browser does not allow notifications from here. You can change that in its settings.";
const FAILED = "That did not work. Try again, or use text messages.";

const form = document.querySelector("form[data-push]");

// The one address that may become a script of its own.
window.trustedTypes?.createPolicy("default", { createScriptURL: (address) => (address === WORKER ? address : null) });

async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") return null;
  await navigator.serviceWorker.register(WORKER);
  const { pushManager } = await navigator.serviceWorker.ready;
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: form.dataset.push });
}

async function send(event) {
  event.preventDefault();
  const said = form.querySelector("[role=alert]");
  const button = form.querySelector("button");
  said.textContent = "";
  button.disabled = true;
  try {
    const made = await subscribe();
    if (made) {
      const { endpoint, keys } = made.toJSON();
      form.elements.subscription.value = JSON.stringify({ endpoint, keys });
      form.submit();
      return;
    }
    said.textContent = REFUSED;
  } catch {
    said.textContent = FAILED;
  }
  button.disabled = false;
}

if (form && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  form.hidden = false;
  form.addEventListener("submit", send);
}
