// When the line is down, the browser shows our own page and not its own. Nothing else is kept here:
// no page of a person, and no list.
const SHELF = "offline-2";
const PAGE = "/offline";
const PART = /(?:href|src)="((?:\/bootstrap)?\/static\/[^"]+)"/g; // sheets, scripts and pictures
const SWITCH = "/preferences"; // after it the page is fetched again, in the chosen language and size

const fillShelf = async () => {
  const shelf = await caches.open(SHELF);
  const page = await fetch(PAGE, { credentials: "same-origin" });
  if (!page.ok) return;
  const parts = [...(await page.clone().text()).matchAll(PART)];
  await shelf.put(PAGE, page);
  await shelf.addAll(parts.map((part) => part[1]));
};

self.addEventListener("install", (event) => {
  event.waitUntil(fillShelf().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name !== SHELF);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  const isPart = /^(\/bootstrap)?\/static\//.test(pathname);
  if (event.request.mode !== "navigate" && !isPart) return;
  const answer = (async () => {
    try {
      return await fetch(event.request);
    } catch (error) {
      if (!isPart && event.request.method !== "GET") return Response.redirect(PAGE, 303);
      const kept = await caches.match(isPart ? event.request : PAGE);
      if (kept) return kept;
      throw error;
    }
  })();
  event.respondWith(answer);
  if (pathname === SWITCH) event.waitUntil(answer.then(fillShelf).catch(() => {}));
});
