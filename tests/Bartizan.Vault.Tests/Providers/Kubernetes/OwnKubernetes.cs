using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Vault.Tests.Providers.Clouds;

namespace Bartizan.Vault.Tests.Providers.Kubernetes;

/// <summary>
/// A server that speaks a cluster's API as its documentation has it: <c>TokenRequest</c>, Secrets, and pods to be listed. It verifies the
/// tokens that it made by its own key, for its own audience, and has two rules: the daemon makes tokens of one account and reads one
/// Secret; that account lists the pods of its namespace.
/// </summary>
internal sealed class OwnKubernetes : IAsyncDisposable
{
    public const string Audience = "https://kubernetes.default.svc";

    public const string Daemon = "system:serviceaccount:bartizan:daemon";

    private readonly RSA _key = RSA.Create(2048);
    private int _made;

    public OwnServer Server { get; private set; } = null!;

    public Uri Url => Server.Url;

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>The tokens that were made.</summary>
    public ConcurrentQueue<string> Made { get; } = new();

    /// <summary>How much longer a token counts than was asked for.</summary>
    public TimeSpan Longer { get; set; }

    /// <summary>How much later than it was a token says that it was made.</summary>
    public TimeSpan Later { get; set; }

    /// <summary>Whose token is really made; the account that was asked for, when nothing is said.</summary>
    public string? Instead { get; set; }

    /// <summary>For whom a token is really made; whom was asked for, when nothing is said.</summary>
    public string? InsteadFor { get; set; }

    /// <summary>True for a cluster that binds no tokens to objects, and repeats the request all the same.</summary>
    public bool IsUnbound { get; set; }

    /// <summary>The id of what a token is really bound to; what was asked for, when nothing is said.</summary>
    public string? InsteadOfId { get; set; }

    /// <summary>The keys by which an issuer of identities is trusted to sign in; null for none.</summary>
    public Func<string>? Issuer { get; set; }

    public static async Task<OwnKubernetes> StartAsync(X509Certificate2? certificate = null)
    {
        var cluster = new OwnKubernetes();
        cluster.Server = await OwnServer.StartAsync(cluster.Answer, certificate);
        return cluster;
    }

    /// <summary>A token of the daemon's own account, as a pod has it in a file.</summary>
    public string OwnToken(TimeSpan life) => Sign(Daemon, [Audience], life, null);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _key.Dispose();
    }

    public static OwnAnswer No(int status, string reason, string words) =>
        OwnAnswer.Of(
            new JsonObject
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject(),
                ["status"] = "Failure",
                ["message"] = words,
                ["reason"] = reason,
                ["code"] = status,
            },
            status
        );

    private OwnAnswer Answer(OwnAsk ask)
    {
        if (Who(ask.Bearer) is not { } who)
        {
            return No(401, "Unauthorized", "Unauthorized");
        }

        return (ask.Method, ask.Path, who) switch
        {
            ("POST", "/api/v1/namespaces/shop/serviceaccounts/reader/token", Daemon) => Token(ask),
            ("GET", "/api/v1/namespaces/shop/secrets/database", Daemon) => Kept(),
            ("GET", "/api/v1/namespaces/shop/pods", "system:serviceaccount:shop:reader") => OwnAnswer.Of(
                new JsonObject { ["kind"] = "PodList", ["items"] = new JsonArray("pod-of-the-shop") }
            ),
            _ => No(403, "Forbidden", $"User \"{who}\" cannot do that: {ask.Method} {ask.Path}"),
        };
    }

    private OwnAnswer Token(OwnAsk ask)
    {
        var spec = ask.Json!["spec"]!;
        var seconds = (long)spec["expirationSeconds"]!;
        if ((string?)ask.Json["apiVersion"] != "authentication.k8s.io/v1" || seconds < 600)
        {
            return No(422, "Invalid", "spec.expirationSeconds: may not specify a duration less than 10 minutes");
        }

        var life = TimeSpan.FromSeconds(seconds) + Longer;
        var audiences = spec["audiences"]?.AsArray().Select(one => (string)one!).ToArray() ?? [Audience];
        audiences = InsteadFor is null ? audiences : [InsteadFor];
        var bound = spec["boundObjectRef"]?.DeepClone();
        var token = Sign(
            Instead ?? "system:serviceaccount:shop:reader",
            audiences,
            life,
            IsUnbound || bound is null
                ? null
                : new JsonObject
                {
                    ["namespace"] = "shop",
                    [((string)bound["kind"]!).ToLowerInvariant()] = new JsonObject
                    {
                        ["name"] = (string)bound["name"]!,
                        ["uid"] = InsteadOfId ?? (string?)bound["uid"] ?? "u-of-it",
                    },
                }
        );
        Made.Enqueue(token);
        return OwnAnswer.Of(
            new JsonObject
            {
                ["kind"] = "TokenRequest",
                ["apiVersion"] = "authentication.k8s.io/v1",
                ["metadata"] = new JsonObject { ["name"] = "reader", ["namespace"] = "shop" },
                ["spec"] = new JsonObject
                {
                    ["audiences"] = new JsonArray([.. audiences.Select(one => (JsonNode)one)]),
                    ["expirationSeconds"] = seconds,
                    ["boundObjectRef"] = bound,
                },
                ["status"] = new JsonObject
                {
                    ["token"] = token,
                    ["expirationTimestamp"] = $"{(Clock.GetUtcNow() + life).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}",
                },
            },
            201
        );
    }

    private static OwnAnswer Kept() =>
        OwnAnswer.Of(
            new JsonObject
            {
                ["kind"] = "Secret",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject
                {
                    ["name"] = "database",
                    ["namespace"] = "shop",
                    ["resourceVersion"] = "4711",
                },
                ["type"] = "Opaque",
                ["data"] = new JsonObject
                {
                    ["password"] = Convert.ToBase64String("kept-password-of-the-cluster"u8),
                    ["bytes"] = Convert.ToBase64String([0xff, 0xfe]),
                },
            }
        );

    private string? Who(string token)
    {
        try
        {
            if (OwnVerifier.Verified(_key, token) is { } own)
            {
                return own["aud"]!.AsArray().Any(one => (string?)one == Audience) && Counts(own)
                    ? (string?)own["sub"]
                    : null;
            }

            return Issuer is not null && OwnVerifier.Verified(Issuer(), token) is { } said && Counts(said)
                ? Daemon
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private bool Counts(JsonObject claims) =>
        DateTimeOffset.FromUnixTimeSeconds((long)claims["exp"]!) > Clock.GetUtcNow();

    private string Sign(string subject, string[] audiences, TimeSpan life, JsonNode? bound)
    {
        var now = Clock.GetUtcNow();
        var said =
            $"{Text(new JsonObject { ["alg"] = "RS256", ["kid"] = "k" })}.{Text(
            new JsonObject
            {
                ["iss"] = Audience,
                ["sub"] = subject,
                ["aud"] = new JsonArray([.. audiences.Select(one => (JsonNode)one)]),
                ["iat"] = (now + Later).ToUnixTimeSeconds(),
                ["nbf"] = now.ToUnixTimeSeconds(),
                ["exp"] = (now + Later + life).ToUnixTimeSeconds(),
                ["jti"] = $"{++_made}",
                ["kubernetes.io"] = bound,
            }
        )}";
        var signature = _key.SignData(
            Encoding.ASCII.GetBytes(said),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        return $"{said}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Text(JsonObject json) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
