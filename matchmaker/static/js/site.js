// Small comforts. Everything works without them.
const summary = document.getElementById("error-summary");
if (summary) summary.focus();

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

// A table wider than its frame must be within reach of the keyboard.
const frames = document.querySelectorAll(".table-frame:not([tabindex])");
const markWideFrames = () => frames.forEach((frame) => {
  if (frame.scrollWidth <= frame.clientWidth) return;
  const caption = frame.querySelector("caption");
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  if (caption) frame.setAttribute("aria-label", caption.textContent.trim());
});
markWideFrames();
window.addEventListener("resize", markWideFrames);

// On a phone the list comes first; its filters unfold.
if (window.matchMedia("(max-width: 40em)").matches && !window.location.search) {
  document.querySelectorAll(".filter-bar__fold").forEach((fold) => { fold.open = false; });
}

const reopen = (form) => {
  delete form.dataset.sent;
  form.querySelectorAll("button[type=submit]").forEach((button) => { button.disabled = false; });
};
// A second press while the first is under way is lost on purpose.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.sent) return;
  form.dataset.sent = "yes";
  // Leaving the buttons enabled for the submission itself keeps the pressed one's value.
  window.setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((b) => { b.disabled = true; }), 0);
  window.setTimeout(() => reopen(form), 8000); // the answer may be a file, and the page stays
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(reopen));

// When the line is down the browser shows our own page; see service-worker.js.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/static/js/service-worker.js", { scope: "/" }).catch(() => {});

// A page that the browser kept as it was may show what has changed since: a form must not.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("form input[name=seen], form input[name$=version]")) window.location.reload();
});
