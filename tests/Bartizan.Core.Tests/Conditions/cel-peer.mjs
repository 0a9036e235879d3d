// Evaluates conditions with the CEL of npm. Usage: node cel-peer.mjs CASES RESULTS, in a folder where @bufbuild/cel is installed.
// A line of CASES is { plain, strict, facts: [{ args, user, … }] }, every value tagged with its type; a line of RESULTS has a
// letter for each: T, F, or U for an error or a result that is no bool. `plain` is CEL as it is. `strict` is CEL whose
// comparisons are errors where Bartizan's are unknown: values of different types, lists and objects, and a whole number that
// equals a double by rounding only, the presence of what is null.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";

const require = createRequire(process.cwd() + "/any.js");
const { CelScalar, celEnv, celFunc, isCelError, isCelList, isCelMap, listType, mapType, parse, plan } = require("@bufbuild/cel");
const { BOOL, INT, DOUBLE, STRING, DYN } = CelScalar;
const [LIST, MAP] = [listType(DYN), mapType(DYN, DYN)];

const classOf = (v) =>
  typeof v === "bigint" || typeof v === "number" ? "number" : v === null ? "null" : isCelList(v) ? "list" : isCelMap(v) ? "map" : typeof v;
const exact = (i, d) => {
  if (Number(i) === d && !(Number.isSafeInteger(d) || BigInt(d) === i)) throw new Error("equal by rounding only");
};
const equal = (l, r) => {
  const kind = classOf(l);
  if (kind !== classOf(r) || kind === "list" || kind === "map") throw new Error("different types");
  if (typeof l === "bigint" && typeof r === "number") exact(l, r);
  if (typeof l === "number" && typeof r === "bigint") exact(r, l);
  return l == r;
};
const member = (value, list) => {
  let error;
  for (const item of list) {
    try {
      if (equal(value, item)) return true;
    } catch (e) {
      error = e;
    }
  }
  if (error) throw error;
  return false;
};
const refuse = () => {
  throw new Error("not compared");
};
const orders = { "_<_": (l, r) => l < r, "_<=_": (l, r) => l <= r, "_>_": (l, r) => l > r, "_>=_": (l, r) => l >= r };
const funcs = [
  celFunc("_==_", [DYN, DYN], BOOL, equal),
  celFunc("_!=_", [DYN, DYN], BOOL, (l, r) => !equal(l, r)),
  celFunc("@in", [DYN, LIST], BOOL, member),
  ...[STRING, DOUBLE, INT, BOOL].map((key) => celFunc("@in", [key, MAP], BOOL, refuse)),
  ...[LIST, MAP].flatMap((type) => (type === MAP ? [celFunc("size", [MAP], INT, refuse)] : [])),
  ...Object.entries(orders).flatMap(([name, holds]) => [
    celFunc(name, [INT, DOUBLE], BOOL, (l, r) => (exact(l, r), holds(l, r))),
    celFunc(name, [DOUBLE, INT], BOOL, (l, r) => (exact(r, l), holds(l, r))),
  ]),
  celFunc("isNull", [DYN], BOOL, (v) => v === null),
  celFunc("present", [DYN, STRING], BOOL, (o, name) => (!isCelMap(o) || o.get(name) === null ? refuse() : o.has(name))),
];

const read = (tagged) => {
  const [[kind, value]] = Object.entries(tagged);
  switch (kind) {
    case "i":
      return BigInt(value);
    case "l":
      return value.map(read);
    case "o":
      return new Map(Object.entries(value).map(([name, inner]) => [name, read(inner)]));
    case "n":
      return null;
    default:
      return value;
  }
};

const run = (env, text, facts) => {
  let evaluate;
  try {
    evaluate = plan(env, parse(text));
  } catch (e) {
    return facts.map(() => "?").join("");
  }
  return facts
    .map((vars) => {
      try {
        const result = evaluate(vars);
        return isCelError(result) || typeof result !== "boolean" ? "U" : result ? "T" : "F";
      } catch {
        return "U";
      }
    })
    .join("");
};

const [plainEnv, strictEnv] = [celEnv(), celEnv({ funcs })];
const results = readFileSync(process.argv[2], "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => {
    const { plain, strict, facts } = JSON.parse(line);
    const vars = facts.map((one) => Object.fromEntries(Object.entries(one).map(([name, value]) => [name, read(value)])));
    return `${run(plainEnv, plain, vars)} ${run(strictEnv, strict, vars)}`;
  });
writeFileSync(process.argv[3], results.join("\n") + "\n");
