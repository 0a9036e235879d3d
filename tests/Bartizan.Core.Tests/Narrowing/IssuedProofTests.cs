using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>What a manifest asks a cloud for: less is less, and what isn't seen to be less is more.</summary>
public sealed class IssuedProofTests
{
    private const string Aws =
        "p: { kind: aws, region: eu-central-1, with: own, auth: { role: \"arn:aws:iam::123456789012:role/reader\" } }";

    private const string Cluster = "p: { kind: kubernetes, url: \"https://k8s.example\", with: own }";

    private const string Google = "p: { kind: gcp, with: own, auth: { service_account: a@b.iam.gserviceaccount.com } }";

    private const string OAuth = "p: { kind: oauth, url: \"https://idp.example\", auth: { client: c1 }, with: own }";

    private const string Policy =
        """policy: '{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'""";

    private const string Wider = """policy: '{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'""";

    private const string Denying =
        """policy: '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}'""";

    private const string DenyingTwice =
        """policy: '{"Statement":[],"statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}'""";

    private const string DenyingSmall =
        """policy: '{"Statement":{"Effect":"Allow","effect":"Deny","Action":"s3:*","Resource":"*"}}'""";

    private const string A = "arn:aws:iam::aws:policy/A";

    private const string B = "arn:aws:iam::aws:policy/B";

