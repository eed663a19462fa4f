// Every page: wake the NHS components. Pages work without this.

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");

const components = document.getElementById("components");
if (components) {
  const { initAll } = await import(components.href);
  initAll();
}
