// The ticket of a random name, HMAC-SHA256 with the month's seed as key, computed on this device.
// Where the browser has no such function the field stays hidden.
document.querySelectorAll("[data-ticket]").forEach((box) => {
  if (!window.crypto?.subtle) return;
  const text = new TextEncoder();
  const [input, output] = [box.querySelector("input"), box.querySelector("output")];
  const draw = async (name) => {
    const how = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", text.encode(box.dataset.seed), how, false, ["sign"]);
    const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode(name)));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  input.addEventListener("input", async () => {
    const name = input.value.trim().toLowerCase();
    const ticket = /^[0-9a-f]{32}$/.test(name) ? await draw(name) : "–";
    if (name === input.value.trim().toLowerCase()) output.textContent = ticket;
  });
  box.hidden = false;
});
