using System.Security.Cryptography;
using System.Text;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Tests.Sensitive;

/// <summary>
/// Our own labelled set. Tokens of every kind are drawn by lot in their provider's shape, with its checksum where it has one, and stand
/// in lines as people write them; beside them what only looks so: the same shape cut short or broken in its checksum, digests, UUIDs,
/// identifiers, addresses, placeholders. The rows that no generator writes are written by hand.
/// </summary>
internal static class LabelledSet
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly string[] _frames =
    [
        "{0}",
        "export TOKEN={0}",
        "  \"key\": \"{0}\",",
        "the new one is {0}.",
        "curl -H 'X-Token: {0}' https://api.example",
        "const t = '{0}';",
        "key={0}&other=1",
        "({0})",
    ];

    // Values that look drawn by lot, as people assign them.
    private static readonly string[] _secretLines =
    [
        "password = \"Tr0ub4dor&3!\"",
        "DB_PASSWORD=xK9#mQ2wLp7",
        "  password: 'hG7$kd9!aQ'",
        "\"client_secret\": \"aB3xK9mQ2wLp7RtZv5Nc\"",
        "api_key: 9f8e7d6c5b4a39281706f5e4d3c2b1a0",
        "SECRET_KEY = 'django-insecure-8x!k2@p9v#q4w$z7'",
        "spring.datasource.password=Zq8LmT4xWv2R",
        "token=\"Yt5wQ9zXc3Vb7Nm1Kj\"",
        "<password>pL4x9Qw2Zr</password>",
        "mysql -u root --password=Kd83hFq0zX",
        "auth_token: 'c29tZXRoaW5nLXJhbmRvbS0xMjM0'",
        "private_key_passphrase = \"Winter2024!Rome\"",
        "redis://:p4Zx9Qw2Lr@cache.corp:6379/0",
        "access_key = \"wJalrXUtnFEMIK7MDENGbPxRfiCYzzEXAMQLE9KEY\"",
        "Authorization: Basic YWRtaW46cDRaeDlRdzJMcg==",
        "encryption_secret: 4f1c9ab27de85033",
        "pwd=Qz7!fLm2Xs9w",
        "credentials = 'u8Xk2Lq9Zw5Tb3'",
    ];

    private static readonly string[] _cleanLines =
    [
        "password = os.environ['DB_PASSWORD']",
        "password: ${DB_PASSWORD}",
        "api_key = \"YOUR_API_KEY\"",
        "api_key: <your-api-key>",
        "secret = get_secret('prod/db')",
        "token = request.headers.get('Authorization')",
        "token_count: 128000",
        "max_tokens = 4096",
        "passwordField.setPlaceholder('Enter password')",
        "the secret of good bread is time",
        "\"token_type\": \"bearer\"",
        "secretName: my-app-credentials",
        "password_hash_algorithm: argon2id",
        "requestToken: 550e8400-e29b-41d4-a716-446655440000",
        "access_key_id_column = 'access_key_id'",
        "password = \"xxxxxxxxxxxx\"",
        "password = \"changeme\"",
        "secret: {{ vault_secret }}",
        "token: string;",
        "public string Password { get; init; }",
        "if (password.length < 8) return;",
        "tokenizer = AutoTokenizer.from_pretrained(model)",
        "credential: file:/run/secrets/db",
        "authorization: required",
        "password=********",
        "apiKeyHeader = 'X-Api-Key'",
        "sslmode=require password=%s",
        "secret_key_base: <%= ENV['SECRET_KEY_BASE'] %>",
    ];

    /// <summary>Lines with tokens of providers, and whether there is one.</summary>
    public static IEnumerable<(string Line, string? Kind)> Tokens(int each)
    {
        var chance = new Chance(77);
        foreach (var kind in TokenKinds.All.Where(k => k.Confidence >= 0.75))
        {
            for (var at = 0; at < each; at++)
            {
                if (Make(kind, chance) is { } token)
                {
                    yield return (Framed(token, chance), kind.Name);

                    // Too short by a half, and broken in its checksum.
                    yield return (Framed(token[..(kind.Prefix.Length + (kind.Least / 2))], chance), null);
                    if (
                        kind.IsValid is not null
                        && kind.Name is "github-token" or "npm-token" or "grafana-token" or "bartizan-token"
                    )
                    {
                        yield return (Framed(token[..^1] + (token[^1] == '0' ? '1' : '0'), chance), null);
                    }
                }
            }
        }

        for (var at = 0; at < each * 20; at++)
        {
            yield return (Framed(Convert.ToHexStringLower(Bytes(chance, 20)), chance), null);
            yield return (Framed(new Guid(Bytes(chance, 16)).ToString(), chance), null);
            yield return (Framed($"sha256-{Convert.ToBase64String(Bytes(chance, 32))}", chance), null);
            yield return (
                Framed($"https://cdn.example/assets/{Convert.ToHexStringLower(Bytes(chance, 8))}/app.js", chance),
                null
            );
            yield return (Framed($"sk-{Word(chance)}-{Word(chance)}-{Word(chance)}", chance), null);
        }
    }

    /// <summary>Lines with something assigned, and whether it is a secret.</summary>
    public static IEnumerable<(string Line, bool IsSecret)> Assigned()
    {
        foreach (var line in _secretLines)
        {
            yield return (line, true);
        }

        foreach (var line in _cleanLines)
        {
            yield return (line, false);
        }

        var chance = new Chance(78);
        string[] names =
        [
            "password",
            "DB_PASSWORD",
            "api_key",
            "client_secret",
            "authToken",
            "secret",
            "ACCESS_TOKEN",
            "smtp_pwd",
        ];
        for (var at = 0; at < 400; at++)
        {
            var name = names[chance.Next(names.Length)];
            var length = chance.Next(10, 41);
            var value = new string([.. Enumerable.Range(0, length).Select(_ => Base62[chance.Next(62)])]);
            yield return ($"{name} = \"{value}\"", true);
            yield return ($"{name} = {Word(chance)}_{Word(chance)}", false);
            yield return ($"{name}: \"{Word(chance)}-{Word(chance)}-{Word(chance)}\"", false);
            yield return ($"{name} = config.{Word(chance)}.{Word(chance)}", false);
            yield return ($"{name} = read_{Word(chance)}('{Word(chance)}')", false);
        }
    }

    private static string? Make(TokenKind kind, Chance chance)
    {
        if (kind.Name is "jwt")
        {
            var head = Url("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"u8.ToArray());
            return $"{head}.{Url(Encoding.UTF8.GetBytes($"{{\"sub\":\"{chance.Next(99999)}\"}}"))}.{Url(Bytes(chance, 32))}";
        }

        if (kind.Name == "telegram-token")
        {
            return $"/bot{100000000 + chance.Next(899999999)}:{Drawn(kind, 35, chance, Base62)}";
        }

        if (kind.Name == "sendgrid-key")
        {
            return $"SG.{Drawn(kind, 22, chance, Base62)}.{Drawn(kind, 43, chance, Base62)}";
        }

        var token = kind.Prefix + Drawn(kind, kind.Least + (kind.Most - kind.Least > 8 ? 4 : 0), chance, null);
        var chars = token.ToCharArray();
        if (kind.Name is "github-token" or "npm-token")
        {
            var body = token[(token.IndexOf('_', StringComparison.Ordinal) + 1)..^6];
            TokenChecks.WriteBase62(TokenChecks.Crc32(body), chars.AsSpan(chars.Length - 6));
        }
        else if (kind.Name == "bartizan-token")
        {
            var hash = SHA256.HashData(Encoding.ASCII.GetBytes(token[kind.Prefix.Length..^7]));
            return $"{token[..^7]}{Convert.ToHexStringLower(hash)[..7]}";
        }
        else if (kind.Name == "grafana-token")
        {
            var body = $"glsa_{Drawn(kind, 32, chance, Base62)}";
            return $"{body}_{TokenChecks.Crc32(body):x8}";
        }
        else if (kind.Name is "atlassian-token" or "bitbucket-token")
        {
            return $"{token}{chance.Next(int.MaxValue):X8}";
        }

        token = new string(chars);
        return kind.IsValid?.Invoke(token) == false ? null : token;
    }

    private static string Drawn(TokenKind kind, int length, Chance chance, string? of)
    {
        var text = new StringBuilder();
        while (text.Length < length)
        {
            var c = of is null ? (char)chance.Next('-', 'z' + 1) : of[chance.Next(of.Length)];
            if (kind.Alphabet.Contains(c) && (of is not null || char.IsAsciiLetterOrDigit(c)))
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }

    private static string Framed(string token, Chance chance) =>
        string.Format(System.Globalization.CultureInfo.InvariantCulture, _frames[chance.Next(_frames.Length)], token);

    private static readonly string[] _words =
    [
        "green",
        "table",
        "service",
        "worker",
        "customer",
        "production",
        "staging",
        "backup",
        "printer",
        "winter",
        "report",
        "default",
        "session",
        "storage",
        "manager",
        "primary",
    ];

    private static string Word(Chance chance) => _words[chance.Next(_words.Length)];

    private static byte[] Bytes(Chance chance, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (byte)chance.Next(256))];

    private static string Url(byte[] bytes) =>
        Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
