// Signs the prepared statement with a wallet in the browser. Without one the signature is pasted
// by hand, so nothing here is needed to decide.
import { accountOf, discover, explain, onChain } from "./wallet.mjs";

const form = document.getElementById("sign-form");
const wallets = document.getElementById("wallets");
const problem = document.getElementById("wallet-problem");

function say(sentence) {
  problem.textContent = sentence;
  problem.hidden = !sentence;
}

async function sign(provider) {
  const account = await accountOf(provider, form.dataset.address);
  await onChain(provider, form.dataset.chain);
  const message = document.getElementById("message").value;
  document.getElementById("signature").value = await provider.request({
    method: "eth_signTypedData_v4",
    params: [account, message],
  });
  form.requestSubmit();
}

discover(({ info, provider }) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "act";
  button.textContent = `Sign with ${info.name}`;
  button.addEventListener("click", async () => {
    say("");
    button.disabled = true;
    try {
      await sign(provider);
    } catch (error) {
      say(`${explain(error)} You may paste a signature instead.`);
    } finally {
      button.disabled = false;
    }
  });
  wallets.append(button);
});
