// Wallets in the browser: found by EIP-6963, or the one that older wallets put on the window.
const FALLBACK_AFTER_MS = 300;

export function discover(found) {
  const seen = new Set();
  const tell = (detail) => {
    if (seen.has(detail.info.uuid)) return;
    seen.add(detail.info.uuid);
    found(detail);
  };
  window.addEventListener("eip6963:announceProvider", (event) => tell(event.detail));
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  setTimeout(() => {
    if (seen.size === 0 && window.ethereum) {
      tell({ info: { uuid: "window", name: "your wallet" }, provider: window.ethereum });
    }
  }, FALLBACK_AFTER_MS);
}

// Returns the account to use: the wanted one when it is offered, else an explained refusal.
export async function accountOf(provider, wanted = "") {
  const accounts = await provider.request({ method: "eth_requestAccounts" });
  if (!wanted) return accounts[0];
  const account = accounts.find((one) => one.toLowerCase() === wanted.toLowerCase());
  if (!account) throw new Error(`The wallet does not offer ${wanted}. Choose that account in it and try again.`);
  return account;
}

export async function onChain(provider, chainId) {
  const wanted = `0x${Number(chainId).toString(16)}`;
  if ((await provider.request({ method: "eth_chainId" })) === wanted) return;
  await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId: wanted }] });
}

export function explain(error) {
  if (error?.code === 4001) return "You declined in the wallet. Nothing was signed.";
  if (error?.code === 4902) return "The wallet does not know this chain. Add it in the wallet and try again.";
  return error?.message ?? "The wallet gave no reason.";
}
