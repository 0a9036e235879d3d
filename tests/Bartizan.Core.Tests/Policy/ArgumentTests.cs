using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Policies;

/// <summary>Rules that look at the arguments of a tool call.</summary>
public sealed class ArgumentTests
{
    private const string Allow = "allow";
    private const string Deny = "deny";

    [Theory]
    [InlineData("region: { in: [eu, us] }", """{"region":"eu"}""", true)]
    [InlineData("region: { in: [eu, us] }", """{"region":"EU"}""", false)]
    [InlineData("region: { in: [eu, us] }", """{"region":"eu","also":1}""", false)]
    [InlineData("region: { in: [eu, us] }", "{}", false)]
    [InlineData("region: { in: [eu], optional: true }", "{}", true)]
    [InlineData("region: { in: [eu] }", """{"region":"eu","region":"us"}""", false)]
    [InlineData("on: { in: [true] }", """{"on":true}""", true)]
    [InlineData("on: { in: [true] }", """{"on":"true"}""", false)]
    [InlineData("n: { in: [1, 2] }", """{"n":1.0}""", true)]
    [InlineData("n: { in: [1, 2] }", """{"n":"1"}""", false)]
    [InlineData("n: { in: [\"1\"] }", """{"n":1}""", false)]
    [InlineData("n: { between: [1, 100] }", """{"n":100}""", true)]
    [InlineData("n: { between: [1, 100] }", """{"n":100.5}""", false)]
    [InlineData("n: { between: [-5, 5] }", """{"n":-5}""", true)]
    [InlineData("n: { between: [1, 100] }", """{"n":"7"}""", false)]
    [InlineData("n: { between: [1, 100] }", """{"n":1e400}""", false)]
    [InlineData("n: { between: [1, 100] }", """{"n":[7]}""", false)]
    [InlineData("to: { glob: \"*@example.com\" }", """{"to":"a.b+c@example.com"}""", true)]
    [InlineData("to: { glob: \"*@example.com\" }", """{"to":"a@evil.example,b@example.com"}""", false)]
    [InlineData("to: { glob: \"*@example.com\" }", """{"to":"a@evil.example\nb@example.com"}""", false)]
    [InlineData("to: { glob: \"*@example.com\" }", """{"to":"\"a@evil.example\" b@example.com"}""", false)]
    [InlineData("to: { glob: \"*@example.com\" }", """{"to":"a@example.com.evil"}""", false)]
    [InlineData("to: { glob: \"*@example.com\", max_length: 8 }", """{"to":"a@example.com"}""", false)]
    [InlineData("q: { glob: \"{get,list} **\" }", """{"q":"list all, of them"}""", true)]
    [InlineData("to[]: { glob: \"*@example.com\" }", """{"to":["a@example.com","b@example.com"]}""", true)]
    [InlineData("to[]: { glob: \"*@example.com\" }", """{"to":["a@example.com","b@evil.example"]}""", false)]
    [InlineData("to[]: { glob: \"*@example.com\" }", """{"to":"a@example.com"}""", false)]
    [InlineData("a.b: { in: [x] }", """{"a":{"b":"x"}}""", true)]
    [InlineData("a.b: { in: [x] }", """{"a":{"b":"x","c":1}}""", false)]
    [InlineData("l[].n: { between: [0, 9] }", """{"l":[{"n":1},{"n":2}]}""", true)]
    [InlineData("l[].n: { between: [0, 9] }", """{"l":[{"n":1},{"n":2,"m":3}]}""", false)]
    [InlineData("url: { host: \"**.example.com\" }", """{"url":"https://api.example.com/x?y"}""", true)]
    [InlineData("url: { host: \"**.example.com\" }", """{"url":"https://example.com.evil.test/"}""", false)]
    [InlineData("url: { host: \"**.example.com\" }", """{"url":"https://api.example.com@evil.test/"}""", false)]
    [InlineData("url: { host: \"**.example.com\" }", """{"url":"https://evil.test\\@api.example.com/"}""", false)]
    [InlineData("url: { host: \"**.example.com\" }", """{"url":"file://api.example.com/x"}""", false)]
    [InlineData("url: { host: \"**.example.com\" }", """{"url":"HTTPS://API.example.com:443/"}""", true)]
    [InlineData("p: { path: \"src/**\" }", """{"p":"src/a/b.cs"}""", true)]
    [InlineData("p: { path: \"src/**\" }", """{"p":"src/../etc/x"}""", false)]
    [InlineData("p: { path: \"src/**\" }", """{"p":"/src/a"}""", false)]
    [InlineData("p: { path: \"src/**\" }", """{"p":"src\\..\\x"}""", false)]
    [InlineData("q: { sql: read, tables: [orders], rows: 10 }", """{"q":"SELECT id FROM orders LIMIT 10"}""", true)]
    [InlineData("q: { sql: read, tables: [orders], rows: 10 }", """{"q":"SELECT id FROM secrets LIMIT 10"}""", false)]
    [InlineData("q: { sql: read, tables: [orders], rows: 10 }", """{"q":"SELECT 1; DROP TABLE orders"}""", false)]
    [InlineData("q: { sql: read, tables: [orders], rows: 10 }", """{"q":["SELECT id FROM orders LIMIT 10"]}""", false)]
    [InlineData("q: { sql: read }", """{"q":"SELECT \u0031 FROM orders"}""", true)]
    [InlineData("f: { operators: [in] }", """{"f":{"a":{"$in":[1]}}}""", true)]
    [InlineData("f: { operators: [] }", """{"f":{"a":{"$ne":null}}}""", false)]
    [InlineData("f: { operators: [] }", """{"f":{"\u0024where":"1"}}""", false)]
    [InlineData("b: { html: formatting }", """{"b":"<p>x</p>"}""", true)]
    [InlineData("b: { html: none }", """{"b":"<p>x</p>"}""", false)]
    [InlineData("ip: { cidr: [10.0.0.0/8, \"fd00::/8\"] }", """{"ip":"10.1.2.3"}""", true)]
    [InlineData("ip: { cidr: [10.0.0.0/8, \"fd00::/8\"] }", """{"ip":"fd00::1"}""", true)]
    [InlineData("ip: { cidr: [10.0.0.0/8] }", """{"ip":"11.1.2.3"}""", false)]
    [InlineData("ip: { cidr: [10.0.0.0/8] }", """{"ip":"012.1.2.3"}""", false)]
    [InlineData("ip: { cidr: [10.0.0.0/8] }", """{"ip":"::ffff:10.1.2.3"}""", true)]
    [InlineData("t: { max_length: 3 }", """{"t":"\u0061bc"}""", true)]
    [InlineData("t: { max_length: 3 }", """{"t":"\ud800"}""", false)]
    [InlineData("t: { max_length: 2 }", """{"t":[1,2,3]}""", false)]
    [InlineData("t: { in: [\"a\\\\b\"] }", """{"t":"a\\b"}""", true)]
    [InlineData("t: { in: [ab] }", """{"t":"a\u0062"}""", true)]
    [InlineData("t: { in: [ab] }", """{"t":"ab\u0000"}""", false)]
    [InlineData("t: { in: [ab] }", """{"t":"ab\udead"}""", false)]
    public void An_allow_applies_only_to_arguments_that_certainly_fit(string arguments, string call, bool allowed) =>
        Decide(Allow, arguments, call).ShouldBe(allowed ? Effect.Allow : Effect.Deny);

