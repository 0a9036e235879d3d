using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>OAuth servers and GitHub Apps in a manifest.</summary>
public sealed class IssuedTokenKeyTests
{
    private const string OAuth = "kind: oauth, url: \"https://idp.example\", auth: { client: c1 }, with: own";

    private const string GitHub = "kind: github, auth: { app: Iv1 }, with: own";

    private const string Token = "from: \"provider:p/token#access_token\", params: { scope: a }";

    private const string Installation =
        "from: \"provider:p/installations/7#token\", params: { repositories: \"shop docs\", permissions: \"contents:read, issues:write\" }";

    [Fact]
    public void An_oauth_server_and_what_it_is_asked_are_read()
    {
        var load = Load(
            $"{OAuth}, endpoints: {{ token: \"https://t.example/t\", revoke: \"https://t.example/r\" }}",
            Token
        );

        load.Errors.ShouldBeEmpty();
        var provider = load.Manifest!.Providers["p"];
        (provider.Kind, provider.Credential).ShouldBe((ProviderKind.OAuth, "own"));
        provider.Settings["auth.client"].ShouldBe("c1");
        provider.Settings["endpoints.revoke"].ShouldBe("https://t.example/r");
        load.Manifest.Credentials["k"].Parameters["scope"].ShouldBe("a");
    }

    [Fact]
    public void A_github_app_and_what_it_is_asked_are_read()
    {
        var load = Load(GitHub, Installation);

        load.Errors.ShouldBeEmpty();
        var provider = load.Manifest!.Providers["p"];
        (provider.Kind, provider.Url.AbsoluteUri).ShouldBe((ProviderKind.GitHub, "https://api.github.com/"));
        var asked = load.Manifest.Credentials["k"].Parameters;
        GitHubForm.RepositoriesOf(asked).ShouldBe(["shop", "docs"]);
        GitHubForm.PermissionsOf(asked)!["issues"].ShouldBe("write");
    }

    [Theory]
    [InlineData("kind: oauth, url: \"https://idp.example\", with: own", Token, "doesn't say how it is signed in to")]
    [InlineData("kind: oauth, auth: { client: c1 }, with: own", Token, "doesn't say where it is")]
    [InlineData(
        "kind: oauth, url: \"https://idp.example\", auth: { client: c1 }",
        Token,
        "neither a client's secret nor"
    )]
    [InlineData("kind: oauth, url: \"http://idp.example\", auth: { client: c1 }, with: own", Token, "in cleartext")]
    [InlineData(OAuth + ", endpoints: { revoke: \"https://idp.example/r\" }", Token, "doesn't say where tokens are")]
    [InlineData(OAuth + ", endpoints: { token: \"http://idp.example/t\" }", Token, "in cleartext")]
    [InlineData(
        OAuth + ", endpoints: { token: \"https://a.example/t\", revoke: \"https://b.example/r\" }",
        Token,
        "is on another server"
    )]
    [InlineData(OAuth + ", namespace: x", Token, "`namespace` means nothing to a provider of the kind `oauth`")]
    [InlineData(
        "kind: oauth, url: \"https://i.example\", auth: { client: c, mount: m }, with: own",
        Token,
        "`mount` means nothing"
    )]
    [InlineData(
        "kind: oauth, url: \"https://i.example\", auth: { client: c, key_id: m }, with: own",
        Token,
        "with `by: key` alone"
    )]
    [InlineData(
        "kind: oauth, url: \"https://i.example\", auth: { client: c, by: post }, refresh: own",
        Token,
        "there is none"
    )]
    [InlineData(OAuth, "from: \"provider:p/token#refresh_token\"", "doesn't lend")]
    [InlineData(OAuth, "from: \"provider:p/other#access_token\"", "doesn't lend")]
    [InlineData(
        OAuth,
        "from: \"provider:p/token#access_token\", params: { grant_type: password }",
        "isn't asked of an OAuth"
    )]
    [InlineData(OAuth, "from: \"provider:p/token#access_token\", params: { resource: \"/a\" }", "no absolute address")]
    [InlineData(
        OAuth,
        "from: \"provider:p/token#access_token\", params: { scope: \"a\\\"b\" }",
        "a character that no scope has"
    )]
    [InlineData(OAuth + ", refresh: own", "from: \"provider:p/token#access_token\"", "all that was consented to")]
    [InlineData(OAuth + ", refresh: nobody", Token, "there is no credential `nobody`")]
    [InlineData(OAuth + ", refresh: given", Token, "stands in the vault")]
    [InlineData("kind: github, with: own", Installation, "doesn't say how it is signed in to")]
    [InlineData("kind: github, auth: { app: a }", Installation, "doesn't say what it is signed in to with")]
    [InlineData(
        "kind: github, url: \"http://ghe.example/api/v3\", auth: { app: a }, with: own",
        Installation,
        "in cleartext"
    )]
    [InlineData(GitHub, "from: \"provider:p/installations/x#token\"", "doesn't lend")]
    [InlineData(GitHub, "from: \"provider:p/installations/7#token\"", "every repository of the installation")]
    [InlineData(
        GitHub,
        "from: \"provider:p/installations/7#token\", params: { repositories: acme/shop, permissions: \"issues:read\" }",
        "is no repository's name"
    )]
    [InlineData(
        GitHub,
        "from: \"provider:p/installations/7#token\", params: { repositories: shop }",
        "what its token may do"
    )]
    [InlineData(
        GitHub,
        "from: \"provider:p/installations/7#token\", params: { repositories: shop, permissions: \"issues:owner\" }",
        "what its token may do"
    )]
    public void What_can_not_hold_is_an_error(string provider, string credential, string expected) =>
        Load(provider, credential).Errors.ShouldContain(e => e.Message.Contains(expected));

    [Fact]
    public void A_refresh_token_is_shown_to_its_provider_alone()
    {
        var load = Load(
            $"{OAuth}, refresh: again",
            Token,
            "  - allow: http GET https://b.example/**\n    with: again\n    why: A test."
        );

        load.Errors.ShouldContain(e => e.Message.Contains("is what `p` itself is asked with"));
    }

    private static ManifestLoad Load(string provider, string credential, string more = "") =>
        ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: tried
            environment: production
            providers:
              p: { {{provider}} }
            credentials:
              own: { from: vault:p/own }
              again: { from: vault:p/refresh }
              given: { from: env:GIVEN }
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
