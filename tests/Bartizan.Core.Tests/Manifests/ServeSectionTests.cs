using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Identity;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Manifests;

public sealed class ServeSectionTests
{
    private const string Usual = """
        oidc: "https://login.example", audience: support-agent, user: { region: loc, clearance: clr }
        """;

    [Fact]
    public void Callers_are_read()
    {
        var callers = Load($"{Usual}, type: access, ca: own.pem").Manifest!.Serve!.Callers;

        callers.Oidc!.Name.ShouldBe("https://login.example");
        callers.Oidc.Authority.ShouldBe("own.pem");
        callers.Audience.ShouldBe("support-agent");
        callers.Use.ShouldBe(TokenUse.Access);
        callers.User.ShouldBe([new("clearance", "clr"), new("region", "loc")]);
        Load(Usual).Manifest!.Serve!.Callers.Use.ShouldBe(TokenUse.Id);
    }

    [Theory]
    [InlineData("oidc: \"https://login.example\"", "doesn't say whom tokens must be meant for")]
    [InlineData("audience: a", "says something of tokens, and none are taken")]
    [InlineData("oidc: \"http://login.example\", audience: a", "is no https address")]
    [InlineData("oidc: \"https://u:p@login.example\", audience: a", "is no https address")]
    [InlineData("oidc: \"https://login.example?x=1\", audience: a", "has a query")]
    [InlineData("oidc: \"file:///etc/passwd\", audience: a", "is no https address")]
    [InlineData("oidc: \"/etc/passwd\", audience: a", "is no https address")]
    [InlineData("oidc: \"https://login.example\", audience: a, user: { id: sub }", "is the subject")]
    [InlineData("oidc: \"https://login.example\", audience: a, user: { in: sub }", "can't be an attribute's name")]
    [InlineData("oidc: \"https://login.example\", audience: a, user: { a-b: sub }", "can't be an attribute's name")]
    [InlineData("oidc: \"https://login.example\", audience: a, type: opaque", "can't be `opaque`")]
    [InlineData("oidc: \"https://login.example\", audience: a, nonce: b", "is no key of `callers`")]
    public void What_lets_in_nobody_or_anybody_is_an_error(string callers, string says)
    {
        var load = Load(callers);

        load.Manifest.ShouldBeNull();
        load.Errors.Select(e => e.Message).ShouldContain(m => m.Contains(says, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://localhost:4000")]
    [InlineData("http://127.0.0.1:4000/tenant")]
    [InlineData("http://[::1]:4000")]
    [InlineData("https://login.example/")]
    public void A_provider_on_this_host_needs_no_certificate(string issuer) =>
        Load($"oidc: \"{issuer}\", audience: a").Manifest!.Serve!.Callers.Oidc!.Name.ShouldBe(issuer);

    [Theory]
    [InlineData("eu", 3, Effect.Allow)]
    [InlineData("us", 3, Effect.Deny)]
    [InlineData("eu", 2, Effect.Deny)]
    public void What_an_issuer_says_of_a_user_is_tested(string region, int clearance, Effect effect)
    {
        var manifest = Load(Usual).Manifest!;
        var user = new EndUser(
            "https://login.example",
            "alice",
            "user:x",
            AttributeSet.Of(
                KeyValuePair.Create("id", AttributeValue.Of("alice")),
                KeyValuePair.Create("region", AttributeValue.Of(region)),
                KeyValuePair.Create("clearance", AttributeValue.Of(clearance))
            )
        );

        Decide(manifest, user).ShouldBe(effect);
    }

    [Fact]
    public void A_claim_of_another_kind_than_its_attribute_is_unknown()
    {
        var manifest = Load(Usual).Manifest!;
        var user = new EndUser(
            "i",
            "s",
            "user:x",
            AttributeSet.Of(
                KeyValuePair.Create("region", AttributeValue.ListOf("eu")),
                KeyValuePair.Create("clearance", AttributeValue.Of(3))
            )
        );

        Decide(manifest, user).ShouldBe(Effect.Deny);
    }

    [Fact]
    public void Without_a_verified_user_nothing_is_known_of_whoever_started_it()
    {
        var manifest = Load(Usual).Manifest!;

        Decide(manifest, null).ShouldBe(Effect.Deny);
        Open(manifest, null).User.ShouldBeNull();
        Open(manifest with { Serve = null }, null).User!.Id.ShouldBe("operator");
    }

    [Fact]
    public void What_reads_or_runs_beside_acts_for_the_same_user()
    {
        var manifest = Load(Usual).Manifest!;
        var user = new EndUser("i", "alice", "user:x", AttributeSet.Empty);
        var session = Open(manifest, user);
        var reader = Session.OpenFor(session, SessionId.New()).Session;
        var beside = Session
            .OpenBeside(session, SessionId.New(), manifest with { Serve = null }, Policy.Compile(manifest))
            .Session;

        foreach (var one in new[] { session, reader, beside })
        {
            one.Person.ShouldBe("user:x");
            one.StartedBy.ShouldBe("operator");
            one.ActsFor.ShouldBe(user);
            one.User!.Id.ShouldBe("alice");
        }

        var nobody = Session
            .OpenBeside(Open(manifest, null), SessionId.New(), manifest with { Serve = null }, Policy.Compile(manifest))
            .Session;
        nobody.User.ShouldBeNull("who starts a tool server beside it isn't whom the agent answers");
    }

    [Fact]
    public void Who_is_let_in_belongs_to_what_a_condition_on_them_means()
    {
        var one = Policy.Compile(Load(Usual).Manifest!).Digest;

        Policy.Compile(Load(Usual).Manifest!).Digest.ShouldBe(one);
        Policy
            .Compile(Load(Usual.Replace("loc", "nickname", StringComparison.Ordinal)).Manifest!)
            .Digest.ShouldNotBe(one);
        Policy
            .Compile(Load(Usual.Replace("login.", "other.", StringComparison.Ordinal)).Manifest!)
            .Digest.ShouldNotBe(one);
    }

    private static Effect Decide(Manifest manifest, EndUser? user)
    {
        var session = Open(manifest, user);
        return session
            .Policy.Decide(
                new ToolTarget("crm", "find"),
                Circumstances.Of(session, DateTimeOffset.FromUnixTimeSeconds(1_800_000_000)),
                Ports.GuardReport.Clean
            )
            .Effect;
    }

    private static Session Open(Manifest manifest, EndUser? user) =>
        Session.Open(SessionId.New(), manifest, Policy.Compile(manifest), "operator", observe: false, user).Session;

    private static ManifestLoad Load(string callers) =>
        ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: support
            serve: { callers: { {{callers.Trim()}} } }
            servers: { crm: { url: "https://crm.example/mcp" } }
            rules:
              - allow: tool crm/*
                when: {{(
                callers.Contains("clearance", StringComparison.Ordinal)
                    ? "user.region == \"eu\" && user.clearance >= 3"
                    : "user.region == \"eu\""
            )}}
                why: A test says so.
            """,
            "agent.yaml",
            _ => null
        );
}