    [Theory]
    [InlineData("role: { in: [admin] }", """{"role":"user"}""", false)]
    [InlineData("role: { in: [admin] }", """{"role":"user","Role":"admin"}""", true)]
    [InlineData("role: { in: [admin] }", """{"role":"user","role":"admin"}""", true)]
    [InlineData("role: { in: [admin] }", """{"Role":"admin"}""", true)]
    [InlineData("a.role: { in: [admin] }", """{"a":{"role":"user","ROLE":"admin"}}""", true)]
    [InlineData("n: { between: [1000, 1000000] }", """{"n":5000}""", true)]
    [InlineData("n: { between: [1000, 1000000] }", """{"n":5}""", false)]
    [InlineData("n: { between: [1000, 1000000] }", """{"n":5,"x":1}""", false)]
    [InlineData("n: { between: [1000, 1000000] }", """{"n":"5"}""", true)]
    [InlineData("n: { between: [1000, 1000000] }", "{}", true)]
    [InlineData("n: { between: [1000, 1000000] }", """{"n":5000,"x":1}""", true)]
    [InlineData("n: { between: [1000, 1000000] }", """{"n":5,"n":5000}""", true)]
    [InlineData("t: { in: [ab] }", """{"t":"ab\u0000"}""", true)]
    [InlineData("t: { in: [ab] }", """{"t":"ab\udead"}""", true)]
    [InlineData("t: { max_length: 1 }", """{"t":"ab\u0000"}""", true)]
    [InlineData("to[]: { glob: \"*@evil.example\" }", """{"to":["a@ok.example","b@evil.example"]}""", true)]
    [InlineData("to[]: { glob: \"*@evil.example\" }", """{"to":["a@ok.example"]}""", false)]
    [InlineData("to[]: { glob: \"*@evil.example\" }", """{"to":"a@ok.example"}""", true)]
    [InlineData("p: { path: /etc }", """{"p":"/etc/passwd"}""", true)]
    [InlineData("p: { path: /etc }", """{"p":"/usr/../etc/passwd"}""", true)]
    [InlineData("p: { path: /etc }", """{"p":"/usr/x"}""", false)]
    [InlineData("u: { host: \"**\" }", """{"u":"http://169.254.169.254/"}""", true)]
    [InlineData("ip: { cidr: [169.254.0.0/16] }", """{"ip":"metadata.example"}""", true)]
    public void A_deny_applies_unless_the_arguments_certainly_do_not_fit(string arguments, string call, bool denied) =>
        Decide(Deny, arguments, call).ShouldBe(denied ? Effect.Deny : Effect.Allow);

