// The same rules and decisions in @cedar-policy/cedar-wasm and @microsoft/agent-governance-sdk. Prints, tab by tab: engine,
// rules, nanoseconds per decision, milliseconds to load the rules, how many of the decisions allow.
//   node peers.cjs FOLDER-WITH-node_modules cases.json
const path = require("path"), fs = require("fs");
const [folder, file] = process.argv.slice(2);
const load = name => require(require.resolve(name, { paths: [folder] }));
const budget = 4000; // milliseconds for one engine and size
const say = (engine, rules, ns, ms, allowed) => console.log([engine, rules, ns.toFixed(0), ms.toFixed(1), allowed].join("\t"));

function measure(engine, rules, compileMs, asked, decide) {
    let allowed = 0;
    const warm = process.hrtime.bigint();
    for (const tool of asked) {
        if (decide(tool)) allowed++;
        if (Number(process.hrtime.bigint() - warm) / 1e6 > budget) { allowed = -1; break; }
    }
    let count = 0;
    const start = process.hrtime.bigint();
    do { decide(asked[count++ % asked.length]); } while (Number(process.hrtime.bigint() - start) / 1e6 < budget && count < 200000);
    say(engine, rules, Number(process.hrtime.bigint() - start) / count, compileMs, allowed);
}

for (const one of JSON.parse(fs.readFileSync(file, "utf8"))) {
    const n = one.rules.length;
    try {
        const cedar = load("@cedar-policy/cedar-wasm/nodejs");
        const text = one.rules.map(r => `${r.effect === "allow" ? "permit" : "forbid"}(principal, action == Action::"call", resource == Tool::"${r.tool}");`).join("\n");
        const before = process.hrtime.bigint();
        const parsed = cedar.preparsePolicySet("p" + n, { staticPolicies: text });
        if (parsed.type !== "success") throw new Error(JSON.stringify(parsed).slice(0, 300));
        measure("cedar-wasm 4.13.0", n, Number(process.hrtime.bigint() - before) / 1e6, one.asked, tool => {
            const answer = cedar.statefulIsAuthorized({
                principal: { type: "Agent", id: "a" }, action: { type: "Action", id: "call" }, resource: { type: "Tool", id: tool },
                context: {}, preparsedPolicySetId: "p" + n, entities: [],
            });
            if (answer.type !== "success") throw new Error(JSON.stringify(answer).slice(0, 300));
            return answer.response.decision === "allow";
        });
    } catch (e) { console.error("cedar-wasm: " + e.message); }
    try {
        const { PolicyEngine } = load("@microsoft/agent-governance-sdk");
        const before = process.hrtime.bigint();
        const engine = new PolicyEngine([], "deny_overrides");
        engine.loadPolicy({
            name: "p", scope: "global", agents: ["*"], default_action: "deny",
            rules: one.rules.map((r, i) => ({ name: "r" + i, condition: `tool == '${r.tool}'`, ruleAction: r.effect === "ask" ? "require_approval" : r.effect })),
        });
        measure("agent-governance-sdk 4.0.0", n, Number(process.hrtime.bigint() - before) / 1e6, one.asked, tool =>
            engine.evaluatePolicy("did:agent:a", { tool }).action === "allow");
    } catch (e) { console.error("agent-governance-sdk: " + e.message); }
}
