using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Manifests;

public sealed class ProviderKeyTests
{
    private const string Provider =
        "corp: { kind: vault, url: \"https://vault.example\", auth: { approle: r1 }, with: own }";

    private const string Own = "own: { from: vault:corp/own }";

    [Fact]
    public void A_provider_and_what_it_issues_are_read()
    {
        var load = Load(
            Provider,
            "from: \"provider:corp/pki/issue/web#private_key\", params: { common_name: a.example }"
        );

        load.Errors.ShouldBeEmpty();
        var provider = load.Manifest!.Providers["corp"];
        (provider.Auth, provider.Mount, provider.Role).ShouldBe((ProviderAuth.AppRole, "approle", "r1"));
        var source = load.Manifest.Credentials["k"];
        ProviderPlace.Read(source.Locator).ShouldBe(new ProviderPlace("corp", "pki/issue/web", "private_key"));
        source.Parameters["common_name"].ShouldBe("a.example");
    }

    [Theory]
    [InlineData("provider:corp/auth/token/lookup-self#id")]
    [InlineData("provider:corp/team-a/auth/token/lookup-self#id")]
    [InlineData("provider:corp/sys/leases/lookup#id")]
    [InlineData("provider:corp/cubbyhole/response#response")]
    [InlineData("provider:corp/team-a/sys/leases/lookup#id")]
    [InlineData("provider:corp/team-a/b/identity/oidc/token/r#token")]
    [InlineData("provider:corp/team-a/cubbyhole/response#response")]
    [InlineData("provider:corp/data/sys/leases/lookup#id")]
    public void A_path_about_the_provider_itself_is_a_load_error(string from) =>
        Load(Provider, $"from: \"{from}\"")
            .Errors.ShouldContain(e => e.Message.Contains("is about the provider itself"));

    [Theory]
    [InlineData("provider:corp/secret/data/auth#key")]
    [InlineData("provider:corp/team-a/secret/data/sys/mail#key")]
    public void A_name_that_people_gave_below_a_mounts_data_is_theirs(string from) =>
        Load(Provider, $"from: \"{from}\"").Errors.ShouldBeEmpty();

    [Theory]
    [InlineData("provider:corp/a/../sys/x#f", "names nothing of a provider")]
    [InlineData("provider:corp/a%2f..#f", "names nothing of a provider")]
    [InlineData("provider:corp/a?b=c#f", "names nothing of a provider")]
    [InlineData("provider:corp/a", "names nothing of a provider")]
    [InlineData("provider:other/a#f", "there is no provider `other`")]
    public void A_place_that_a_server_could_read_otherwise_is_none(string from, string expected) =>
        Load(Provider, $"from: \"{from}\"").Errors.ShouldContain(e => e.Message.Contains(expected));

    [Theory]
    [InlineData(
        "corp: { kind: vault, url: \"http://vault.example\", auth: { jwt: r }, with: own }",
        Own,
        "in cleartext"
    )]
    [InlineData("corp: { kind: vault, url: \"https://vault.example\", with: own }", Own, "how it is signed in to")]
    [InlineData(
        "corp: { kind: vault, url: \"https://vault.example\", auth: { jwt: a, approle: b }, with: own }",
        Own,
        "needs exactly one of"
    )]
    [InlineData(Provider, "own: { from: \"provider:corp/a#b\" }", "comes from a provider itself")]
    [InlineData(Provider, "own: { from: identity:vault }", "is the agent's identity")]
    [InlineData(Provider, "other: { from: vault:a }", "there is no credential `own`")]
    public void A_provider_that_can_not_hold_what_it_says_is_an_error(string provider, string own, string expected) =>
        Load(provider, "from: \"provider:corp/a#b\"", own).Errors.ShouldContain(e => e.Message.Contains(expected));

    [Theory]
    [InlineData("kubernetes", true)]
    [InlineData("approle", false)]
    public void Only_a_token_that_its_issuer_renews_may_lie_in_a_file_outside_development(string auth, bool isFit)
    {
        var provider = Provider.Replace("approle", auth, StringComparison.Ordinal);
        var load = Load(provider, "from: \"provider:corp/a#b\"", "own: { from: file:/run/token }");

        load.Warnings.Concat(load.Errors).Any(e => e.Message.Contains("`own` is a static credential")).ShouldBe(!isFit);
    }

    [Theory]
    [InlineData("", "  - allow: http GET https://other.example/**\n    with: own\n    why: A test.")]
    [InlineData("", "databases:\n  d: { url: \"postgres://agent@db.example/d\", with: own }")]
    [InlineData("", "servers:\n  s: { url: \"https://mcp.example/mcp\", with: own }")]
    [InlineData("two: { kind: vault, url: \"https://two.example\", auth: { approle: r }, with: own }", "")]
    public void A_token_that_is_shown_to_others_too_is_static(string provider, string more)
    {
        var kubernetes = Provider.Replace("approle", "kubernetes", StringComparison.Ordinal);
        var load = Load(
            $"{kubernetes}\n  {provider}",
            "from: \"provider:corp/a#b\"",
            "own: { from: file:/run/token }",
            more
        );

        load.Warnings.Concat(load.Errors).ShouldContain(e => e.Message.Contains("`own` is a static credential"));
    }

    private static ManifestLoad Load(string provider, string credential, string own = Own, string more = "") =>
        ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: tried
            environment: production
            providers:
              {{provider}}
            credentials:
              {{own}}
              k: { {{credential}} }
            rules:
              - allow: http GET https://api.example/**
                with: k
                why: A test.
            {{more}}
            """,
            "agent.yaml",
            _ => null
        );
}
