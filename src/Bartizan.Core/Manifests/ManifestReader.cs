using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <summary>Makes typed sections of a tree that fits the shape; where it doesn't, defaults stand in beside the error.</summary>
internal static class ManifestReader
{
    /// <summary>The <c>run</c> section; null when there is none.</summary>
    public static RunSection? ReadRun(SourceNode.Map root)
    {
        if (root.Find("run") is not SourceNode.Map run)
        {
            return null;
        }

        var workspace = run.Find("workspace") as SourceNode.Map;
        return new RunSection
        {
            Command = Texts(run.Find("command")),
            Client = RuleReader.TextOf(run, "client") ?? "generic",
            WorkspacePath = RuleReader.TextOf(workspace, "path") ?? ".",
            WorkspaceMode = RuleReader.TextOf(workspace, "mode") switch
            {
                "staged" => WorkspaceMode.Staged,
                "read-write" => WorkspaceMode.ReadWrite,
                _ => WorkspaceMode.ReadOnly,
            },
            Mounts =
            [
                .. Items(run.Find("mounts"))
                    .OfType<SourceNode.Map>()
                    .Select(m => RuleReader.TextOf(m, "path"))
                    .OfType<string>(),
            ],
            Variables = Entries(run.Find("variables"))
                .Where(e => e.Value is SourceNode.Scalar)
                .ToImmutableDictionary(e => e.Key.Text, e => ((SourceNode.Scalar)e.Value).Text, StringComparer.Ordinal),
            ToolsByProcess = RuleReader.TextOf(run, "tools") == "stdio",
            Isolation = RuleReader.TextOf(run, "isolation") == "oci" ? IsolationKind.Oci : IsolationKind.Bubblewrap,
            Image = RuleReader.TextOf(run, "image"),
            Scan = ImageScanReader.Read(run),
            Seen = RuleReader.TextOf(run, "seen") switch
            {
                "programs" => SeenKind.Programs,
                "nothing" => SeenKind.Nothing,
                _ => SeenKind.All,
            },
            Claims = RuleReader.TextOf(run, "claims") == "true",
            Limits = ReadLimits(run.Find("limits") as SourceNode.Map, new Limits()),
        };
    }

    /// <summary>The model upstreams.</summary>
    public static ImmutableDictionary<string, ModelUpstream> ReadModels(SourceNode.Map root)
    {
        var models = ImmutableDictionary.CreateBuilder<string, ModelUpstream>(StringComparer.Ordinal);
        foreach (var (name, value) in Entries(root.Find("models")))
        {
            var map = value as SourceNode.Map;
            var api = RuleReader.TextOf(map, "api") switch
            {
                "anthropic" => ModelApi.Anthropic,
                "openai" => ModelApi.OpenAI,
                "gemini" => ModelApi.Gemini,
                _ => ModelApi.Unknown,
            };
            if (!Uri.TryCreate(RuleReader.TextOf(map, "url"), UriKind.Absolute, out var url) || api == ModelApi.Unknown)
            {
                continue;
            }

            models[name.Text] = new ModelUpstream
            {
                Name = name.Text,
                Api = api,
                Url = url,
                Pool =
                [
                    .. Texts(map!.Find("pool"))
                        .Select(text => Uri.TryCreate(text, UriKind.Absolute, out var one) ? one : null)
                        .OfType<Uri>(),
                ],
                Retry = ReadRetry(map),
                Credential = RuleReader.TextOf(map, "with"),
                CertificateAuthority = RuleReader.TextOf(map, "ca"),
                Place = RuleReader.TextOf(map, "place"),
            };
        }

        return models.ToImmutable();
    }

    /// <summary>What is known of hosts.</summary>
    public static ImmutableDictionary<string, HostTerms> ReadHosts(SourceNode.Map root) =>
        Entries(root.Find("hosts"))
            .Where(e => e.Value is SourceNode.Map)
            .ToImmutableDictionary(
                e => e.Key.Text,
                e => new HostTerms
                {
                    CertificateAuthority = RuleReader.TextOf((SourceNode.Map)e.Value, "ca"),
                    KeepsCookies = RuleReader.TextOf((SourceNode.Map)e.Value, "cookies") == "keep",
                    Rate = BudgetReader.ReadRate((SourceNode.Map)e.Value, "rate", BudgetScope.Session, Verb.Unknown),
                    Up = SizeOf((SourceNode.Map)e.Value, "up"),
                    Down = SizeOf((SourceNode.Map)e.Value, "down"),
                },
                StringComparer.Ordinal
            );

