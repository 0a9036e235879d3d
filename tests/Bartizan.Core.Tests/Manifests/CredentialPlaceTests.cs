using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>Where a manifest says that a credential goes.</summary>
public sealed class CredentialPlaceTests
{
    [Theory]
    [InlineData("", "bearer")]
    [InlineData("in: bearer", "bearer")]
    [InlineData("in: { header: X-Api-Key }", "header X-Api-Key")]
    [InlineData("in: { basic: git }", "basic git")]
    [InlineData("in: { query: key }", "query key")]
    [InlineData("in: { json: /auth/token }", "json /auth/token")]
    [InlineData("in: { form: token }", "form token")]
    [InlineData(
        "in: { sigv4: { region: eu-central-1, service: s3, access_key: AKIDEXAMPLE } }",
        "sigv4 AKIDEXAMPLE eu-central-1 s3"
    )]
    public void A_place_is_read(string said, string canonical)
    {
        var load = Load(said);

        load.Errors.ShouldBeEmpty();
        load.Manifest!.Credentials["k"].Place.Canonical.ShouldBe(canonical);
    }

    [Theory]
    [InlineData("in: { header: Host }", "frames or routes the request")]
    [InlineData("in: { header: content_length }", "frames or routes the request")]
    [InlineData("in: { header: A, query: b }", "one of")]
    [InlineData("in: cookie", "can't be `cookie`")]
    [InlineData("in: { json: token }", "is no JSON pointer")]
    [InlineData("in: { json: /a~2 }", "neither `~0` nor `~1`")]
    [InlineData("in: { sigv4: { region: a } }", "service")]
    [InlineData("as: 1x", "is no variable's name")]
    [InlineData("like: gitlab", "can't be `gitlab`")]
    public void A_place_that_is_none_is_an_error(string said, string expected)
    {
        var load = Load(said);

        load.Manifest.ShouldBeNull();
        load.Errors.ShouldContain(e => e.Message.Contains(expected));
    }

    [Fact]
    public void A_placeholder_has_a_variable_of_its_own_and_the_shape_that_is_said()
    {
        var source = Load("as: GITHUB_TOKEN, like: github").Manifest!.Credentials["k"];

        (source.Variable, source.Shape).ShouldBe(("GITHUB_TOKEN", PlaceholderShape.GitHub));
        Load("as: LANG").Errors.ShouldContain(e => e.Message.Contains("the variable `LANG` is set twice"));
        Load("in: { sigv4: { region: a, service: b, access_key: c } }, as: S")
            .Manifest!.Credentials["k"]
            .Shape.ShouldBe(PlaceholderShape.Aws);
    }

    [Theory]
    [InlineData("identity:https://api.example", null)]
    [InlineData("identity:https://api.example, ttl: 15m", null)]
    [InlineData("identity:api, ttl: 16m", "lives for 1 to 15 minutes")]
    [InlineData("identity:api, ttl: 30s", "lives for 1 to 15 minutes")]
    [InlineData("\"identity:\"", "names no audience")]
    [InlineData("\"identity:a b\"", "names no audience")]
    public void An_identity_is_for_one_audience_and_some_minutes(string from, string? problem)
    {
        var load = Load("why: w", from);

        if (problem is null)
        {
            load.Manifest!.Credentials["k"].Origin.ShouldBe(CredentialOrigin.Identity);
            load.Errors.ShouldBeEmpty();
        }
        else
        {
            load.Errors.ShouldContain(
                e => e.Message.Contains(problem),
                string.Join("; ", load.Errors.Select(e => e.Message))
            );
        }
    }

    private static ManifestLoad Load(string said, string from = "vault:a/b") =>
        ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: a
            version: 1
            owner: tests@example.com
            environment: development
            run: { variables: { LANG: C } }
            rules:
              - allow: http * https://a.example/**
                with: k
                why: A test says so.
            credentials:
              k: { from: {{from}}{{(said.Length == 0 ? "" : ", " + said)}} }
            """,
            "agent.yaml",
            _ => null
        );
}
