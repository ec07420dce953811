// What the pages do beyond their HTML: keep the live part honest about its age, and copy hashes.

document.documentElement.classList.add("scripted");
const STALE_AFTER_MS = 8000;
let lastAnswer = Date.now();

function showOutage(isOut) {
  const banner = document.querySelector("[data-outage]");
  if (!banner || banner.hidden === !isOut) return;
  if (isOut) {
    const time = new Date(lastAnswer).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    banner.querySelector("[data-outage-time]").textContent = time;
  }
  banner.hidden = !isOut;
}

// A hidden page asks for nothing; it catches up as soon as it is looked at again.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden) event.preventDefault();
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) lastAnswer = Date.now();
  showOutage(!event.detail.successful && Date.now() - lastAnswer > STALE_AFTER_MS);
});

// Folds stay as the reader left them when fresh content is merged in.
if (window.Idiomorph) {
  window.Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
    !(name === "open" && node.tagName === "DETAILS");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = label), 1500);
});
