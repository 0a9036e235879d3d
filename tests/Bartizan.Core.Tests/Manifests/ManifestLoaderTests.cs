using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Manifests;

public sealed class ManifestLoaderTests
{
    private const string Head = "apiVersion: bartizan/v1\nagent: a\n";
    private const string Models = "models:\n  one: { api: anthropic, url: \"https://one.example\" }\n";
    private const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Rule = "rules:\n  - allow: read workspace/**\n    why: The code.\n";

    [Theory]
    // Keys
    [InlineData(Head + Rule + "ruls: []\n", "6:1: `ruls` is no key of `the manifest`. Did you mean `rules`?")]
    [InlineData(
        Head + Rule + "agent: b\n",
        "6:1: `agent` stands twice. It stands at agent.yaml:2:1 already; keep one."
    )]
    [InlineData(
        Head + "rules:\n  - allow: read workspace/**\n    whi: x\n",
        "5:5: `whi` is no key of `rules`. Did you mean `why`?"
    )]
    [InlineData(Head + "rules:\n  - allow: read workspace/**\n", "4:5: `why` is missing in `rules`")]
    [InlineData(Head + "rules:\n  - why: x\n", "needs exactly one of `allow`, `ask`, `deny`; it has none")]
    [InlineData(Head + "rules:\n  - { allow: exec a, deny: exec b, why: x }\n", "it has several")]
    [InlineData("agent: a\n" + Rule, "1:1: `apiVersion` is missing in `the manifest`")]
    [InlineData(
        "apiVersion: bartizan/v2\nagent: a\n" + Rule,
        "1:13: `apiVersion` can't be `bartizan/v2`. Did you mean `bartizan/v1`?"
    )]
    [InlineData(
        Head + "servers: { up: { command: [x], with: k } }\ncredentials: { k: { from: env:K } }\n" + Rule,
        "`with` says nothing of a server that has a `command`"
    )]
    [InlineData(
        Head + "servers: { up: { url: \"https://a.example\", egress: [] } }\n" + Rule,
        "`egress` says nothing of a server that has a `url`"
    )]
    [InlineData(
        Head + "servers: { up: { command: [x], credentials: { KEY: k } } }\n" + Rule,
        "there is no credential `k` in `credentials`"
    )]
    [InlineData(Head + "servers: { up: { command: [x], egress: [\"a b\"] } }\n" + Rule, "is no host")]
    [InlineData(Head + "servers: { up_: { url: \"https://a.example\" } }\n" + Rule, "ends in `_`")]
    // Values
    [InlineData(Head + Rule + "version: seven\n", "6:10: `version` must be a whole number from 1 to 2147483647")]
    [InlineData(
        Head + Rule + "version: \"7\"\n",
        "`version` is text and must be a whole number. Take the quotes away."
    )]
    [InlineData(Head + Rule + "environment: prod\n", "`environment` can't be `prod`")]
    [InlineData(Head + Rule + "environment: developmnt\n", "Did you mean `development`?")]
    [InlineData(
        Head + Rule + "run: { limits: { memory: 4GB } }\n",
        "`memory`: `4GB` is no size. It is a size such as `512MiB`."
    )]
    [InlineData(Head + Rule + "run: { limits: { wall_clock: 1 hour } }\n", "`wall_clock`: `1 hour` is no time")]
    [InlineData(Head + Rule + "run: { mounts: [{ path: ../x }] }\n", "is not an absolute path")]
    [InlineData(Head + Rule + "run: { mounts: [{ path: /proc/1 }] }\n", "`path`: `/proc/1` can't be mounted")]
    [InlineData(Head + Rule + "run: { isolation: kubernetes }\n", "6:19: `isolation: kubernetes` is not supported yet")]
    [InlineData(Head + Rule + "run: { isolation: oci }\n", "`isolation: oci` has no image")]
    [InlineData(Head + Rule + "run: { isolation: oci, image: debian:12 }\n", "a tag can be moved")]
    [InlineData(Head + Rule + "run: { isolation: oci, image: debian }\n", "is not pinned")]
    [InlineData(Head + Rule + "run: { isolation: oci, image: 'debian@sha256:12' }\n", "64 lower-case hex digits")]
    [InlineData(Head + Rule + "run: { image: 'a@sha256:" + Hex + "' }\n", "`image` has no container to be of")]
    [InlineData(
        Head + Rule + "run: { isolation: oci, image: 'a@sha256:" + Hex + "', command: [sh] }\n",
        "is no path of the image"
    )]
    [InlineData(
        Head + Rule + "run: { isolation: oci, image: 'a@sha256:" + Hex + "', tools: stdio }\n",
        "which no container has"
    )]
    [InlineData(Head + Rule + "run: { client: claude }\n", "`client` can't be `claude`")]
    [InlineData(Head + Rule + "run: []\n", "`run` must be a map of keys, not a list")]
    [InlineData(Head + "rules: {}\n", "`rules` must be a list, not a map of keys")]
    [InlineData(Head + "rules:\n", "`rules` must be a list, not nothing")]
    [InlineData(Head + "rules: []\n", "`rules` is empty")]
    [InlineData(Head, "1:1: the manifest has no rules")]
    [InlineData(Head + Rule + "description:\n", "`description` is empty")]
    // Verbs and patterns
    [InlineData(
        Head + "rules:\n  - allow: raed workspace/**\n    why: x\n",
        "4:12: `raed` is no verb. Did you mean `read`?"
    )]
    [InlineData(Head + "rules:\n  - allow: read\n    why: x\n", "`allow: read` has no pattern")]
    [InlineData(Head + "rules:\n  - allow: read src/**\n    why: x\n", "`src/**` starts nowhere")]
    [InlineData(Head + "rules:\n  - deny: read ~/.ssh/**\n    why: x\n", "Did you mean `read home/.ssh/**`?")]
    [InlineData(
        Head + "rules:\n  - deny: read workspace/a/\n    why: x\n",
        "ends in `/`. Write `workspace/a/**` for all below it."
    )]
    [InlineData(Head + "rules:\n  - deny: read workspace/../a\n    why: x\n", "no canonical path has")]
    [InlineData(Head + "rules:\n  - allow: read workspace/**.cs\n    why: x\n", "has `**` beside other characters")]
    [InlineData(Head + "rules:\n  - deny: read workspace/{a\n    why: x\n", "has braces that don't pair")]
    [InlineData(
        Head + "rules:\n  - allow: connect a.example\n    why: x\n",
        "names no port. Write `connect a.example:443`, or `:*` for every port."
    )]
    [InlineData(Head + "rules:\n  - allow: connect https://a.example\n    why: x\n", "is an address with a scheme")]
    [InlineData(Head + "rules:\n  - allow: connect 10.0.0.*:443\n    why: x\n", "has a wildcard in an address")]
    [InlineData(Head + "rules:\n  - allow: connect 0x7f.1:443\n    why: x\n", "looks like an IPv4 address")]
    [InlineData(Head + "rules:\n  - allow: connect a.example:https\n    why: x\n", "has a port that is no number")]
    [InlineData(
        Head + "rules:\n  - allow: http get http://a.example/**\n    why: x\n",
        "Write `http GET http://a.example/**`"
    )]
    [InlineData(
        Head + "rules:\n  - allow: http GET http://a.example\n    why: x\n",
        "names no path. Write `http://a.example/**`"
    )]
    [InlineData(
        Head + "rules:\n  - allow: http GET http://a.example/a/../b\n    why: x\n",
        "Write it as it is matched: `/b`."
    )]
    [InlineData(
        Head + "rules:\n  - allow: http GET http://a.example/a?b=c\n    why: x\n",
        "holds a character that no path has"
    )]
    [InlineData(
        Head
            + "rules:\n  - allow: connect a.example:443\n    why: x\n  - allow: http GET https://a.example/**\n    why: x\n",
        "has each request to that host looked at, and only `http` rules allow those"
    )]
    [InlineData(Head + "hosts: { A.example: { ca: a.pem } }\n" + Rule, "is not in lower case")]
    [InlineData(Head + "hosts: { \"*.example\": { up: 1MiB } }\n" + Rule, "`*.example`")]
    [InlineData(Head + "hosts: { a.example: { up: 1MB } }\n" + Rule, "a size such as `512MiB`")]
    [InlineData(Head + "hosts: { a.example: { down: 0B } }\n" + Rule, "a size such as `512MiB`")]
    [InlineData(Head + "hosts: { a.example: { rate: 0/s } }\n" + Rule, "a rate such as `60/min`")]
    [InlineData(Head + "rules:\n  - allow: exec a && b\n    why: x\n", "holds the shell's `&&`")]
    [InlineData(Head + "rules:\n  - allow: exec echo \"a b\"\n    why: x\n", "holds quotes")]
    [InlineData(Head + "rules:\n  - allow: connect **:443\n    why: x\n", "`**:443` is wide")]
    [InlineData(Head + "rules:\n  - allow: connect **.com:443\n    why: x\n", "is wide")]
    [InlineData(Head + "rules:\n  - allow: read /**\n    why: x\n", "is wide")]
    [InlineData(Head + "rules:\n  - allow: http * **\n    why: x\n", "is wide")]
    [InlineData(
        Head + "rules:\n  - deny: exec a\n    why: x\n    expires: 2027-01-01\n",
        "6:5: `expires` can't stand on a rule that says `deny`"
    )]
    [InlineData(
        Head + "rules:\n  - allow: exec a\n    why: x\n    expires: 2027-02-30\n",
        "`expires`: `2027-02-30` is no day"
    )]
    // Between the parts
    [InlineData(
        Head + Rule + "roles: [reader]\ndefine_roles:\n  readers:\n    - allow: exec a\n      why: x\n",
        "6:9: there is no role `reader`. Did you mean `readers`?"
    )]
    [InlineData(
        Head
            + "rules:\n  - allow: http GET http://a.example/**\n    with: tokn\n    why: x\ncredentials: { token: { from: env:T } }\n",
        "there is no credential `tokn` in `credentials`. Did you mean `token`?"
    )]
    [InlineData(
        Head + Models + "rules:\n  - allow: model two/x\n    why: x\n",
        "there is no upstream `two` in `models`"
    )]
    [InlineData(
        Head
            + Models
            + "rules:\n  - allow: model one/x\n    with: k\n    why: x\ncredentials: { k: { from: env:K } }\n",
        "`with` can't stand on a `model` rule"
    )]
    [InlineData(
        Head
            + "models:\n  one: { api: anthropic, url: \"https://one.example\", with: k }\nrules:\n  - allow: model one/x\n    why: x\n",
        "4:54: there is no credential `k`"
    )]
    [InlineData(Head + Rule + "run: { workspace: { mode: staged } }\n", "6:21: the mode `staged` has no `write` rule")]
    [InlineData(
        Head + "run: { command: [a] }\nrules:\n  - allow: write workspace/**\n    why: x\n",
        "can never apply: the workspace is read-only"
    )]
    [InlineData(
        Head + "rules:\n  - allow: connect a.example:443\n    why: x\n  - deny: connect *.example:*\n    why: x\n",
        "`allow: connect a.example:443` can never apply: `deny: connect *.example:*`"
    )]
    [InlineData(
        Head + "extends: floor\nrules:\n  - allow: connect 169.254.169.254:80\n    why: x\n",
        "can never apply"
    )]
    [InlineData(Head + "extends: flor\n" + Rule, "3:10: there is no baseline `flor`. Did you mean `floor`?")]
    [InlineData(
        Head + "extends: ./gone.yaml\n" + Rule,
        "there is no baseline `./gone.yaml`. It was looked for as `gone.yaml`."
    )]
    // YAML
    [InlineData(Head + "rules: &a\n  - allow: exec a\n    why: x\n", "an anchor (`&name`) is not taken")]
    [InlineData(Head + "rules: *a\n", "an alias (`*name`) is not taken")]
    [InlineData(Head + "rules: !!seq []\n", "a tag (`!name`) is not taken")]
    [InlineData(Head + Rule + "---\n" + Head, "a second document starts here")]
    [InlineData("%YAML 1.1\n---\n" + Head + Rule, "directives are not taken")]
    [InlineData("", "the file is empty")]
    [InlineData("just words\n", "a manifest is a map of keys")]
    [InlineData(Head + "rules: [\n", "this is not valid YAML")]
    [InlineData(Head + "? [a]\n: b\n" + Rule, "a list can't be a key")]
    [InlineData(Head + Rule + "owner: a\u202eb\n", "6:9: the character U+202E may not stand in a manifest")]
    [InlineData(Head + Rule + "owner: a\ufffdb\n", "The file is not UTF-8")]
    [InlineData(Head + Rule + "owner: a\0b\n", "the character U+0000 may not stand in a manifest")]
    public void Each_mistake_is_named_with_its_place_and_what_to_do(string text, string expected)
    {
        var load = ManifestLoader.Load(text, "agent.yaml", _ => null);

        load.Manifest.ShouldBeNull();
        load.Errors.Select(ManifestLoader.Describe).ShouldContain(line => line.Contains(expected), expected);
        load.Errors.ShouldAllBe(e => e.Position.File.StartsWith("agent.yaml", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_mistake_is_reported_not_only_the_first()
    {
        var text =
            Head
            + "versoin: 2\nrules:\n  - allow: raed x\n    why: x\n  - allow: connect a\n    wy: x\nbudgets: { usd: 5 }\n";

        var lines = Repository.LoadText(text).Errors.Select(e => $"{e.Position.Line}:{e.Position.Column}");

        lines.ShouldBe(["3:1", "5:12", "7:5", "7:12", "8:5", "9:1", "9:12"]);
    }

    [Fact]
    public void A_whole_manifest_becomes_what_it_says()
    {
        var load = Repository.LoadFile(Repository.PathOf("examples", "claude-code.yaml"));
        var manifest = load.Manifest.ShouldNotBeNull();

        manifest.Environment.ShouldBe(DeploymentEnvironment.Development);
        manifest.Run!.WorkspaceMode.ShouldBe(WorkspaceMode.Staged);
        manifest.Run.Limits.MemoryBytes.ShouldBe(4L << 30);
        manifest.Run.Limits.WallClock.ShouldBe(TimeSpan.FromHours(4));
        manifest.Run.Variables["LANG"].ShouldBe("C.UTF-8");
        manifest.Models["anthropic"].Place.ShouldBe("us");
        manifest.Models["anthropic"].Credential.ShouldBe("anthropic-key");
        manifest.Credentials["anthropic-key"].Origin.ShouldBe(CredentialOrigin.Variable);
        manifest.Credentials["anthropic-key"].Locator.ShouldBe("ANTHROPIC_API_KEY");
        manifest.Layers[^1].Rules[0].Position.ToString().ShouldEndWith("claude-code.yaml:24:5");
    }

    [Fact]
    public void A_chain_of_baselines_is_resolved_against_the_file_that_names_it()
    {
        var files = new Dictionary<string, string>
        {
            ["/team/base/one.yaml"] =
                "apiVersion: bartizan/v1\nextends: ../two.yaml\nrules:\n  - deny: exec a\n    why: x\n"
                + "define_roles:\n  r:\n    - allow: exec c\n      why: x\n",
            ["/team/two.yaml"] = "apiVersion: bartizan/v1\nextends: floor\nrules:\n  - deny: exec b\n    why: x\n",
        };

        var load = ManifestLoader.Load(
            Head + "extends: base/one.yaml\nroles: [r]\n" + Rule,
            "/team/agent.yaml",
            files.GetValueOrDefault
        );

        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        load.Manifest!.Layers.Select(l => l.Name)
            .ShouldBe(["baseline floor", "baseline two", "baseline one", "manifest"]);
        load.Manifest.Layers[^1].Rules[^1].Role.ShouldBe("r");
    }

    [Fact]
    public void A_baseline_that_extends_itself_is_an_error_not_a_loop()
    {
        var load = ManifestLoader.Load(
            Head + "extends: b.yaml\n" + Rule,
            "agent.yaml",
            _ => "apiVersion: bartizan/v1\nextends: b.yaml\nrules:\n  - deny: exec a\n    why: x\n"
        );

        load.Errors.ShouldHaveSingleItem().Message.ShouldBe("`b.yaml` extends itself in a circle");
        load.Errors[0].Position.ToString().ShouldBe("b.yaml:2:10");
    }

    [Theory]
    [InlineData("connect b.example:443", true)]
    [InlineData("connect a.example:443", false)]
    [InlineData("connect *.example:443", false)]
    [InlineData("read /etc/hosts", false)]
    public void A_grant_that_a_ceiling_leaves_out_can_never_apply(string grant, bool dead)
    {
        var load = ManifestLoader.Load(
            Head + $"extends: b.yaml\nrules:\n  - allow: {grant}\n    why: x\n",
            "agent.yaml",
            _ => "apiVersion: bartizan/v1\nrules:\n  - allow: connect a.example:443\n    why: x\n"
        );

        load.Errors.Any(e =>
                e.Message.EndsWith("baseline b allows only what its own rules name", StringComparison.Ordinal)
            )
            .ShouldBe(dead);
        load.Errors.IsEmpty.ShouldBe(!dead);
    }

    [Theory]
    [InlineData("agent: b\n", "`agent` stands in an agent's manifest")]
    [InlineData("credentials: { k: { from: env:K } }\n", "`credentials` stands in an agent's manifest")]
    public void A_baseline_holds_rules_and_roles_only(string extra, string expected)
    {
        var baseline = "apiVersion: bartizan/v1\n" + extra + "rules:\n  - deny: exec a\n    why: x\n";
        var load = ManifestLoader.Load(Head + "extends: b.yaml\n" + Rule, "agent.yaml", _ => baseline);

        load.Errors.ShouldHaveSingleItem().Hint.ShouldContain(expected);
    }

    [Fact]
    public void A_secret_pasted_where_a_source_belongs_is_not_repeated()
    {
        const string Secret = "sk-ant-0123456789abcdef";
        var load = Repository.LoadText(
            Head + Rule + $"credentials: {{ k: {{ from: {Secret} }} }}\nrun: {{ variables: {{ 1K: {Secret} }} }}\n"
        );

        load.Errors.ShouldNotBeEmpty();
        load.Errors.Concat(load.Warnings).ShouldAllBe(e => !ManifestLoader.Describe(e).Contains(Secret));
        load.Warnings.ShouldContain(w => w.Message.Contains("looks like a credential"));
    }

    [Fact]
    public void Two_upstreams_of_one_wire_format_must_be_told_apart_by_model()
    {
        const string Two =
            Head
            + "models:\n  a: { api: openai, url: \"https://a.example\" }\n  b: { api: openai, url: \"https://b.example\" }\n";
        static string With(string one, string other) =>
            Two + $"rules:\n  - allow: model a/{one}\n    why: x\n  - allow: model b/{other}\n    why: x\n";

        Repository.LoadText(With("gpt-*", "llama-*")).Errors.ShouldBeEmpty();
        Repository
            .LoadText(With("gpt-*", "*-mini"))
            .Errors.ShouldHaveSingleItem()
            .Message.ShouldContain("speak one wire format");
        Repository.LoadText(With("gpt-5", "gpt-*")).Errors.ShouldHaveSingleItem();
        Repository.LoadText(With("meta/*", "openai/*")).Errors.ShouldBeEmpty();
        Repository.LoadText(With("meta/**", "meta/x/y")).Errors.ShouldHaveSingleItem();
    }

    [Fact]
    public void What_is_allowed_and_probably_not_meant_is_warned_of()
    {
        var load = ManifestLoader.Load(
            Head
                + "models: { m: { api: openai, url: \"http://models.example\" } }\n"
                + "run: { command: [a] }\n"
                + "credentials: { k: { from: file:key.txt }, l: { from: env:L } }\n"
                + "define_roles: { r: [{ allow: exec z, why: x }] }\n"
                + "rules:\n  - { allow: exec a, why: x, expires: 2026-01-01 }\n  - { allow: exec b, why: x, accept_wide: y }\n"
                + "  - { allow: exec b, why: x }\n"
                + "  - { allow: http GET http://a.example/**, with: l, why: x }\n",
            "agent.yaml",
            _ => null,
            new DateOnly(2026, 11, 21)
        );

        load.Errors.ShouldBeEmpty();
        load.Warnings.Select(w => w.Message)
            .ShouldBe([
                "no rule allows a model of `m`",
                "`m` is reached by http: what is sent can be read on the way",
                "the credential `k` is used by nothing",
                "`k` is a static credential in a file: outside development it belongs in the vault",
                "the file of `k` lies in the workspace, where the agent may read it",
                "`l` is a static credential in a variable: outside development it belongs in the vault",
                "the role `r` is defined and not named in `roles`",
                "`allow: exec a` lapsed after 2026-01-01",
                "`accept_wide` stands on `allow: exec b`, which isn't wide",
                "`allow: exec b` stands twice",
                "`l` would be sent in cleartext",
            ]);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_an_error_with_a_place()
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(Head + Rule + "owner: "), 0xC3, 0x28, (byte)'\n'];

        var error = ManifestLoader.Load(bytes, "agent.yaml", _ => null).Errors.ShouldHaveSingleItem();

        error.Position.ToString().ShouldBe("agent.yaml:6:8");
        error.Hint.ShouldContain("UTF-8");
    }

    [Fact]
    public void The_effects_of_a_rule_are_read_as_written()
    {
        var load = Repository.LoadText(
            Head
                + "rules:\n  - { deny: exec a, why: x }\n  - { ask: exec b, why: y, counters: LLM06 }\n  - { allow: exec c, why: z }\n"
        );

        load.Manifest!.Layers[0].Rules.Select(r => r.Effect).ShouldBe([Effect.Deny, Effect.Ask, Effect.Allow]);
        load.Manifest.Layers[0].Rules[1].Counters.ShouldBe("LLM06");
    }
}
