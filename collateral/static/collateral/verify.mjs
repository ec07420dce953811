// Checks a disclosure: from the value up the salted trees to a root, and that root on the chain.
// The formulas are those of docs/decisions/0046-privacy.md; nothing here is loaded from elsewhere.

const FORMAT = "ballast-disclosure-1";
const MASK = (1n << 64n) - 1n;
const RATE = 136;
const ROTATIONS = [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];
const LANES = [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];
const ROUNDS = [
  0x1n, 0x8082n, 0x800000000000808an, 0x8000000080008000n, 0x808bn, 0x80000001n, 0x8000000080008081n,
  0x8000000000008009n, 0x8an, 0x88n, 0x80008009n, 0x8000000an, 0x8000808bn, 0x800000000000008bn,
  0x8000000000008089n, 0x8000000000008003n, 0x8000000000008002n, 0x8000000000000080n, 0x800an,
  0x800000008000000an, 0x8000000080008081n, 0x8000000000008080n, 0x80000001n, 0x8000000080008008n,
];

const rotate = (lane, by) => ((lane << BigInt(by)) | (lane >> BigInt(64 - by))) & MASK;

function permute(state) {
  for (const constant of ROUNDS) {
    const columns = [0, 1, 2, 3, 4].map((x) => state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20]);
    for (let x = 0; x < 5; x++) {
      const mix = columns[(x + 4) % 5] ^ rotate(columns[(x + 1) % 5], 1);
      for (let y = 0; y < 25; y += 5) state[x + y] ^= mix;
    }
    let carried = state[1];
    LANES.forEach((lane, step) => {
      [state[lane], carried] = [rotate(carried, ROTATIONS[step]), state[lane]];
    });
    for (let y = 0; y < 25; y += 5) {
      const row = state.slice(y, y + 5);
      for (let x = 0; x < 5; x++) state[y + x] = row[x] ^ (~row[(x + 1) % 5] & MASK & row[(x + 2) % 5]);
    }
    state[0] ^= constant;
  }
}

export function keccak256(bytes) {
  const padded = new Uint8Array((Math.floor(bytes.length / RATE) + 1) * RATE);
  padded.set(bytes);
  padded[bytes.length] = 1;
  padded[padded.length - 1] |= 0x80;
  const state = new Array(25).fill(0n);
  const view = new DataView(padded.buffer);
  for (let block = 0; block < padded.length; block += RATE) {
    for (let lane = 0; lane < RATE / 8; lane++) state[lane] ^= view.getBigUint64(block + 8 * lane, true);
    permute(state);
  }
  const digest = new Uint8Array(32);
  for (let lane = 0; lane < 4; lane++) new DataView(digest.buffer).setBigUint64(8 * lane, state[lane], true);
  return digest;
}

const utf8 = (text) => new TextEncoder().encode(text);
const hex = (bytes) => "0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

function word(text, what) {
  if (!/^0x[0-9a-f]{64}$/i.test(text ?? "")) throw new Error(`The ${what} in the file is no hash of 32 bytes.`);
  return Uint8Array.from(text.slice(2).match(/../g), (pair) => parseInt(pair, 16));
}

const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const pair = (a, b) => keccak256(hex(a) < hex(b) ? joined(a, b) : joined(b, a));

// Sorted keys, no blanks: what Python's canonical_value writes.
export function canonical(value) {
  if (value instanceof Digits) return value.text;
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value && typeof value === "object") {
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

// Whole numbers too large for JavaScript keep their digits, as `Digits`: they are hashed as written.
class Digits {
  constructor(text) {
    this.text = text;
  }
}

export function parse(text) {
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}/g, (token) => (token[0] === '"' ? token : `{"\\u0000":"${token}"}`));
  return JSON.parse(marked, (_, value) => (typeof value?.["\u0000"] === "string" ? new Digits(value["\u0000"]) : value));
}

export async function rootOf(file, documentBytes) {
  if (file?.format !== FORMAT) throw new Error("This is no disclosure of the kind that this page checks.");
  if (!Array.isArray(file.steps) || !file.steps.length) throw new Error("The file holds no proof.");
  let reached;
  if ("value" in file) {
    if (file.steps.length !== 2 || file.steps[1].name !== "registration") throw new Error("The proof of a field has two steps, the second through the registration.");
    reached = await sha256(utf8(canonical(file.value)));
  } else {
    if (file.steps.length !== 1) throw new Error("The proof of a document has one step.");
    if (!documentBytes) throw new Error("The disclosure is about a document: choose the document too.");
    reached = await sha256(documentBytes);
  }
  if (file.steps[0].name !== file.field) throw new Error("The proof is for another field than the file says.");
  for (const step of file.steps) {
    if (hex(word(step.value_hash, "value hash")) !== hex(reached)) throw new Error(`The value shown for ${step.name} is not the one that was signed.`);
    reached = keccak256(keccak256(joined(keccak256(utf8(step.name)), reached, word(step.salt, "salt"))));
    for (const sibling of step.proof) reached = pair(reached, word(sibling, "proof"));
  }
  return hex(reached);
}

