// node net-asset-values.mjs WASM CASES: computes the net asset values of the vaults in CASES with the module WASM, from account bytes, and compares
// them with the program's, which tests/e2e/vault/net_asset_values.rs wrote. One line if all are the same; otherwise the first that differs, and
// exit status 1. Node 18 or later.
import { readFileSync } from "node:fs";

const MARKETS = 4;
const LEGS = 8;
const HEAD_WORDS = 2 + 1 + MARKETS + 2 * LEGS;
const [modulePath, casesPath] = process.argv.slice(2);
if (casesPath === undefined) {
  console.error("usage: node net-asset-values.mjs WASM CASES");
  process.exit(2);
}
const { instance } = await WebAssembly.instantiate(readFileSync(modulePath), {});
const { memory, output, vault_input, vault_net_asset_values } = instance.exports;
const cases = JSON.parse(readFileSync(casesPath, "utf8"));

/** The low and the high value, base units; nothing if the module gives none. */
function netAssetValues({ accounts, unix_time, slot }) {
  const filled = (list, count) => Array.from({ length: count }, (_, index) => list[index] ?? "");
  const hex = [accounts.vault, ...filled(accounts.markets, MARKETS), ...filled(accounts.venues.flat(), 2 * LEGS)];
  const bytes = hex.map((account) => Buffer.from(account, "hex"));
  const head = new BigUint64Array(memory.buffer, vault_input(), HEAD_WORDS);
  head[0] = BigInt(unix_time);
  head[1] = BigInt(slot);
  bytes.forEach((account, index) => (head[2 + index] = BigInt(account.length)));
  new Uint8Array(memory.buffer, vault_input() + 8 * HEAD_WORDS).set(Buffer.concat(bytes));
  const count = vault_net_asset_values();
  return Array.from(new BigInt64Array(memory.buffer, output(), count), String);
}

for (const known of cases) {
  const given = netAssetValues(known).join(" ");
  const wanted = [known.low, known.high].filter((value) => value !== null).join(" ");
  if (given !== wanted) {
    console.error(`wasm-check: net asset values, ${known.name}: "${wanted}" on the host and "${given}" in WebAssembly`);
    process.exit(1);
  }
}
console.log(`wasm-check: the net asset values of ${cases.length} vaults are the same in WebAssembly as the program's`);
