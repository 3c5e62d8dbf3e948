// node compare.mjs WASM FOLDER: evaluates FOLDER/rows with the module WASM, and compares every word with FOLDER/results, which
// src/bin/host wrote. One line if all are the same; otherwise the first row that differs, and exit status 1. Node 18 or later.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROW_WORDS = 12;
const [modulePath, folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: node compare.mjs WASM FOLDER");
  process.exit(2);
}

/** The words of a file, little-endian as WebAssembly's are. */
function words(name) {
  const file = readFileSync(join(folder, name));
  // A copy, because a buffer from a pool need not begin at a multiple of eight.
  return new BigUint64Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
}

const hex = (word) => (word === undefined ? "none" : "0x" + word.toString(16).padStart(16, "0"));

function fail(row, what) {
  console.error(`wasm-check: row ${row + 1}, ${labels[row]}: ${what}`);
  console.error(`wasm-check: its arguments: ${Array.from(rows.subarray(row * ROW_WORDS, (row + 1) * ROW_WORDS), hex).join(" ")}`);
  process.exit(1);
}

const code = readFileSync(modulePath);
const { instance } = await WebAssembly.instantiate(code, {});
const { memory, input, output, run } = instance.exports;
const rows = words("rows");
const expected = words("results");
const labels = readFileSync(join(folder, "labels"), "utf8").split("\n");
labels.pop();
const count = rows.length / ROW_WORDS;
if (count === 0 || count !== labels.length) {
  console.error(`wasm-check: ${count} rows and ${labels.length} labels: the host wrote them wrongly`);
  process.exit(1);
}

// Nothing in the module makes its memory grow, which would leave these two behind.
const argumentsAt = new BigUint64Array(memory.buffer, input(), ROW_WORDS);
const resultsAt = output();
let read = 0;
let compared = 0;
let withResults = 0;
for (let row = 0; row < count; row++) {
  argumentsAt.set(rows.subarray(row * ROW_WORDS, (row + 1) * ROW_WORDS));
  let given;
  try {
    given = new BigUint64Array(memory.buffer, resultsAt, run());
  } catch (error) {
    fail(row, `WebAssembly stopped: ${error.message}`);
  }
  const wanted = expected.subarray(read + 1, read + 1 + Number(expected[read]));
  for (let word = 0; word < Math.max(wanted.length, given.length); word++) {
    if (wanted[word] !== given[word]) {
      fail(row, `word ${word + 1} is ${hex(wanted[word])} on the host and ${hex(given[word])} in WebAssembly`);
    }
  }
  read += 1 + wanted.length;
  compared += wanted.length;
  if (wanted.length > 1) withResults++;
}
if (read !== expected.length) {
  console.error(`wasm-check: the host wrote ${expected.length} words for these rows, ${read} belong to them`);
  process.exit(1);
}
console.log(
  `wasm-check: ${compared} words of ${count} rows (${withResults} with results) are the same on the host and in WebAssembly; ` +
    `the module has ${code.length} bytes; node ${process.versions.node}`,
);
