// The one policy by which a text may become markup in a page: what htmx fetched of our own list. Nothing in it can run,
// and no text becomes a script or the address of one.

window.trustedTypes?.createPolicy("default", {
  createHTML: (markup) => (/<(script|iframe|object|embed)\b/i.test(markup) ? null : markup),
});
