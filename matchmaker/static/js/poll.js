// A long job's box asks for its fragment until that holds an element with data-done.
document.querySelectorAll("[data-poll]").forEach((box) => {
  const pause = 1000 * Number(box.dataset.pollSeconds || 2);
  const ask = async () => {
    try {
      const answer = await fetch(box.dataset.poll, { credentials: "same-origin" });
      if (answer.redirected || answer.status === 401) return window.location.reload();
      const fragment = answer.ok ? await answer.text() : "";
      if (fragment && fragment !== box.lastFragment) box.innerHTML = box.lastFragment = fragment;
    } catch { /* the line is down: ask again */ }
    if (!box.querySelector("[data-done]")) window.setTimeout(ask, pause);
  };
  if (!box.querySelector("[data-done]")) window.setTimeout(ask, pause);
});
