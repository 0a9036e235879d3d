using System.Collections.Immutable;
using System.Net;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <summary>What holds between the parts of how an agent answers callers.</summary>
internal static class ServeChecks
{
    /// <summary>The largest request body that can be said: it is held whole, for every request under way.</summary>
    public const long MaxBodyBytes = 64 << 20;

    /// <summary>The most sandboxes at once that can be said for one agent: each is processes, memory and a network of its own.</summary>
    public const int MaxSandboxes = 1024;

    private static readonly string[] s_heard =
    [
        "tls",
        "upstream",
        "port",
        "limits",
        "sessions",
        "hosts",
        "cors",
        "csp",
        "headers",
    ];

    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    /// <summary>Checks them.</summary>
    public static void Check(
        Manifest manifest,
        SourceNode.Map root,
        ImmutableArray<Rule> own,
        Action<SourcePosition, string, string> error,
        Action<SourcePosition, string, string> warn
    )
    {
        var rule = own.FirstOrDefault(r => r.Verb == Verb.Serve);
        if (root.Find("serve") is not SourceNode.Map map)
        {
            if (rule is not null)
            {
                warn(
                    rule.Position,
                    $"nobody can call it: there is no `serve`",
                    "Say where it listens and who may call."
                );
            }

            return;
        }

        if (manifest.Serve is not { } serve)
        {
            return;
        }

        CheckCallers(serve, map, error);
        CheckLimits(serve, map, error);
        if (serve.Listen is null)
        {
            CheckUnheard(map, error);
            return;
        }

        CheckTransport(serve, serve.Listen, map, error, warn);
        if ((serve.Upstream is null) == (serve.Port is null))
        {
            error(
                map.PositionOf("listen"),
                "`serve` says no one place where the agent is",
                "Say `upstream`, its address, or `port`, where it listens in its sandbox; not both."
            );
        }

        if (serve.Port is { } port)
        {
            CheckSandbox(manifest, port, map, error);
        }

        if (!own.Any(r => r.Verb == Verb.Serve && r.Effect != Effect.Deny))
        {
            warn(root.PositionOf("serve"), "no rule allows a caller anything", "Add `allow: serve POST /path`.");
        }
    }

    private static void CheckSandbox(
        Manifest manifest,
        int port,
        SourceNode.Map map,
        Action<SourcePosition, string, string> error
    )
    {
        var where = map.PositionOf("port");
        if (manifest.Run is null || manifest.Run.Command.IsEmpty)
        {
            error(
                where,
                "`port` is of an agent in its own sandbox, and `run.command` starts none",
                "Say `run.command`, or where it runs: `upstream`."
            );
        }

        if (ServeSection.GatewayPorts.Contains(port))
        {
            error(
                where,
                $"`{port}` is one of the sandbox's own ports, and no agent can listen there",
                $"Say another than {string.Join(", ", ServeSection.GatewayPorts)}, such as 8000."
            );
        }

        // What a stranger's session wrote nobody has asked for, and nobody is there to look at it.
        if (manifest.Run is { WorkspaceMode: not WorkspaceMode.ReadOnly })
        {
            error(
                where,
                "an agent that answers callers changes no workspace: each of them has a sandbox of their own",
                "Say `read-only` in `run.workspace.mode`; it can write to `/tmp` and to its home."
            );
        }

        if (manifest.Serve!.MaxSessions > MaxSandboxes)
        {
            error(
                map.PositionOf("sessions"),
                $"`sessions.most` is more than {MaxSandboxes}, and each has a sandbox",
                "Say less."
            );
        }
    }

    private static void CheckCallers(
        ServeSection serve,
        SourceNode.Map map,
        Action<SourcePosition, string, string> error
    )
    {
        if (!serve.Callers.IsSomebody)
        {
            error(
                map.PositionOf("callers"),
                "`callers` says nobody who may call",
                "Name `keys` or `mtls`, or say why everybody may: `anonymous: reason`."
            );
        }

        foreach (var twice in serve.Callers.Keys.GroupBy(key => key.Value).Where(same => same.Count() > 1))
        {
            error(
                map.PositionOf("callers"),
                $"`{string.Join("` and `", twice.Select(key => key.Key))}` have the same key",
                "Give each program a key of its own: who called is known by it."
            );
        }

        if (serve.Callers.Certificates is { } certificates)
        {
            CheckCertificates(serve, certificates, map, error);
        }
    }

    private static void CheckCertificates(
        ServeSection serve,
        CertificateTerms certificates,
        SourceNode.Map map,
        Action<SourcePosition, string, string> error
    )
    {
        var where = map.PositionOf("callers");
        if (serve.Tls is null)
        {
            error(
                where,
                "`mtls` needs TLS: without it callers show no certificate",
                "Say `listen` and `tls` in `serve`."
            );
        }

        foreach (var twice in certificates.Names.GroupBy(one => one.Value).Where(same => same.Count() > 1))
        {
            error(
                where,
                $"`{string.Join("` and `", twice.Select(one => one.Key))}` have the same certificates",
                "Give each program a name of its own in its certificate: who called is known by it."
            );
        }

        foreach (
            var name in certificates.Names.Keys.Where(name =>
                serve.Callers.Keys.Keys.Contains(name, StringComparer.OrdinalIgnoreCase)
            )
        )
        {
            error(
                where,
                $"`{name}` has a key and a certificate, and rules couldn't tell which by `user.id`",
                "Take one of them out, or give the other another name."
            );
        }
    }

    private static void CheckUnheard(SourceNode.Map map, Action<SourcePosition, string, string> error)
    {
        foreach (var key in s_heard.Where(key => map.Find(key) is not null))
        {
            error(
                map.PositionOf(key),
                $"`{key}` says something of a gateway, and there is none",
                "Say where callers connect: `listen`."
            );
        }
    }

    private static void CheckTransport(
        ServeSection serve,
        IPEndPoint listen,
        SourceNode.Map map,
        Action<SourcePosition, string, string> error,
        Action<SourcePosition, string, string> warn
    )
    {
        if (serve.Tls is null && !IPAddress.IsLoopback(listen.Address))
        {
            error(
                map.PositionOf("listen"),
                $"`{listen}` is not loopback, and without `tls` everybody on the way reads keys and answers",
                "Say `tls`, or listen on 127.0.0.1."
            );
        }

        if (serve.Upstream is { } url && url.AbsolutePath != "/")
        {
            error(
                map.PositionOf("upstream"),
                "`upstream` has a path, and rules name the paths that the agent sees",
                "Say scheme, host and port only."
            );
        }

        if (serve.Upstream is { Scheme: "http", IsLoopback: false })
        {
            warn(
                map.PositionOf("upstream"),
                "the agent is reached by http: session tokens can be read on the way",
                "Use https, or run it on this host."
            );
        }
    }

    private static void CheckLimits(
        ServeSection serve,
        SourceNode.Map map,
        Action<SourcePosition, string, string> error
    )
    {
        if (serve.Limits.BodyBytes > MaxBodyBytes)
        {
            error(map.PositionOf("limits"), "`limits.body` is more than 64MiB", "Bodies are held whole: say less.");
        }

        if (
            serve.Limits.Within > s_longest
            || serve.Limits.FirstByte > s_longest
            || serve.Limits.Start > s_longest
            || serve.Idle > s_longest
        )
        {
            error(map.PositionOf("serve"), "a time of `serve` is more than a day", "Say `24h` or less.");
        }
    }
}