// What could not be asked says nothing about the disclosure, so it must not read as a refusal.
class Unanswered extends Error {}

async function ask(node, method, params) {
  const request = {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  };
  const answer = await fetch(node, request).then((sent) => sent.json()).catch(() => null);
  if (answer === null) throw new Unanswered(`Nothing at ${node} answers as a node of the chain. Check the address, and that the node lets this page ask it.`);
  if (answer.error) throw new Unanswered(`The node refused ${method}: ${answer.error.message}`);
  return answer.result;
}

export async function rootsOnChain(node, registry, tokenId) {
  const token = "0x" + BigInt(tokenId).toString(16).padStart(64, "0");
  const topic = (signature) => hex(keccak256(utf8(signature)));
  const events = [
    topic("AssetMinted(uint256,address,uint16,uint64,uint64,uint64,bytes32)"),
    topic("AssetReattested(uint256,uint64,uint64,uint64,bytes32)"),
  ];
  const logs = await ask(node, "eth_getLogs", [{ address: registry, fromBlock: "0x0", toBlock: "latest", topics: [events, token] }]);
  return logs.map((log) => "0x" + log.data.slice(-64));
}

export async function verdict(file, documentBytes, registry, node) {
  const root = await rootOf(file, documentBytes);
  if (String(file.registry).toLowerCase() !== registry.toLowerCase()) throw new Error(`The file names the registry ${file.registry}, not the one that you trust.`);
  if (!file.token_id) throw new Error(`The proof leads to ${root}, but the asset has no token yet: nobody's quorum stands for it on the chain.`);
  const chain = Number(await ask(node, "eth_chainId", []));
  if (chain !== file.chain_id) throw new Error(`The node serves chain ${chain}; the file is about chain ${file.chain_id}.`);
  const roots = await rootsOnChain(node, registry, file.token_id);
  if (!roots.length) throw new Error("The registry knows no such token.");
  if (roots.at(-1) === root) return { root, sentence: "Holds: it is part of the evidence that the newest quorum signed." };
  if (roots.includes(root)) return { root, sentence: "Held once: it is part of evidence that an earlier quorum signed; a newer one signed other evidence." };
  throw new Error(`The proof leads to ${root}, which no quorum signed for this token.`);
}

function show(heading, lines) {
  const outcome = document.getElementById("outcome");
  const title = Object.assign(document.createElement("h2"), { textContent: heading });
  const list = document.createElement("ul");
  list.append(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
  outcome.replaceChildren(title, list);
}

function disclosures(text) {
  try {
    return [parse(text)].flat();
  } catch {
    throw new Unanswered("The file is not JSON text. Choose the .json file that the owner made.");
  }
}

function heading(error) {
  return error instanceof Unanswered ? "Not checked" : "Does not hold";
}

async function check(form) {
  const files = disclosures(await form.disclosure.files[0].text());
  if (!files.length) throw new Error("The file holds no disclosure.");
  const chosen = form.document.files[0];
  const bytes = chosen && new Uint8Array(await chosen.arrayBuffer());
  const fields = [];
  const tokens = new Set();
  const sentences = new Set();
  // One that does not hold fails the file: nobody should have to look for it among those that do.
  for (const file of files) {
    const found = await verdict(file, bytes, form.registry.value, form.node.value);
    const value = "value" in file ? canonical(file.value) : `the document ${chosen.name}`;
    sentences.add(found.sentence);
    fields.push(`${file.field}: ${value}`);
    tokens.add(`Token ${file.token_id}, evidence root ${found.root}`);
  }
  show([...sentences].join(" "), [...fields, ...tokens]);
}

const form = globalThis.document?.getElementById("check");
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await check(form);
  } catch (error) {
    // A step without its parts is met as a TypeError, whose message says nothing to a reader.
    show(heading(error), [error instanceof TypeError ? "The proof in the file is not complete." : error.message]);
  }
});
