using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>Clouds as providers: what a manifest says of them.</summary>
public sealed class CloudKeyTests
{
    private const string Role = "arn:aws:iam::123456789012:role/team/reader";

    private const string Aws = $"kind: aws, region: eu-central-1, with: own, auth: {{ role: \"{Role}\" }}";

    private const string Federated =
        $"kind: aws, region: eu-central-1, with: own, auth: {{ web_identity: \"{Role}\" }}";

    private const string Google = "kind: gcp, with: own, auth: { service_account: a@b.iam.gserviceaccount.com }";

    private const string Cluster = "kind: kubernetes, url: \"https://k8s.example\", with: own";

    private const string Azure =
        "kind: azure, secrets: \"https://shop.vault.azure.net\", with: own, auth: { tenant: t, client: c }";

    private const string Signed = "in: { sigv4: { region: eu-central-1, service: s3 } }";

    [Theory]
    [InlineData(Aws, "sts#SecretAccessKey", Signed, "https://sts.eu-central-1.amazonaws.com/")]
    [InlineData(Aws, "secretsmanager/shop/database#password", "", "https://sts.eu-central-1.amazonaws.com/")]
    [InlineData(Google, "token#access_token", "params: { scope: x }", "https://oauth2.googleapis.com/")]
    [InlineData(Google, "secretmanager/shop/database#payload", "", "https://oauth2.googleapis.com/")]
    [InlineData(Cluster, "shop/serviceaccounts/reader#token", "params: { bound: Pod/a-1 }", "https://k8s.example/")]
    [InlineData(Cluster, "shop/secrets/database#password", "", "https://k8s.example/")]
    [InlineData(Azure, "token#access_token", "params: { scope: x }", "https://login.microsoftonline.com/")]
    [InlineData(Azure, "keyvault/database#value", "", "https://login.microsoftonline.com/")]
    public void A_cloud_and_what_it_issues_are_read(string provider, string place, string more, string url)
    {
        var load = Load(provider, place, more);

        load.Errors.ShouldBeEmpty();
        load.Manifest!.Providers["p"].Url.AbsoluteUri.ShouldBe(url);
    }

    [Theory]
    [InlineData(Federated, true)]
    [InlineData(Aws, false)]
    [InlineData(Cluster, true)]
    [InlineData(
        "kind: gcp, with: own, auth: { service_account: a@b.c, pool: projects/1/locations/global/workloadIdentityPools/p/providers/q }",
        true
    )]
    [InlineData(Google, false)]
    [InlineData("kind: azure, secrets: \"https://v.example\", with: own, auth: { tenant: t, federated: c }", true)]
    [InlineData(Azure, false)]
    public void A_token_of_an_identity_or_one_that_is_renewed_in_a_file_signs_in_where_tokens_do(
        string provider,
        bool takes
    )
    {
        var place =
            provider.Contains("kubernetes", StringComparison.Ordinal) ? "shop/secrets/a#b"
            : provider.Contains("gcp", StringComparison.Ordinal) ? "secretmanager/p/a#b"
            : provider.Contains("azure", StringComparison.Ordinal) ? "keyvault/a#b"
            : "secretsmanager/a#b";

        Load(provider, place, "", "identity:cloud").Errors.IsEmpty.ShouldBe(takes);
        var file = Load(provider, place, "", "file:/run/token");
        file.Warnings.Concat(file.Errors).Any(e => e.Message.Contains("static credential")).ShouldBe(!takes);
    }

