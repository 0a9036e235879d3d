using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Vault.Tests.Providers.Hashi;

/// <summary>
/// A server that speaks Vault's wire as its documentation has it: AppRole, JWT and Kubernetes logins, tokens with accessors and longest lives,
/// leases that hang on tokens, the second key-value engine, databases, AWS, PKI, policies by path; and the faults: sealed, quotas, standby,
/// replicas that are behind, answers that are lost after the deed.
/// </summary>
internal sealed partial class OwnVault : IAsyncDisposable
{
    public const string RoleId = "3f1b7a52-role";

    public const string SecretId = "b1d6f0c4-secret-id-4711";

    public const string Jwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJkYWVtb24ifQ.c2ln";

    private static readonly string[] s_everybody =
    [
        "auth/token/lookup-self",
        "auth/token/renew-self",
        "auth/token/revoke-self",
        "sys/leases/renew",
    ];

    private readonly WebApplication _application;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, OwnToken> _tokens = new(StringComparer.Ordinal);

    private OwnVault(WebApplication application, Uri url) => (_application, Url) = (application, url);

    public Uri Url { get; }

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public TimeSpan TokenTtl { get; set; } = TimeSpan.FromMinutes(20);

    public TimeSpan TokenMaxTtl { get; set; } = TimeSpan.FromHours(4);

    public TimeSpan LeaseTtl { get; set; } = TimeSpan.FromMinutes(10);

    public TimeSpan LeaseMaxTtl { get; set; } = TimeSpan.FromHours(1);

    public string TokenType { get; set; } = "service";

    public string Policy { get; set; } = "triage";

    public string? Namespace { get; set; }

    /// <summary>What the policy gives beside what everybody may.</summary>
    public HashSet<string> Granted { get; } =
    [
        "secret/",
        "database/creds/reader",
        "aws/creds/deploy",
        "pki/issue/web",
        "auth/token/revoke-accessor",
        "sys/leases/revoke",
    ];

    /// <summary>The values of the key-value engine, by version.</summary>
    public ConcurrentDictionary<string, List<string>> Kept { get; } = new(StringComparer.Ordinal);

    public bool IsSealed { get; set; }

    public Uri? Active { get; set; }

    /// <summary>Answers 429 so many times.</summary>
    public int Quota { get; set; }

    public string RetryAfter { get; set; } = "1";

    /// <summary>Answers 412 so many times: a replica that is behind.</summary>
    public int Behind { get; set; }

    /// <summary>Loses so many answers to requests that begin so, after they were done.</summary>
    public (string Path, int Times) Lost { get; set; }

    /// <summary>Holds answers to requests that begin so, after they were done, until then.</summary>
    public (string Path, Task Until) Slow { get; set; } = ("-", Task.CompletedTask);

    /// <summary>Seals itself when it loses an answer.</summary>
    public bool SealsWithLoss { get; set; }

    public ConcurrentQueue<string> Asked { get; } = new();

    public ConcurrentQueue<string> Fields { get; } = new();

    /// <summary>The accounts that stand because of a lease: what must be none after all is over.</summary>
    public IReadOnlyList<string> Accounts
    {
        get
        {
            lock (_lock)
            {
                Expire();
                return [.. _tokens.Values.SelectMany(token => token.Leases).Select(lease => lease.Account)];
            }
        }
    }

    public IReadOnlyList<OwnToken> Tokens
    {
        get
        {
            lock (_lock)
            {
                Expire();
                return [.. _tokens.Values];
            }
        }
    }