    private static long? SizeOf(SourceNode.Map map, string key) =>
        Units.TrySize(RuleReader.TextOf(map, key) ?? "", out var bytes) ? bytes : null;

    /// <summary>The tool servers.</summary>
    public static ImmutableDictionary<string, ToolServer> ReadServers(SourceNode.Map root)
    {
        var servers = ImmutableDictionary.CreateBuilder<string, ToolServer>(StringComparer.Ordinal);
        foreach (var (name, value) in Entries(root.Find("servers")))
        {
            var map = value as SourceNode.Map;
            var command = TextsOf(map?.Find("command"));
            if (Uri.TryCreate(RuleReader.TextOf(map, "url"), UriKind.Absolute, out var url) || !command.IsEmpty)
            {
                servers[name.Text] = new ToolServer
                {
                    Name = name.Text,
                    Url = url,
                    Credential = RuleReader.TextOf(map, "with"),
                    CertificateAuthority = RuleReader.TextOf(map, "ca"),
                    Command = command,
                    Egress = TextsOf(map?.Find("egress")),
                    Place = RuleReader.TextOf(map, "place"),
                    Variables = ReadAttributes(map?.Find("variables")),
                    Credentials = ReadAttributes(map?.Find("credentials")),
                    Undo = ReadUndo(map?.Find("undo")),
                    Workspace = RuleReader.TextOf(map, "workspace") switch
                    {
                        "read-only" => ServerWorkspace.ReadOnly,
                        "read-write" => ServerWorkspace.ReadWrite,
                        _ => null,
                    },
                };
            }
        }

        return servers.ToImmutable();
    }

    /// <summary>The databases.</summary>
    public static ImmutableDictionary<string, ToolDatabase> ReadDatabases(SourceNode.Map root)
    {
        var databases = ImmutableDictionary.CreateBuilder<string, ToolDatabase>(StringComparer.Ordinal);
        foreach (var (name, value) in Entries(root.Find("databases")))
        {
            var map = value as SourceNode.Map;
            if (
                RuleReader.TextOf(map, "url") is { } text
                && ToolDatabase.FindProblem(text) is null
                && RuleReader.TextOf(map, "with") is { } credential
            )
            {
                var one = new ToolDatabase
                {
                    Name = name.Text,
                    Url = new Uri(text),
                    Credential = credential,
                    CertificateAuthority = RuleReader.TextOf(map, "ca"),
                    Place = RuleReader.TextOf(map, "place"),
                };
                databases[name.Text] = one with
                {
                    Ttl = Units.TryTime(RuleReader.TextOf(map, "ttl") ?? "", out var ttl) ? ttl : one.Ttl,
                    MaxTtl = Units.TryTime(RuleReader.TextOf(map, "max_ttl") ?? "", out var most) ? most : one.MaxTtl,
                };
            }
        }

        return databases.ToImmutable();
    }

