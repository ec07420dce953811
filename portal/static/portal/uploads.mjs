// Sends documents in pieces with progress. A broken line goes on where it stopped; the plain form
// does the same for small files without this script.
const form = document.querySelector("[data-uploads]");
const list = form.querySelector("[data-progress]");
const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
const RETRIES = 5;
const WAIT_MS = 1000;
const MOST_BYTES = 25 * 1024 * 1024;

async function call(address, body, headers = {}) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await fetch(address, {
        method: "POST",
        body,
        credentials: "same-origin",
        headers: { "X-CSRFToken": token, ...headers },
      });
      if (answer.status >= 500) throw new TypeError(`the server answered ${answer.status}`);
      const said = await answer.json();
      if (said.error) throw new Error(said.error.message);
      return said;
    } catch (error) {
      if (!(error instanceof TypeError) || attempt >= RETRIES) throw error;
      await new Promise((done) => setTimeout(done, WAIT_MS * 2 ** attempt));
    }
  }
}

function row(name) {
  const item = document.createElement("li");
  const bar = document.createElement("progress");
  const words = document.createElement("span");
  bar.setAttribute("aria-label", `Progress of ${name}`);
  bar.max = 1;
  bar.value = 0;
  words.textContent = name;
  item.append(words, bar);
  list.append(item);
  return { item, bar, words };
}

// Names the whole document, so that one edited meanwhile is not continued from the former's pieces.
async function sha256(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function send(file, kind) {
  const shown = row(file.name);
  try {
    if (file.size > MOST_BYTES) throw new Error("it is larger than 25 MiB; split it or scale it down.");
    const asked = JSON.stringify({ name: file.name, size: file.size, kind, sha256: await sha256(file) });
    const begun = await call(form.dataset.uploads, asked, { "Content-Type": "application/json" });
    let received = begun.received;
    while (received < file.size) {
      const piece = file.slice(received, received + begun.piece_bytes);
      const headers = { "Upload-Offset": String(received), "Content-Type": "application/octet-stream" };
      received = (await call(begun.address, piece, headers)).received;
      shown.bar.value = received / file.size;
      shown.words.textContent = `${file.name}: ${Math.floor((received * 100) / file.size)} %`;
    }
    shown.words.textContent = `${file.name}: kept`;
    shown.item.className = "fine";
    return true;
  } catch (error) {
    shown.words.textContent = `${file.name}: ${error.message}`;
    shown.bar.remove();
    shown.item.className = "problem";
    return false;
  }
}

// Without it (a page that came without encryption) the plain form serves.
if (globalThis.crypto?.subtle) form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const files = Array.from(form.querySelector("[type=file]").files);
  const kind = files.length === 1 ? form.querySelector("[name=kind]").value : "";
  const button = form.querySelector("button");
  button.disabled = true;
  list.replaceChildren();
  const kept = [];
  for (const file of files) kept.push(await send(file, kind));
  button.disabled = false;
  if (kept.every(Boolean)) location.reload();
});
