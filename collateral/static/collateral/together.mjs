// Signs the prepared statements one after the other; those signed before a stop are handed in too.
import { accountOf, discover, explain, onChain } from "./wallet.mjs";

const form = document.getElementById("together");
const field = document.getElementById("statements");
const progress = document.getElementById("progress");
const problem = document.getElementById("wallet-problem");

async function signAll(provider, statements) {
  const account = await accountOf(provider, form.dataset.address);
  const signed = [];
  for (const one of statements) {
    progress.textContent = `${signed.length} of ${statements.length} signed.`;
    try {
      await onChain(provider, one.message.domain.chainId);
      const params = [account, JSON.stringify(one.message)];
      const signature = await provider.request({ method: "eth_signTypedData_v4", params });
      signed.push({ ...one, signature });
    } catch (error) {
      problem.textContent = explain(error);
      problem.hidden = false;
      break;
    }
  }
  return signed;
}

discover(({ info, provider }) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "act";
  button.textContent = `Sign all with ${info.name}`;
  button.addEventListener("click", async () => {
    button.disabled = true;
    problem.hidden = true;
    try {
      const signed = await signAll(provider, JSON.parse(field.value));
      if (signed.length > 0) {
        field.value = JSON.stringify(signed);
        form.submit();
      }
    } catch (error) {
      problem.textContent = explain(error);
      problem.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
  document.getElementById("wallets").append(button);
});
