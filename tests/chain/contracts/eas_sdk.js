// The public EAS tooling at work: one JSON question on standard input, one JSON answer.
//   {"ask": "verify", "eas": {...}, "attester": "0x...", "attestation": {...}}
//   {"ask": "sign", "eas": {...}, "key": "0x...", "schema": "...", "fields": [...], "message": {...}}
const {
  Offchain,
  OffchainAttestationVersion,
  SchemaEncoder,
} = require('@ethereum-attestation-service/eas-sdk');
const { Signature, Wallet } = require('ethers');
const fs = require('node:fs');

const asked = JSON.parse(fs.readFileSync(0, 'utf8'));
const offchain = new Offchain(
  { ...asked.eas, chainId: BigInt(asked.eas.chainId) },
  OffchainAttestationVersion.Version2,
);

function verify() {
  const { attestation } = asked;
  return {
    valid: offchain.verifyOffchainAttestationSignature(asked.attester, {
      ...attestation,
      signature: Signature.from(attestation.signature),
    }),
  };
}

async function sign() {
  const data = new SchemaEncoder(asked.schema).encodeData(asked.fields);
  const numbers = { time: BigInt(asked.message.time) };
  numbers.expirationTime = BigInt(asked.message.expirationTime);
  const message = { ...asked.message, ...numbers, data };
  const made = await offchain.signOffchainAttestation(message, new Wallet(asked.key));
  const { salt } = made.message;
  return { uid: made.uid, data, salt, signature: Signature.from(made.signature).serialized };
}

Promise.resolve(asked.ask === 'verify' ? verify() : sign()).then((answer) =>
  process.stdout.write(JSON.stringify(answer)),
);
