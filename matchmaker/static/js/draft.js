// Keeps what is typed in forms marked data-draft, for a lost connection or a closed page.
// A draft goes when its form was taken in, at sign-out, for another person, or after a day.
// A page that says why a form was not taken in keeps the drafts: it is marked data-keeps-drafts.
(() => {
  const PREFIX = "draft:";
  const DAY = 24 * 60 * 60 * 1000;
  const owner = document.body.dataset.draftOwner || "";
  const read = (key) => {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  };
  const write = (key, value) => {
    try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden */ }
  };
  const drafts = () => {
    try { return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)); } catch { return []; }
  };
  const drop = (key) => localStorage.removeItem(key);
  const isKept = (control) =>
    control.name && !["hidden", "password", "file", "submit", "button"].includes(control.type) && control.autocomplete !== "off";

  const forms = [...document.querySelectorAll("form[data-draft]")];
  const isRefused = document.querySelector("[data-keeps-drafts]") !== null;
  const wasTaken = document.querySelector("[data-flash=success]") !== null;
  drafts().forEach((key) => {
    const draft = read(key);
    const isForeign = draft && owner && draft.owner !== owner;
    const isHere = forms.some((form) => PREFIX + form.dataset.draft === key);
    if (!draft || isForeign || Date.now() - draft.at > DAY) drop(key);
    else if (draft.isSent && isRefused) write(key, { ...draft, isSent: false });
    else if (draft.isSent && (wasTaken || !isHere)) drop(key);
  });

  const collect = (form) =>
    [...form.elements].filter(isKept).map((control) =>
      ["checkbox", "radio"].includes(control.type) ? [control.name, control.value, control.checked] : [control.name, control.value]);
  const restore = (form, fields) => {
    const texts = fields.filter((field) => field.length === 2);
    const ticks = fields.filter((field) => field.length === 3);
    [...form.elements].filter(isKept).forEach((control) => {
      if (["checkbox", "radio"].includes(control.type)) {
        const tick = ticks.find(([name, value]) => name === control.name && value === control.value);
        if (tick) control.checked = tick[2];
      } else {
        const index = texts.findIndex(([name]) => name === control.name);
        if (index >= 0) control.value = texts.splice(index, 1)[0][1];
      }
    });
  };

  forms.forEach((form) => {
    const key = PREFIX + form.dataset.draft;
    const draft = read(key);
    const fromServer = "draftFromServer" in form.dataset;
    const note = form.querySelector("[data-draft-note]");
    if (draft && draft.owner === owner && !fromServer) {
      restore(form, draft.fields);
      if (note) note.hidden = false;
    }
    if (note) note.querySelector("[data-draft-discard]").addEventListener("click", () => {
      drop(key);
      form.reset();
      note.hidden = true;
    });
    const keep = (isSent) => write(key, { owner, isSent, at: Date.now(), fields: collect(form) });
    form.addEventListener("input", () => keep(false));
    form.addEventListener("submit", () => { if (read(key)) keep(true); }); // untouched: no draft
    form.addEventListener("reset", () => drop(key));
  });
  document.querySelectorAll("form[data-clears-drafts]").forEach((form) =>
    form.addEventListener("submit", () => drafts().forEach(drop)));
})();