    /// <summary>The Git hosts.</summary>
    public static ImmutableDictionary<string, GitHost> ReadGit(SourceNode.Map root)
    {
        var hosts = ImmutableDictionary.CreateBuilder<string, GitHost>(StringComparer.Ordinal);
        foreach (var (name, value) in Entries(root.Find("git")))
        {
            var map = value as SourceNode.Map;
            if (
                RuleReader.TextOf(map, "url") is { } url
                && GitHost.FindProblem(url) is null
                && RuleReader.TextOf(map, "host_key") is { } key
                && GitHost.FindProblemOfKey(key) is null
                && RuleReader.TextOf(map, "with") is { } credential
            )
            {
                hosts[name.Text] = new GitHost
                {
                    Name = name.Text,
                    Url = new Uri(url),
                    HostKey = key,
                    Credential = credential,
                    Place = RuleReader.TextOf(map, "place"),
                };
            }
        }

        return hosts.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, ToolUndo> ReadUndo(SourceNode? node) =>
        Entries(node)
            .Where(e => RuleReader.TextOf(e.Value as SourceNode.Map, "tool") is not null)
            .ToImmutableSortedDictionary(
                e => e.Key.Text,
                e => new ToolUndo(
                    RuleReader.TextOf((SourceNode.Map)e.Value, "tool")!,
                    ReadAttributes(((SourceNode.Map)e.Value).Find("args"))
                ),
                StringComparer.Ordinal
            );

    /// <summary>The environment; production when nothing is said.</summary>
    public static DeploymentEnvironment ReadEnvironment(SourceNode.Map root) =>
        RuleReader.TextOf(root, "environment") switch
        {
            "development" => DeploymentEnvironment.Development,
            "staging" => DeploymentEnvironment.Staging,
            _ => DeploymentEnvironment.Production,
        };

    /// <summary>The zone of a file's conditions; UTC when nothing is said.</summary>
    public static TimeZoneInfo ReadZone(SourceNode.Map root) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(RuleReader.TextOf(root, "time_zone") ?? "UTC", out var zone)
            ? zone
            : TimeZoneInfo.Utc;

    /// <summary>Attributes by name.</summary>
    public static ImmutableSortedDictionary<string, string> ReadAttributes(SourceNode? node) =>
        Entries(node)
            .Where(e => e.Value is SourceNode.Scalar)
            .ToImmutableSortedDictionary(
                e => e.Key.Text,
                e => ((SourceNode.Scalar)e.Value).Text,
                StringComparer.Ordinal
            );

    /// <summary>The texts of a list, or the only one.</summary>
    public static ImmutableArray<string> TextsOf(SourceNode? node) =>
        node is SourceNode.Scalar one
            ? [one.Text]
            : [.. Items(node).OfType<SourceNode.Scalar>().Select(item => item.Text)];

    /// <summary>The items of a list; none for anything else.</summary>
    public static ImmutableArray<SourceNode> Items(SourceNode? node) => node is SourceNode.List list ? list.Items : [];

    /// <summary>The entries of a map; none for anything else.</summary>
    public static ImmutableArray<KeyValuePair<SourceNode.Scalar, SourceNode>> Entries(SourceNode? node) =>
        node is SourceNode.Map map ? map.Entries : [];

    /// <summary>What a sandbox may use; what isn't said is as in <paramref name="limits"/>.</summary>
    public static Limits ReadLimits(SourceNode.Map? map, Limits limits) =>
        limits with
        {
            Cpu = double.TryParse(
                RuleReader.TextOf(map, "cpu"),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var cpu
            )
                ? cpu
                : limits.Cpu,
            MemoryBytes = Units.TrySize(RuleReader.TextOf(map, "memory") ?? "", out var memory)
                ? memory
                : limits.MemoryBytes,
            DiskBytes = Units.TrySize(RuleReader.TextOf(map, "disk") ?? "", out var disk) ? disk : limits.DiskBytes,
            WallClock = Units.TryTime(RuleReader.TextOf(map, "wall_clock") ?? "", out var wall)
                ? wall
                : limits.WallClock,
            Processes = int.TryParse(
                RuleReader.TextOf(map, "processes"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var processes
            )
                ? processes
                : limits.Processes,
        };

    // A pool is of no use without a second try: each of its addresses gets one.
    private static RetryTerms? ReadRetry(SourceNode.Map model)
    {
        var pool = Texts(model.Find("pool")).Length;
        if (model.Find("retry") is not SourceNode.Map map)
        {
            return pool > 0 ? RetryTerms.Usual with { Tries = Math.Min(pool + 1, RetryTerms.MaxTries) } : null;
        }

        return new RetryTerms(
            int.TryParse(
                RuleReader.TextOf(map, "tries"),
                System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture,
                out var tries
            )
                ? tries
                : RetryTerms.Usual.Tries,
            Units.TryTime(RuleReader.TextOf(map, "within") ?? "", out var within) ? within : RetryTerms.Usual.Within
        );
    }

    private static ImmutableArray<string> Texts(SourceNode? node) =>
        [.. Items(node).OfType<SourceNode.Scalar>().Select(s => s.Text)];
}
