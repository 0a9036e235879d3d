using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Bartizan.Vault.Tests.Providers.Hashi;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Vault.Tests.Providers.GitHub;

/// <summary>
/// GitHub's API as its documentation has it, as far as an app needs it: the app's signed token, tokens of one installation for some of its
/// repositories and permissions, their revocation by themselves, and issues to read and write by them.
/// </summary>
internal sealed class OwnGitHub : IAsyncDisposable
{
    public const string App = "Iv23liBartizan";

    public const string Installation = "4711";

    private readonly ConcurrentDictionary<string, OwnInstallationToken> _tokens = new(StringComparer.Ordinal);

    private OwnGitHub() { }

    public OwnWire Wire { get; private set; } = null!;

    public RSA Key { get; } = RSA.Create(2048);

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public TimeSpan Life { get; set; } = TimeSpan.FromHours(1);

    /// <summary>What the installation may reach at all.</summary>
    public HashSet<string> Repositories { get; } = new(["shop", "docs", "payroll"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Gives all of the installation, whatever is asked for.</summary>
    public bool GivesAll { get; set; }

    public string? MoreRepository { get; set; }

    public (string Name, string Level)? MorePermission { get; set; }

    public ConcurrentQueue<string> Bodies { get; } = new();

    public ConcurrentQueue<JsonNode> Claims { get; } = new();

    public IReadOnlyDictionary<string, OwnInstallationToken> Tokens =>
        _tokens.Where(one => one.Value.Until > Clock.GetUtcNow()).ToDictionary(StringComparer.Ordinal);

    public static async Task<OwnGitHub> StartAsync()
    {
        var there = new OwnGitHub();
        there.Wire = await OwnWire.StartAsync(there.Answer);
        return there;
    }

    /// <summary>As somebody who revokes them there.</summary>
    public void RevokeAll() => _tokens.Clear();

    /// <summary>True when a token may do that with the issues of a repository.</summary>
    public bool MayUseIssues(string token, string repository, bool isWrite) =>
        Tokens.TryGetValue(token, out var known)
        && known.Repositories.Contains(repository)
        && known.Permissions.GetValueOrDefault("issues") is { } level
        && (!isWrite || level == "write");

    public async ValueTask DisposeAsync()
    {
        await Wire.DisposeAsync();
        Key.Dispose();
    }

    private OwnReply Answer(HttpContext context, string body)
    {
        var shown = context.Request.Headers.Authorization.ToString();
        var token = shown.StartsWith("Bearer ", StringComparison.Ordinal) ? shown[7..] : "";
        var path = context.Request.Path.Value!;
        if (path == $"/app/installations/{Installation}/access_tokens")
        {
            return IsApp(token) ? Issue(body) : No(401, "A JSON web token could not be decoded");
        }

        if (!Tokens.ContainsKey(token))
        {
            return No(path.StartsWith("/app/", StringComparison.Ordinal) ? 404 : 401, "Bad credentials");
        }

        if ((context.Request.Method, path) == ("DELETE", "/installation/token"))
        {
            _tokens.TryRemove(token, out _);
            return new OwnReply(204);
        }

        return No(404, "Not Found");
    }

    // Ten minutes at most, by its own clock, and not from the future.
    private bool IsApp(string token)
    {
        if (OwnJwt.Read(token, Key) is not { } claims)
        {
            return false;
        }

        Claims.Enqueue(claims);
        var now = Clock.GetUtcNow().ToUnixTimeSeconds();
        var (from, until) = ((long)claims["iat"]!, (long)claims["exp"]!);
        return (string?)claims["iss"] == App && from <= now && until > now && until - from <= 600;
    }

    private OwnReply Issue(string body)
    {
        Bodies.Enqueue(body);
        var asked = JsonNode.Parse(body)!;
        List<string> repositories = [.. asked["repositories"]?.AsArray().Select(one => (string)one!) ?? Repositories];
        if (repositories.Any(one => !Repositories.Contains(one)))
        {
            return No(
                422,
                "There is at least one repository that does not exist or is not accessible to the parent installation."
            );
        }

        var permissions = asked["permissions"]!
            .AsObject()
            .ToDictionary(one => one.Key, one => (string)one.Value!, StringComparer.Ordinal);
        permissions["metadata"] = "read";
        if (MorePermission is { } more)
        {
            permissions[more.Name] = more.Level;
        }

        repositories.AddRange(MoreRepository is { } one ? [one] : []);
        var token = new OwnInstallationToken(repositories, permissions, Clock.GetUtcNow() + Life);
        var text = $"ghs_{OwnWire.Drawn()}";
        _tokens[text] = token;
        var said = new JsonObject
        {
            ["token"] = text,
            ["expires_at"] = token.Until.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["permissions"] = new JsonObject([
                .. permissions.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)),
            ]),
            ["repository_selection"] = GivesAll ? "all" : "selected",
        };
        if (!GivesAll)
        {
            said["repositories"] = new JsonArray([
                .. repositories.Select(r => (JsonNode)new JsonObject { ["name"] = r, ["full_name"] = $"acme/{r}" }),
            ]);
        }

        return new OwnReply(201, said);
    }

    private static OwnReply No(int status, string message) =>
        new(
            status,
            new JsonObject
            {
                ["message"] = message,
                ["documentation_url"] = "https://docs.github.com/rest",
                ["status"] = status.ToString(CultureInfo.InvariantCulture),
            }
        );
}
