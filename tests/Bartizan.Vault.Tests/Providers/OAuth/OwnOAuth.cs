using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using Bartizan.Vault.Tests.Providers.Hashi;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Vault.Tests.Providers.OAuth;

/// <summary>
/// An OAuth 2.0 server as the documents have it: metadata (RFC 8414), client credentials with basic, post and signed assertions (RFC 6749,
/// 7523), refresh tokens that are new with each use and whose reuse ends their family, resources (RFC 8707), revocation (RFC 7009), device
/// sign-in (RFC 8628).
/// </summary>
internal sealed partial class OwnOAuth : IAsyncDisposable
{
    public const string Client = "bartizan:triage";

    public const string Secret = "s3cr3t of+the/client";

    private readonly ConcurrentDictionary<string, OwnGrant> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OwnGrant> _refresh = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _used = new(StringComparer.Ordinal);

    private OwnOAuth() { }

    public OwnWire Wire { get; private set; } = null!;

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public string Issuer => $"{Wire.Origin}/tenant";

    /// <summary>What it says its issuer is.</summary>
    public string? SaysIssuer { get; set; }

    public string? RevokesAt { get; set; }

    public bool HasRevocation { get; set; } = true;

    public TimeSpan? Ttl { get; set; } = TimeSpan.FromMinutes(10);

    public HashSet<string> Allowed { get; } = ["orders.read", "orders.write"];

    /// <summary>Gives this beyond what is asked for.</summary>
    public string? More { get; set; }

    public bool SaysScope { get; set; } = true;

    public string Type { get; set; } = "Bearer";

    /// <summary>False for a server that keeps the refresh token as it is, and sends none.</summary>
    public bool Rotates { get; set; } = true;

    /// <summary>Repeats what it was shown in its error.</summary>
    public bool Repeats { get; set; }

    /// <summary>The key that assertions are verified by.</summary>
    public RSA? Key { get; set; }

    public ConcurrentQueue<string> Forms { get; } = new();

    public ConcurrentQueue<string> Fields { get; } = new();

    /// <summary>The tokens that count.</summary>
    public IReadOnlyList<string> Tokens =>
        [.. _tokens.Where(one => one.Value.Until > Clock.GetUtcNow()).Select(one => one.Key)];

    public IReadOnlyList<string> RefreshTokens => [.. _refresh.Keys];

    public static async Task<OwnOAuth> StartAsync()
    {
        var there = new OwnOAuth();
        there.Wire = await OwnWire.StartAsync(there.Answer);
        return there;
    }

    /// <summary>What a token may do; null for one that doesn't count.</summary>
    public OwnGrant? Find(string token) =>
        _tokens.TryGetValue(token, out var grant) && grant.Until > Clock.GetUtcNow() ? grant : null;

    /// <summary>As a person who consented.</summary>
    public string Consent(string scope = "orders.read orders.write")
    {
        var token = $"rt-{OwnWire.Drawn()}";
        _refresh[token] = new OwnGrant(OwnWire.Drawn(), scope, DateTimeOffset.MaxValue, null);
        return token;
    }

    public ValueTask DisposeAsync()
    {
        Key?.Dispose();
        return Wire.DisposeAsync();
    }

    private OwnReply Answer(HttpContext context, string body)
    {
        var form = HttpUtility.ParseQueryString(body);
        Forms.Enqueue(body);
        Fields.Enqueue(context.Request.Headers.Authorization.ToString());
        return (context.Request.Method, context.Request.Path.Value) switch
        {
            ("GET", "/.well-known/oauth-authorization-server/tenant") => OwnReply.Of(Metadata()),
            ("POST", "/token") => IsClient(context, form)
                ? Token(form)
                : No(401, "invalid_client", Repeats ? $"{Secret} is wrong" : "unknown client"),
            ("POST", "/revoke") => IsClient(context, form) ? Revoke(form["token"]!) : No(401, "invalid_client"),
            ("POST", "/device") => BeginDevice(form),
            _ => new OwnReply(404),
        };
    }

    private JsonObject Metadata()
    {
        var said = new JsonObject
        {
            ["issuer"] = SaysIssuer ?? Issuer,
            ["token_endpoint"] = $"{Wire.Origin}/token",
            ["device_authorization_endpoint"] = $"{Wire.Origin}/device",
            ["token_endpoint_auth_methods_supported"] = new JsonArray(
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt",
                "none"
            ),
        };
        if (HasRevocation)
        {
            said["revocation_endpoint"] = RevokesAt ?? $"{Wire.Origin}/revoke";
        }

        return said;
    }

