// Signs in with a wallet in the browser. Without one the text is signed elsewhere and pasted.
import { accountOf, discover, explain } from "../collateral/wallet.mjs";

const section = document.querySelector("[data-wallets]");
const list = document.querySelector("[data-wallet-list]");
const problem = document.querySelector("[data-wallet-problem]");

function say(sentence) {
  problem.textContent = sentence;
  problem.hidden = !sentence;
}

async function post(fields) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const answer = await fetch(location.pathname, { method: "POST", body, credentials: "same-origin" });
  return { answer, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
}

async function signIn(provider) {
  const address = await accountOf(provider);
  const next = document.querySelector("[name=next]").value;
  const begun = await post({ address, next });
  const message = begun.page.querySelector("[data-message]")?.textContent;
  if (!message) throw new Error(begun.page.querySelector("[role=alert]")?.textContent ?? "The site did not answer.");
  const hex = "0x" + Array.from(new TextEncoder().encode(message), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const signature = await provider.request({ method: "personal_sign", params: [hex, address] });
  const nonce = begun.page.querySelector("[name=nonce]").value;
  const { answer, page } = await post({ nonce, signature, next });
  if (!answer.redirected) throw new Error(page.querySelector("[role=alert]")?.textContent ?? "The site did not answer.");
  location.assign(answer.url);
}

discover(({ info, provider }) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "act";
  button.textContent = `Sign in with ${info.name}`;
  button.addEventListener("click", async () => {
    say("");
    button.disabled = true;
    try {
      await signIn(provider);
    } catch (error) {
      say(explain(error));
    } finally {
      button.disabled = false;
    }
  });
  list.append(button);
  section.hidden = false;
});
