using System.Collections.Immutable;

namespace Bartizan.Posture.Inventory;

/// <summary>Looks at a machine the way an agent could. Reads configuration for names; opens no credential.</summary>
public static class ExposureScan
{
    /// <summary>Files of a workspace that are looked at; a larger one is said to be cut short.</summary>
    private const int MaxFiles = 50_000;

    private static readonly ImmutableArray<(string Program, string Client)> KnownAgents =
    [
        ("claude", "claude-code"),
        ("codex", "codex"),
        ("gemini", "generic"),
        ("qwen", "generic"),
        ("opencode", "generic"),
        ("aider", "generic"),
    ];

    private static readonly ImmutableArray<string> CredentialPlaces =
    [
        ".ssh/id_rsa",
        ".ssh/id_ed25519",
        ".ssh/id_ecdsa",
        ".aws/credentials",
        ".config/gcloud/application_default_credentials.json",
        ".config/gcloud/credentials.db",
        ".azure/msal_token_cache.json",
        ".kube/config",
        ".docker/config.json",
        ".netrc",
        ".npmrc",
        ".pypirc",
        ".git-credentials",
        ".config/gh/hosts.yml",
        ".gnupg/private-keys-v1.d",
        ".cargo/credentials.toml",
        ".claude/.credentials.json",
        ".codex/auth.json",
        ".vault-token",
        ".pgpass",
    ];

    private static readonly ImmutableArray<string> KeyEndings =
    [
        "_API_KEY",
        "_TOKEN",
        "_SECRET",
        "_PASSWORD",
        "_ACCESS_KEY",
        "_SECRET_KEY",
        "_AUTH_TOKEN",
    ];

    private static readonly ImmutableArray<string> ServerFiles =
    [
        ".claude.json",
        ".cursor/mcp.json",
        ".gemini/settings.json",
        ".qwen/settings.json",
    ];

    /// <summary>Scans.</summary>
    /// <param name="home">The person's home.</param>
    /// <param name="workspace">The folder an agent would work in.</param>
    /// <param name="variables">The names of the person's variables.</param>
    /// <param name="searchPath">The person's <c>PATH</c>.</param>
    public static Exposure Run(string home, string workspace, IEnumerable<string> variables, string searchPath)
    {
        var (secrets, truncated) = SecretFiles(workspace);
        return new Exposure
        {
            Agents =
            [
                .. KnownAgents.SelectMany(a =>
                    Find(a.Program, searchPath) is { } path
                        ? [new FoundAgent(a.Program, a.Client, path)]
                        : Array.Empty<FoundAgent>()
                ),
            ],
            CredentialFiles = [.. CredentialPlaces.Where(p => CanRead(Path.Combine(home, p))).Select(p => $"~/{p}")],
            KeyVariables =
            [
                .. variables
                    .Where(v => KeyEndings.Any(e => v.EndsWith(e, StringComparison.Ordinal)))
                    .Order(StringComparer.Ordinal),
            ],
            SecretFiles = secrets,
            Servers = [.. Servers(home, workspace)],
            Truncated = truncated,
        };
    }

    private static string? Find(string program, string searchPath) =>
        searchPath
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    private static bool CanRead(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                return Directory.EnumerateFileSystemEntries(path).Any();
            }

            using var file = File.OpenRead(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static (ImmutableArray<string> Found, bool Truncated) SecretFiles(string workspace)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        var seen = 0;
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Device,
            IgnoreInaccessible = true,
        };
        foreach (var path in Directory.EnumerateFiles(workspace, "*", options))
        {
            if (++seen > MaxFiles)
            {
                return (found.ToImmutable(), true);
            }

            var name = Path.GetFileName(path);
            var secret =
                name == ".env"
                || (
                    name.StartsWith(".env.", StringComparison.Ordinal)
                    && !name.EndsWith(".example", StringComparison.Ordinal)
                )
                || name.EndsWith(".pem", StringComparison.Ordinal)
                || name.EndsWith(".pfx", StringComparison.Ordinal)
                || name.StartsWith("id_rsa", StringComparison.Ordinal)
                || name.StartsWith("id_ed25519", StringComparison.Ordinal);
            if (secret)
            {
                found.Add(Path.GetRelativePath(workspace, path));
            }
        }

        return (found.ToImmutable(), false);
    }

    private static IEnumerable<FoundServer> Servers(string home, string workspace)
    {
        foreach (
            var file in ServerFiles.Select(f => Path.Combine(home, f)).Append(Path.Combine(workspace, ".mcp.json"))
        )
        {
            foreach (var server in ServerConfiguration.Read(file, Shorten(file, home)))
            {
                yield return server;
            }
        }

        var codex = Path.Combine(home, ".codex", "config.toml");
        foreach (var line in CanRead(codex) ? File.ReadLines(codex) : [])
        {
            const string Head = "[mcp_servers.";
            if (
                line.StartsWith(Head, StringComparison.Ordinal)
                && line.IndexOf(']', StringComparison.Ordinal) is > 0 and var end
            )
            {
                yield return new FoundServer(line[Head.Length..end].Trim('"'), Shorten(codex, home));
            }
        }
    }

    private static string Shorten(string path, string home) =>
        path.StartsWith(home, StringComparison.Ordinal) ? $"~{path[home.Length..]}" : path;
}
