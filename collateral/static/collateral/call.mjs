// Sends the calls that a page prepared with the reader's own wallet, and waits for each.
import { accountOf, discover, explain, onChain } from "./wallet.mjs";

const POLL_MS = 1000;
const POLLS = 120;

async function mined(provider, hash) {
  for (let poll = 0; poll < POLLS; poll += 1) {
    const receipt = await provider.request({ method: "eth_getTransactionReceipt", params: [hash] });
    if (receipt) return Number(receipt.status) === 1;
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  throw new Error(`The transaction ${hash} is not in a block yet. Look at your wallet before you send it again.`);
}

async function send(box, provider, said) {
  const from = await accountOf(provider, box.dataset.sender);
  await onChain(provider, box.dataset.chain);
  const calls = Array.from(box.querySelectorAll("[data-to]"));
  for (const [place, call] of calls.entries()) {
    said.textContent = `${place + 1} of ${calls.length}: confirm it in the wallet.`;
    const transaction = { from, to: call.dataset.to, data: call.dataset.data };
    const hash = await provider.request({ method: "eth_sendTransaction", params: [transaction] });
    said.textContent = `${place + 1} of ${calls.length}: sent, waiting for its block.`;
    if (!(await mined(provider, hash))) throw new Error(`The ledger refused the transaction ${hash}.`);
  }
  said.textContent = "Done. The page shows it once the block has been read.";
}

for (const box of document.querySelectorAll("[data-call]")) {
  const wallets = box.querySelector("[data-wallets]");
  const said = box.querySelector("[data-said]");
  const problem = box.querySelector("[data-problem]");
  discover(({ info, provider }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "act";
    button.textContent = `${wallets.dataset.label} with ${info.name}`;
    button.addEventListener("click", async () => {
      problem.hidden = true;
      button.disabled = true;
      try {
        await send(box, provider, said);
      } catch (error) {
        said.textContent = "";
        problem.textContent = explain(error);
        problem.hidden = false;
      } finally {
        button.disabled = false;
      }
    });
    wallets.append(button);
  });
}
