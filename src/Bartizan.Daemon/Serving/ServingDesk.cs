using System.Net.Sockets;
using Bartizan.Client;
using Bartizan.Client.Serving;
using Bartizan.Client.Sessions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Daemon.Identity;
using Bartizan.Daemon.Runs;
using Bartizan.Gateway.Inbound;
using Bartizan.Sandbox;

namespace Bartizan.Daemon.Serving;

/// <summary>Opens gateways in front of agents that answer callers, and closes them: one for each manifest.</summary>
internal sealed class ServingDesk(Rooms rooms, Func<AttachEndpoints> endpoints, Action<string> say) : IAsyncDisposable
{
    /// <summary>Gateways at once: each is a Kestrel of its own.</summary>
    public const int MaxGateways = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Served?> _open = new(StringComparer.Ordinal);

    /// <summary>Those that are open.</summary>
    public IReadOnlyList<ServedLine> Lines()
    {
        lock (_lock)
        {
            return [.. _open.Values.OfType<Served>().Select(one => one.Line).OrderBy(line => line.Since)];
        }
    }

    /// <summary>Opens one, and closes it when its command is gone.</summary>
    public async Task ServeAsync(
        ServeRequest request,
        Func<ServeReply, Task> opened,
        string person,
        CancellationToken cancellationToken
    )
    {
        Take(request.Manifest);
        Served? served = null;
        try
        {
            served = await OpenAsync(request, person, cancellationToken).ConfigureAwait(false);
            lock (_lock)
            {
                _open[request.Manifest] = served;
            }

            await opened(served.Reply).ConfigureAwait(false);
            if (request.Detach)
            {
                served = null;
                return;
            }

            await served.Over.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The command is gone.
        }
        finally
        {
            if (served is not null || !IsOpen(request.Manifest))
            {
                await CloseAsync(request.Manifest, person).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Closes one.</summary>
    public async Task<ServeReply> EndAsync(ServeRequest request, string person, CancellationToken cancellationToken) =>
        await CloseAsync(request.Manifest, person).ConfigureAwait(false)
        ?? throw Problem(2, "no gateway of this manifest is open", "`bartizan status` shows those that are");

    /// <summary>Closes all of them.</summary>
    public async ValueTask DisposeAsync()
    {
        List<string> all;
        lock (_lock)
        {
            all = [.. _open.Keys];
        }

        foreach (var manifest in all)
        {
            await CloseAsync(manifest, "bartizan").ConfigureAwait(false);
        }
    }

    private void Take(string manifest)
    {
        lock (_lock)
        {
            if (_open.Count >= MaxGateways)
            {
                throw Problem(125, $"{MaxGateways} gateways are open", "end one with `bartizan serve --end`");
            }

            if (!_open.TryAdd(manifest, null))
            {
                throw Problem(2, "this agent is served already", "end it with `bartizan serve --end`");
            }
        }
    }

    private bool IsOpen(string manifest)
    {
        lock (_lock)
        {
            return _open.GetValueOrDefault(manifest) is not null;
        }
    }

    private async Task<ServeReply?> CloseAsync(string manifest, string person)
    {
        Served? served;
        lock (_lock)
        {
            _open.Remove(manifest, out served);
        }

        if (served is null)
        {
            return null;
        }

        await served.DisposeAsync().ConfigureAwait(false);
        await SayAsync(served.Reply, person, "closed to callers").ConfigureAwait(false);
        return served.Reply;
    }

    private async Task<Served> OpenAsync(ServeRequest request, string person, CancellationToken cancellationToken)
    {
        var agent = Read(request, person);
        ServedCertificate? certificate = null;
        ServedSessions? sessions = null;
        try
        {
            certificate = agent.Terms.Tls is { } tls
                ? ServedCertificate.Open(
                    new TlsFiles(tls.Certificate, tls.Key),
                    say,
                    rooms.Clock,
                    $"{agent.Manifest.Agent}'s"
                )
                : null;
            sessions = new ServedSessions(rooms, agent, endpoints);
            var gateway = await InboundGateway
                .StartAsync(
                    rooms.Monitor,
                    sessions,
                    rooms.Clock,
                    new InboundOptions
                    {
                        Terms = agent.Terms,
                        Agent = $"{agent.Manifest.Agent}@{agent.Manifest.Version}",
                        Journal = rooms.Journal,
                        Tokens = rooms.Callers,
                        Users = rooms.Users,
                        Certificate = certificate is null ? null : certificate.Now,
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            var served = new Served(agent, gateway, sessions, certificate, rooms.Clock.GetUtcNow());
            await SayAsync(served.Reply, person, "open to callers").ConfigureAwait(false);
            return served;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            certificate?.Dispose();
            throw Problem(125, $"the gateway can't be opened: {e.Message}", "see `serve` in its manifest");
        }
    }

    private ServedAgent Read(ServeRequest request, string person)
    {
        var load = ManifestFiles.Load(request.Manifest, out var text);
        var manifest =
            load.Manifest
            ?? throw Problem(3, $"{load.Errors[0].Position}: {load.Errors[0].Message}", load.Errors[0].Hint);
        if (manifest.Serve is not { Listen: not null } serve)
        {
            throw Problem(3, "the manifest doesn't say where callers connect", "say `serve: { listen: ... }`");
        }

        var agent = new ServedAgent(request.Manifest, text, manifest, request.Credentials, person)
        {
            SearchPath =
                request.SearchPath.Length > 0
                    ? request.SearchPath
                    : Environment.GetEnvironmentVariable("PATH") ?? SandboxPaths.SearchPath,
        };
        if (serve.Port is not null)
        {
            // Who opens it is told what every caller would wait for in vain.
            var run = manifest.Run!;
            _ = Preparation.ProgramOf(run, run.Command, agent.Request, agent.Workspace, rooms.Never);
            return agent;
        }

        var needing = manifest
            .Layers.Where(layer => !layer.IsCeiling)
            .SelectMany(layer => layer.Rules)
            .FirstOrDefault(rule => rule.Verb is Verb.Read or Verb.Write or Verb.Exec);
        return needing is null
            ? agent
            : throw Problem(
                4,
                $"{needing.Position}: `{needing.Text}` needs a sandbox, which an agent that runs elsewhere has not",
                "take the rule out"
            );
    }

    private async Task SayAsync(ServeReply reply, string person, string what) =>
        await rooms
            .Journal.AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Instance,
                    Agent = reply.Agent,
                    Person = person,
                    Target = reply.Url,
                    Detail = what,
                },
                CancellationToken.None
            )
            .ConfigureAwait(false);

    private static ControlException Problem(int code, string error, string hint) =>
        new(new ControlProblem(code, error, hint));
}