    [Theory]
    [InlineData(Aws, "sts#Token", "", "makes no `Token`")]
    [InlineData(Aws, "iam#SecretAccessKey", "", "issues nothing at `iam`")]
    [InlineData(Aws, "sts#SecretAccessKey", "params: { tags: x }", "means nothing there")]
    [InlineData(Aws, "sts#SecretAccessKey", "params: { policy: \"{}\" }", "is no session policy")]
    [InlineData(Aws, "sts#SecretAccessKey", "params: { policy: \"Statement\" }", "is no JSON")]
    [InlineData(
        Aws,
        "sts#SecretAccessKey",
        "params: { policy: '{\"Statement\":[],\"Statement\":[]}' }",
        "a name stands in it twice"
    )]
    [InlineData(Aws, "sts#SecretAccessKey", "ttl: 13h", "longer than the 12 hours")]
    [InlineData(
        Aws,
        "sts#SecretAccessKey",
        "in: { sigv4: { region: a, service: b, access_key: AKIA } }",
        "take `access_key` out"
    )]
    [InlineData(Aws, "sts#SessionToken", Signed, "doesn't say the id of its key")]
    [InlineData(Aws, "secretsmanager/a#b", Signed, "doesn't say the id of its key")]
    [InlineData(Aws, "secretsmanager/a#b", "params: { policy: x }", "means nothing there")]
    [InlineData(Google, "token#access_token", "", "doesn't say for what")]
    [InlineData(Google, "token#access_token", "params: { scope: x }, ttl: 2h", "longer than the 1 hours")]
    [InlineData(Google, "secretmanager/a#b", "", "issues nothing at")]
    [InlineData(Cluster, "shop/serviceaccounts/reader#secret", "", "and no `secret`")]
    [InlineData(Cluster, "shop/serviceaccounts/reader#token", "params: { bound: \"Deployment/a\" }", "names no object")]
    [InlineData(Cluster, "shop/pods/a#token", "", "issues nothing at")]
    [InlineData(Azure, "token#access_token", "", "doesn't say for what")]
    [InlineData(Azure, "keyvault/a/b/c#value", "", "issues nothing at")]
    [InlineData("kind: azure, with: own, auth: { tenant: t, client: c }", "keyvault/a#value", "", "which Key Vault")]
    [InlineData(
        "kind: azure, with: own, auth: { client: c }",
        "token#access_token",
        "params: { scope: x }",
        "its tenant"
    )]
    [InlineData(
        "kind: aws, with: own, auth: { role: \"arn:aws:iam::1:role/x\" }",
        "sts#SessionToken",
        "",
        "is no role's ARN"
    )]
    [InlineData(
        $"kind: aws, with: own, auth: {{ role: \"{Role}\" }}",
        "sts#SessionToken",
        "",
        "doesn't say where it is"
    )]
    [InlineData($"{Aws}, secrets: \"http://a.example\"", "sts#SessionToken", "", "in cleartext")]
    [InlineData(
        $"{Cluster}, region: a",
        "shop/secrets/a#b",
        "",
        "means nothing to a provider of the kind `kubernetes`"
    )]
    [InlineData("kind: gcp, with: own", "token#access_token", "params: { scope: x }", "whose tokens it makes")]
    public void What_a_cloud_does_not_have_is_an_error(string provider, string place, string more, string expected) =>
        Load(provider, place, more).Errors.ShouldContain(e => e.Message.Contains(expected));

    [Fact]
    public void A_signature_of_a_key_that_stands_names_it() =>
        ManifestLoader
            .Load(
                Text(Aws, "sts#SessionToken", "", "vault:own")
                    .Replace("  own:", $"  s: {{ from: vault:s, {Signed} }}\n  own:", StringComparison.Ordinal),
                "agent.yaml",
                _ => null
            )
            .Errors.ShouldContain(e => e.Message.Contains("`s` signs and doesn't say the id of its key"));

    private static ManifestLoad Load(string provider, string place, string more, string own = "vault:own") =>
        ManifestLoader.Load(Text(provider, place, more, own), "agent.yaml", _ => null);

    private static string Text(string provider, string place, string more, string own) =>
        $$"""
            apiVersion: bartizan/v1
            agent: tried
            environment: production
            providers:
              p: { {{provider}} }
            credentials:
              own: { from: "{{own}}" }
              k: { from: "provider:p/{{place}}"{{(more.Length == 0 ? "" : $", {more}")}} }
            rules:
              - allow: http GET https://api.example/**
                with: k
                why: A test.
            """;
}