    [Theory]
    [InlineData(Aws, "sts#SecretAccessKey", Policy, "", true)]
    [InlineData(Aws, "sts#SecretAccessKey", "", Policy, false)]
    [InlineData(Aws, "sts#SecretAccessKey", Wider, Policy, false)]
    [InlineData(Aws, "sts#SecretAccessKey", Policy, Wider, false)]
    [InlineData(Aws, "sts#SecretAccessKey", $"policy_arns: \"{A}\"", $"policy_arns: \"{B} {A}\"", false)]
    [InlineData(Aws, "sts#SecretAccessKey", $"policy_arns: \"{A} {B}\"", $"policy_arns: \"{B} {A}\"", true)]
    [InlineData(Aws, "sts#SecretAccessKey", $"policy_arns: \"{A}\"", $"{Denying}, policy_arns: \"{A}\"", false)]
    [InlineData(Aws, "sts#SecretAccessKey", $"policy_arns: \"{A}\"", $"{DenyingTwice}, policy_arns: \"{A}\"", false)]
    [InlineData(Aws, "sts#SecretAccessKey", $"policy_arns: \"{A}\"", $"{DenyingSmall}, policy_arns: \"{A}\"", false)]
    [InlineData(Aws, "sts#SecretAccessKey", Denying, "", true)]
    [InlineData(Aws, "sts#SecretAccessKey", $"policy_arns: \"{A} {B}\"", $"policy_arns: \"{B}\"", false)]
    [InlineData(Aws, "sts#SecretAccessKey", $"{Policy}, policy_arns: \"{A}\"", $"policy_arns: \"{A}\"", false)]
    [InlineData(Aws, "sts#SecretAccessKey", $"policy_arns: \"{A}\"", $"{Policy}, policy_arns: \"{A}\"", true)]
    [InlineData(Aws, "secretsmanager/x#y", "stage: AWSPREVIOUS", "", false)]
    [InlineData(Google, "token#access_token", "scope: a", "scope: b a", true)]
    [InlineData(Google, "token#access_token", "scope: b a", "scope: a", false)]
    [InlineData(OAuth, "token#access_token", "scope: a", "scope: b a", true)]
    [InlineData(OAuth, "token#access_token", "scope: b a", "scope: a b", true)]
    [InlineData(OAuth, "token#access_token", "scope: b a", "scope: a", false)]
    [InlineData(OAuth, "token#access_token", "scope: A", "scope: a", false)]
    [InlineData(OAuth, "token#access_token", "scope: a", "", false)]
    [InlineData(OAuth, "token#access_token", "", "scope: a", false)]
    [InlineData(OAuth, "token#access_token", "scope: a", "scope: \"a,b\"", false)]
    [InlineData(OAuth, "token#access_token", "scope: a, audience: x", "scope: a b", false)]
    [InlineData(OAuth, "token#access_token", "scope: a", "scope: a b, audience: x", false)]
    [InlineData(Cluster, "shop/serviceaccounts/reader#token", "audiences: x", "audiences: x y", true)]
    [InlineData(Cluster, "shop/serviceaccounts/reader#token", "audiences: x y", "audiences: x", false)]
    [InlineData(Cluster, "shop/serviceaccounts/reader#token", "audiences: x", "", false)]
    [InlineData(Cluster, "shop/serviceaccounts/reader#token", "", "audiences: x", false)]
    [InlineData(Cluster, "shop/serviceaccounts/reader#token", "bound: Pod/a", "", false)]
    [InlineData(Cluster, "shop/serviceaccounts/reader#token", "", "bound: Pod/a", false)]
    [InlineData(Cluster, "shop/serviceaccounts/reader#token", "bound: Pod/b", "bound: Pod/a", false)]
    public void What_is_asked_for(string provider, string place, string first, string second, bool narrower)
    {
        var (a, b) = (Load(provider, place, first), Load(provider, place, second));

        NarrowingProof.Of(a, b, Rules.Now).Answer.ShouldBe(narrower ? NarrowingAnswer.Proved : NarrowingAnswer.Refuted);
        NarrowingProof.Of(a, a, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    [Theory]
    [InlineData("role/reader", "role/admin")]
    [InlineData("auth: { role:", "auth: { web_identity:")]
    [InlineData("region: eu-central-1", "region: us-east-1")]
    [InlineData("ttl: 20m", "ttl: 30m")]
    public void Another_role_way_region_or_a_longer_time_is_more(string text, string other)
    {
        var from = other.Contains("web_identity", StringComparison.Ordinal)
            ? "identity:sts.amazonaws.com"
            : "vault:own";
        var a = Load(Aws.Replace(text, other), "sts#SecretAccessKey", "", $"ttl: 20m".Replace(text, other), from);
        var b = Load(Aws, "sts#SecretAccessKey", "", "ttl: 20m");

        NarrowingProof.Of(a, b, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Refuted);
    }

    [Theory]
    [InlineData("", ", ttl: 20m", "", null, false)]
    [InlineData("", ", ttl: 20m", "", ", ttl: 30m", false)]
    [InlineData("", ", ttl: 20m", "", ", ttl: 20m", true)]
    [InlineData("", ", ttl: 20m", ", ttl: 20m", null, true)]
    [InlineData(", ttl: 30m", ", ttl: 20m", "", ", ttl: 16m", true)]
    public void One_lease_lasts_as_long_as_the_shortest_of_its_credentials(
        string whole,
        string other,
        string wholeOfFirst,
        string? otherOfFirst,
        bool narrower
    )
    {
        const string Same = "{ from: \"provider:p/sts#SecretAccessKey\"";
        var second = Load(Aws, "sts#SecretAccessKey", "", $"why: A test.{whole}", others: $"short: {Same}{other} }}");
        var first = Load(
            Aws,
            "sts#SecretAccessKey",
            "",
            $"why: A test.{wholeOfFirst}",
            others: otherOfFirst is null ? "" : $"short: {Same}{otherOfFirst} }}"
        );

        NarrowingProof
            .Of(first, second, Rules.Now)
            .Answer.ShouldBe(narrower ? NarrowingAnswer.Proved : NarrowingAnswer.Refuted);
        NarrowingProof.Of(second, second, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(first, first, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    private static Manifest Load(
        string provider,
        string place,
        string parameters,
        string more = "ttl: 20m",
        string own = "vault:own",
        string others = ""
    )
    {
        var load = ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: tried
            environment: production
            providers:
              {{provider}}
            credentials:
              own: { from: "{{own}}" }
              k: { from: "provider:p/{{place}}", {{more}}{{(
                parameters.Length == 0 ? "" : $", params: {{ {parameters} }}"
            )}} }
              {{others}}
            rules:
              - allow: http GET https://api.example/**
                with: k
                why: A test.
            """,
            "agent.yaml",
            _ => null
        );
        load.Errors.ShouldBeEmpty();
        return load.Manifest!;
    }
}