    [Fact]
    public void Unknown_arguments_deny_and_do_not_allow()
    {
        Policy(Allow, "n: { between: [1, 2] }").Screen("tool a/b").Effect.ShouldBe(Effect.Deny);
        Policy(Deny, "n: { between: [1, 2] }").Screen("tool a/b").Effect.ShouldBe(Effect.Deny);
    }

    [Fact]
    public void A_refusal_says_that_a_rule_asks_for_more()
    {
        var refused = Policy(Allow, "n: { between: [1, 2] }").Screen("tool a/b");

        refused.Reason.ShouldContain("only under conditions");
        refused.Needed.ShouldBeNull();
    }

    [Fact]
    public void An_allowed_call_is_decided_without_allocating()
    {
        var policy = Policy(Allow, "to: { glob: \"*@example.com\" }, n: { between: [1, 9] }, p: { path: \"src/**\" }");
        var call = Call("""{"to":"a@example.com","n":4,"p":"src/a"}""");
        policy.Screen(Rules.Target("tool a/b"), call).Effect.ShouldBe(Effect.Allow);
        var target = Rules.Target("tool a/b");

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            policy.Screen(target, call);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void What_arguments_may_be_is_part_of_the_digest_and_their_order_is_not()
    {
        var one = Policy(Allow, "a: { in: [x, y] }, b: { between: [1, 2] }").Digest;

        Policy(Allow, "b: { between: [1.0, 2] }, a: { in: [y, x] }").Digest.ShouldBe(one);
        Policy(Allow, "a: { in: [x] }, b: { between: [1, 2] }").Digest.ShouldNotBe(one);
        Policy(Allow, "a: { in: [x, y] }, b: { between: [1, 2], optional: true }").Digest.ShouldNotBe(one);
        Policy(Allow, "a: { in: [x, y] }").Digest.ShouldNotBe(one);
    }

    private static Effect Decide(string effect, string arguments, string call) =>
        Policy(effect, arguments).Screen(Rules.Target("tool a/b"), Call(call)).Effect;

    private static Circumstances Call(string json) =>
        Circumstances.At(Rules.Now) with
        {
            Arguments = JsonDocument.Parse(json).RootElement,
        };

    // In YAML's flow style a key with brackets stands in quotes.
    private static string Quoted(string arguments) =>
        arguments
            .Replace("to[]", "\"to[]\"", StringComparison.Ordinal)
            .Replace("l[].n", "\"l[].n\"", StringComparison.Ordinal);

    private static Policy Policy(string effect, string arguments)
    {
        var other = effect == Deny ? "  - { allow: tool a/*, why: x }\n" : "";
        var load = Manifests.Repository.LoadText(
            "apiVersion: bartizan/v1\nagent: a\nrules:\n"
                + other
                + $"  - {effect}: tool a/b\n    why: x\n    args: {{ {Quoted(arguments)} }}\n"
        );
        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        return Core.Policies.Policy.Compile(load.Manifest!);
    }
}