    private OwnReply Token(System.Collections.Specialized.NameValueCollection form) =>
        form["grant_type"] switch
        {
            "client_credentials" => Give(OwnWire.Drawn(), form["scope"] ?? "", form["resource"], null),
            "refresh_token" => Refresh(form),
            "urn:ietf:params:oauth:grant-type:device_code" => Device(form),
            _ => No(400, "unsupported_grant_type"),
        };

    // Whoever shows one that was used has stolen it, or its thief has: the whole family ends.
    private OwnReply Refresh(System.Collections.Specialized.NameValueCollection form)
    {
        var shown = form["refresh_token"] ?? "";
        if (_used.TryGetValue(shown, out var family))
        {
            foreach (var one in _refresh.Where(one => one.Value.Family == family).ToList())
            {
                _refresh.Remove(one.Key);
            }

            return No(400, "invalid_grant", "it was used already");
        }

        if (!_refresh.TryGetValue(shown, out var grant))
        {
            return No(400, "invalid_grant");
        }

        var scope = form["scope"] ?? grant.Scope;
        if (scope.Split(' ').Except(grant.Scope.Split(' '), StringComparer.Ordinal).Any())
        {
            return No(400, "invalid_scope");
        }

        var next = shown;
        if (Rotates)
        {
            next = $"rt-{OwnWire.Drawn()}";
            _refresh.Remove(shown);
            _used[shown] = grant.Family;
            _refresh[next] = grant;
        }

        return Give(grant.Family, scope, form["resource"], Rotates ? next : null);
    }

    private OwnReply Give(string family, string scope, string? resource, string? refresh)
    {
        if (scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).Any(one => !Allowed.Contains(one)))
        {
            return No(400, "invalid_scope", "not for this client");
        }

        var given = More is null ? scope : $"{scope} {More}".Trim();
        var token = $"at-{OwnWire.Drawn()}";
        _tokens[token] = new OwnGrant(family, given, Clock.GetUtcNow() + (Ttl ?? TimeSpan.FromDays(9)), resource);
        var said = new JsonObject { ["access_token"] = token, ["token_type"] = Type };
        if (Ttl is { } ttl)
        {
            said["expires_in"] = (long)ttl.TotalSeconds;
        }

        if (SaysScope)
        {
            said["scope"] = given;
        }

        if (refresh is not null)
        {
            said["refresh_token"] = refresh;
        }

        return OwnReply.Of(said);
    }

    private OwnReply Revoke(string token)
    {
        // As many servers have it (RFC 7009, 2.1): with any token of a grant the grant ends, and all that hangs on it.
        var family = _refresh.Remove(token, out var kept) ? kept.Family : null;
        family ??= _tokens.TryRemove(token, out var given) ? given.Family : null;
        foreach (var one in _refresh.Where(one => one.Value.Family == family).ToList())
        {
            _refresh.Remove(one.Key);
        }

        foreach (var one in _tokens.Where(one => one.Value.Family == family).ToList())
        {
            _tokens.TryRemove(one.Key, out _);
        }

        return new OwnReply(200);
    }

    private bool IsClient(HttpContext context, System.Collections.Specialized.NameValueCollection form)
    {
        if (AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var shown))
        {
            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(shown.Parameter!)).Split(':');
            return shown.Scheme == "Basic"
                && HttpUtility.UrlDecode(parts[0]) == Client
                && HttpUtility.UrlDecode(parts[1]) == Secret;
        }

        if (form["client_assertion"] is { } assertion)
        {
            return Key is not null && OwnJwt.Read(assertion, Key) is { } claims && IsAssertion(claims);
        }

        return form["client_id"] == Client && (form["client_secret"] == Secret || IsPublic);
    }

    /// <summary>True for a client without a secret.</summary>
    public bool IsPublic { get; set; }

    private bool IsAssertion(JsonNode claims)
    {
        var now = Clock.GetUtcNow().ToUnixTimeSeconds();
        return (string?)claims["iss"] == Client
            && (string?)claims["sub"] == Client
            && (string?)claims["aud"] == $"{Wire.Origin}/token"
            && (long)claims["exp"]! > now
            && (long)claims["exp"]! <= now + 300
            && _used.TryAdd((string)claims["jti"]!, "assertion");
    }

    private static OwnReply No(int status, string error, string? description = null) =>
        new(status, new JsonObject { ["error"] = error, ["error_description"] = description });
}
