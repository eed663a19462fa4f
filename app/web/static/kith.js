// Every page: wake the NHS components. Pages work without this.

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");

// The browser's own print, which saves as a PDF too; without this its menu does the same.
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());

const components = document.getElementById("components");
if (components) {
  const { initAll } = await import(components.href);
  initAll();
}

// Where this browser keeps something for when there is no signal: what is not sent yet.
const unsent = document.getElementById("unsent");
if (unsent && (await navigator.serviceWorker?.getRegistration())) await import(unsent.dataset.script);
