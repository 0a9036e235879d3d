using System.Text;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Tests.Sensitive;

public sealed class SecretScanTests
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    [Fact]
    public void A_GitHub_token_is_known_by_its_checksum_and_one_without_is_none()
    {
        var random = new Chance((ulong)(1));
        Span<char> check = stackalloc char[6];
        for (var i = 0; i < 1000; i++)
        {
            var body = new string([.. Enumerable.Range(0, 30).Select(_ => Base62[random.Next(62)])]);
            TokenChecks.WriteBase62(TokenChecks.Crc32(body), check);
            var token = $"ghp_{body}{check}";
            Kinds($"token: {token}.").ShouldContain("github-token");
            var wrong = token[..^1] + (token[^1] == 'a' ? 'b' : 'a');
            Kinds($"x {wrong}.").ShouldNotContain("github-token");
        }
    }

    [Fact]
    public void The_checksum_is_the_one_that_zip_has() => TokenChecks.Crc32("123456789").ShouldBe(0xCBF43926u);

    [Theory]
    [InlineData("aws-access-key", "AKIAIOSFODNN7QWERTYU")]
    [InlineData("bartizan-token", "bzt_k7qz2mfa_3w6ndr5tyx2bqh4mzc7sfj2kpv6gla3e3b8ed2b")]
    [InlineData("gcp-api-key", "AIzaSyD4k9fJ2mQx7Rt5Vb1Nc8Zw3Lp6Gh0Ue2A")]
    [InlineData("slack-token", "xoxb-730192846351-918273645019-Zk3Qm9TbYw2LpRvX7cNd5Hs8")]
    [InlineData("stripe-key", "sk_live_4eC39HqLyjWDarjtT1zdp7dc")]
    [InlineData("private-key", "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\n-----END RSA PRIVATE KEY-----")]
    [InlineData("url-credentials", "postgres://admin:h0rseB4ttery@db.corp:5432/x")]
    [InlineData("authorization", "Authorization: Bearer abf83kd9q0zXk2ll8sQpR7tY")]
    [InlineData("assigned-secret", "\"client_secret\": \"aB3xK9mQ2wLp7RtZv5Nc\"")]
    [InlineData("assigned-secret", "password = \"Tr0ub4dor&3!\"")]
    [InlineData(
        "jwt",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    )]
    [InlineData("digitalocean-token", "dop_v1_0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9")]
    public void A_credential_is_found_plain_and_encoded(string kind, string value)
    {
        Kinds($"see {value} there").ShouldContain(kind);
        Kinds($"{{\"a\":\"{value.Replace("\"", "\\\"").Replace("\n", "\\n")}\"}}").ShouldContain(kind);
        Kinds($"see {Convert.ToBase64String(Encoding.UTF8.GetBytes($"it is {value} ok"))}").ShouldContain(kind);
        Kinds(string.Join('\u200B', value.ToCharArray())).ShouldContain(kind);
    }

    [Theory]
    [InlineData("password = process.env.DB_PASSWORD")]
    [InlineData("api_key: YOUR_API_KEY_HERE")]
    [InlineData("token = getToken(request)")]
    [InlineData("secret: ${{ secrets.GITHUB_TOKEN }}")]
    [InlineData("the password must have eight characters")]
    [InlineData("\"token_type\": \"bearer\", \"max_tokens\": 4096")]
    [InlineData("requestToken: 550e8400-e29b-41d4-a716-446655440000")]
    [InlineData("ask-something-or-other sk-learn task-list")]
    [InlineData("commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12 of the secret-scanner")]
    [InlineData("https://example.com/path?token=abc")]
    public void What_stands_in_place_of_a_credential_is_none(string text) =>
        ContentScan.Of(text, Channel.Untrusted).Findings.Where(f => f.Guard == "secrets").ShouldBeEmpty();

    private static IEnumerable<string> Kinds(string text) =>
        ContentScan.Of(text, Channel.Untrusted).Findings.Where(f => f.Guard == "secrets").Select(f => f.Kind);
}