    public static async Task<OwnVault> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
                kestrel.Listen(
                    IPAddress.Loopback,
                    0,
                    listen =>
                    {
                        if (certificate is not null)
                        {
                            listen.UseHttps(certificate);
                        }
                    }
                )
            );
        var application = builder.Build();
        OwnVault? vault = null;
        application.Run(context => vault!.AnswerAsync(context));
        await application.StartAsync();
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        vault = new OwnVault(application, new Uri(address.Addresses.Single()));
        vault.Kept["app/model"] = ["first-value-of-the-model", "second-value-of-the-model"];
        return vault;
    }

    /// <summary>As an operator who revokes a token there.</summary>
    public void RevokeAll()
    {
        lock (_lock)
        {
            _tokens.Clear();
        }
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value![1..];
        path = path.StartsWith("v1/", StringComparison.Ordinal) ? path[3..] : "";
        Asked.Enqueue($"{context.Request.Method} {path}");
        Fields.Enqueue(string.Join('\n', context.Request.Headers.Select(field => $"{field.Key}: {field.Value}")));
        var body = context.Request.Method == "GET" ? null : await JsonNode.ParseAsync(OrEmpty(context));
        OwnReply reply;
        lock (_lock)
        {
            Expire();
            reply = Unready(context) ?? Do(context, path, body);
            if (reply.Status < 300 && Lost.Times > 0 && path.StartsWith(Lost.Path, StringComparison.Ordinal))
            {
                Lost = (Lost.Path, Lost.Times - 1);
                IsSealed |= SealsWithLoss;
                context.Abort();
                return;
            }
        }

        if (path.StartsWith(Slow.Path, StringComparison.Ordinal))
        {
            await Slow.Until;
        }

        context.Response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Fields)
        {
            context.Response.Headers[name] = value;
        }

        if (reply.Body is { } json)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(json.ToJsonString());
        }
    }

    private static Stream OrEmpty(HttpContext context) =>
        context.Request.ContentLength is null or 0 ? new MemoryStream("{}"u8.ToArray()) : context.Request.Body;

    private OwnReply? Unready(HttpContext context)
    {
        if (IsSealed)
        {
            return OwnReply.No(503, "Vault is sealed");
        }

        if (Active is { } active)
        {
            return new OwnReply(307) { Fields = { ["Location"] = $"{active}{context.Request.Path.Value![1..]}" } };
        }

        if (Quota > 0)
        {
            Quota--;
            return OwnReply.No(429, "request path: rate limit quota exceeded") with
            {
                Fields = new(StringComparer.Ordinal) { ["Retry-After"] = RetryAfter },
            };
        }

        if (Behind > 0)
        {
            Behind--;
            return OwnReply.No(412, "required index state not present");
        }

        return (Namespace ?? "") == context.Request.Headers["X-Vault-Namespace"].ToString()
            ? null
            : OwnReply.No(404, "no handler for route");
    }

    private OwnReply Do(HttpContext context, string path, JsonNode? body)
    {
        if (
            context.Request.Method == "POST"
            && path is "auth/approle/login" or "auth/jwt/login" or "auth/kubernetes/login"
        )
        {
            return Login(path, body!);
        }

        if (!_tokens.TryGetValue(context.Request.Headers["X-Vault-Token"].ToString(), out var token))
        {
            return OwnReply.No(403, "permission denied", "invalid token");
        }

        if (!s_everybody.Contains(path) && !Granted.Any(one => path.StartsWith(one, StringComparison.Ordinal)))
        {
            return OwnReply.No(403, "1 error occurred:\n\t* permission denied\n\n");
        }

        return (context.Request.Method, path) switch
        {
            ("POST", "auth/token/renew-self") => RenewToken(token, body!),
            ("GET", "auth/token/lookup-self") => Known(token),
            ("POST", "auth/token/revoke-self") => Gone(_tokens.Remove(token.Id)),
            ("POST", "auth/token/revoke-accessor") => RevokeAccessor(body!["accessor"]!.GetValue<string>()),
            ("POST", "sys/leases/renew") => RenewLease(body!),
            ("POST", "sys/leases/revoke") => RevokeLease(body!["lease_id"]!.GetValue<string>()),
            ("GET", _) when path.StartsWith("secret/data/", StringComparison.Ordinal) => Read(path[12..]),
            (_, "database/creds/reader") => Issue(token, path, "username", "password"),
            (_, "aws/creds/deploy") => Issue(token, path, "access_key", "secret_key"),
            ("POST", "pki/issue/web") when body!["common_name"] is null => OwnReply.No(
                400,
                "the common_name field is required"
            ),
            ("POST", "pki/issue/web") => Certificate(token, path, body["common_name"]!.GetValue<string>()),
            _ => OwnReply.No(404),
        };
    }

    private OwnReply Login(string path, JsonNode body)
    {
        var isRight =
            path == "auth/approle/login"
                ? (string?)body["role_id"] == RoleId && (string?)body["secret_id"] == SecretId
                : (string?)body["role"] == "daemon" && (string?)body["jwt"] == Jwt;
        if (!isRight)
        {
            return OwnReply.No(400, "invalid role or secret ID");
        }

        var token = new OwnToken
        {
            Id = $"hvs.{Drawn()}",
            Accessor = TokenType == "batch" ? "" : Drawn(),
            Policy = Policy,
            Until = Clock.GetUtcNow() + TokenTtl,
            Longest = Clock.GetUtcNow() + TokenMaxTtl,
            IsRenewable = TokenType != "batch",
        };
        _tokens[token.Id] = token;
        return OwnReply.Of(AuthOf(token));
    }

    private JsonObject AuthOf(OwnToken token)
    {
        var whole = Envelope();
        whole["auth"] = new JsonObject
        {
            ["client_token"] = token.Id,
            ["accessor"] = token.Accessor,
            ["policies"] = new JsonArray("default", token.Policy),
            ["token_policies"] = new JsonArray("default", token.Policy),
            ["lease_duration"] = Seconds(token.Until),
            ["renewable"] = token.IsRenewable,
            ["token_type"] = TokenType,
            ["mfa_requirement"] = null,
        };
        return whole;
    }

    private static OwnReply Known(OwnToken token)
    {
        var reply = Envelope();
        reply["data"] = new JsonObject { ["id"] = token.Id, ["accessor"] = token.Accessor };
        return OwnReply.Of(reply);
    }

    private OwnReply RenewToken(OwnToken token, JsonNode body)
    {
        if (!token.IsRenewable)
        {
            return OwnReply.No(400, "token is not renewable");
        }

        token.Until = Least(token.Longest, Clock.GetUtcNow() + Increment(body, TokenTtl));
        return OwnReply.Of(AuthOf(token));
    }

    private OwnReply RevokeAccessor(string accessor) =>
        _tokens.Values.FirstOrDefault(one => one.Accessor == accessor) is { } token
            ? Gone(_tokens.Remove(token.Id))
            : OwnReply.No(400, "1 error occurred:\n\t* invalid accessor\n\n");

    private OwnReply RenewLease(JsonNode body)
    {
        var id = body["lease_id"]!.GetValue<string>();
        if (_tokens.Values.SelectMany(one => one.Leases).FirstOrDefault(one => one.Id == id) is not { } lease)
        {
            return OwnReply.No(400, "lease not found");
        }

        if (!lease.IsRenewable)
        {
            return OwnReply.No(400, "lease is not renewable");
        }

        lease.Until = Least(lease.Longest, Clock.GetUtcNow() + Increment(body, LeaseTtl));
        var reply = Envelope();
        (reply["lease_id"], reply["renewable"], reply["lease_duration"]) = (id, true, Seconds(lease.Until));
        return OwnReply.Of(reply);
    }

    private OwnReply RevokeLease(string id)
    {
        foreach (var token in _tokens.Values)
        {
            token.Leases.RemoveAll(one => one.Id == id);
        }

        return new OwnReply(204);
    }

    // A token takes its leases with it.
    private void Expire()
    {
        var now = Clock.GetUtcNow();
        foreach (var token in _tokens.Values.ToList())
        {
            if (token.Until <= now)
            {
                _tokens.Remove(token.Id);
            }

            token.Leases.RemoveAll(lease => lease.Until <= now);
        }
    }

    private static OwnReply Gone(bool _) => new(204);

    private static TimeSpan Increment(JsonNode body, TimeSpan usual) =>
        body["increment"] is { } said ? TimeSpan.FromSeconds(said.GetValue<long>()) : usual;

    private long Seconds(DateTimeOffset until) => (long)(until - Clock.GetUtcNow()).TotalSeconds;

    private static DateTimeOffset Least(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static string Drawn() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
}
