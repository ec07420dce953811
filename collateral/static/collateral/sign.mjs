// Signs the prepared statement with the wallet in the browser (EIP-1193). Without a wallet the
// signature is pasted by hand, so nothing here is needed to decide.
const form = document.getElementById("sign-form");
const button = document.getElementById("wallet");
const problem = document.getElementById("wallet-problem");

function show(sentence) {
  problem.textContent = sentence;
  problem.hidden = false;
}

function explain(error) {
  if (error?.code === 4001) return "You declined in the wallet. Nothing was signed.";
  return `The wallet could not sign: ${error?.message ?? "it gave no reason"}. Paste a signature instead.`;
}

async function sign() {
  const wanted = form.dataset.address;
  const accounts = await window.ethereum.request({ method: "eth_requestAccounts" });
  const account = accounts.find((one) => one.toLowerCase() === wanted.toLowerCase());
  if (!account) {
    show(`The wallet does not offer ${wanted}. Choose that account in the wallet and try again.`);
    return;
  }
  const message = document.getElementById("message").value;
  document.getElementById("signature").value = await window.ethereum.request({
    method: "eth_signTypedData_v4",
    params: [account, message],
  });
  form.requestSubmit();
}

if (form && window.ethereum) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    problem.hidden = true;
    button.disabled = true;
    try {
      await sign();
    } catch (error) {
      show(explain(error));
    } finally {
      button.disabled = false;
    }
  });
}
