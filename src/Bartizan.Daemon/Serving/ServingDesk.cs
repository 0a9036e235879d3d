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
    private readonly Dictionary<string, Place> _open = new(StringComparer.Ordinal);
    private bool _closed;

    /// <summary>Those that are open.</summary>
    public IReadOnlyList<ServedLine> Lines()
    {
        lock (_lock)
        {
            return
            [
                .. _open
                    .Values.Select(place => place.Served)
                    .OfType<Served>()
                    .Select(one => one.Line)
                    .OrderBy(line => line.Since),
            ];
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
        var place = Take(request.Manifest);
        var stays = false;
        try
        {
            var served = await OpenAsync(request, person, cancellationToken).ConfigureAwait(false);
            if (!TryKeep(place, served))
            {
                await served.DisposeAsync().ConfigureAwait(false);
                throw Problem(125, "the instance is going down", "`bartizan up` starts it");
            }

            await opened(served.Reply).ConfigureAwait(false);
            stays = request.Detach;
            if (!stays)
            {
                await served.Over.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The command is gone.
        }
        finally
        {
            if (!stays)
            {
                await CloseAsync(place, person).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Closes one.</summary>
    public async Task<ServeReply> EndAsync(ServeRequest request, string person, CancellationToken cancellationToken) =>
        (Find(request.Manifest) is { } place ? await CloseAsync(place, person).ConfigureAwait(false) : null)
        ?? throw Problem(2, "no gateway of this manifest is open", "`bartizan status` shows those that are");

    /// <summary>Closes all of them.</summary>
    public async ValueTask DisposeAsync()
    {
        List<Place> all;
        lock (_lock)
        {
            _closed = true;
            all = [.. _open.Values];
        }

        foreach (var place in all)
        {
            await CloseAsync(place, "bartizan").ConfigureAwait(false);
        }
    }

    private Place Take(string manifest)
    {
        lock (_lock)
        {
            if (_open.Count >= MaxGateways)
            {
                throw Problem(125, $"{MaxGateways} gateways are open", "end one with `bartizan serve --end`");
            }

            var place = new Place(manifest);
            return _open.TryAdd(manifest, place)
                ? place
                : throw Problem(2, "this agent is served already", "end it with `bartizan serve --end`");
        }
    }

    private bool TryKeep(Place place, Served served)
    {
        lock (_lock)
        {
            place.Served = _closed ? null : served;
            return !_closed;
        }
    }

    // One that is being opened is nobody's to end but of who opens it.
    private Place? Find(string manifest)
    {
        lock (_lock)
        {
            return _open.GetValueOrDefault(manifest) is { Served: not null } place ? place : null;
        }
    }

    private async Task<ServeReply?> CloseAsync(Place place, string person)
    {
        lock (_lock)
        {
            // INVARIANT: a place is given up once, and by nobody who means another gateway of the same manifest.
            if (_open.GetValueOrDefault(place.Manifest) != place)
            {
                return null;
            }

            _open.Remove(place.Manifest);
        }

        if (place.Served is not { } served)
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
        InboundGateway? gateway = null;
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
            var authorities = agent.Terms.Callers.Certificates is { } shown
                ? CallerAuthorityFile.Open(shown.Authority, say, agent.Manifest.Agent)
                : null;
            sessions = new ServedSessions(rooms, agent, endpoints);
            gateway = await InboundGateway
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
                        Authorities = authorities is null ? null : authorities.Now,
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            var served = new Served(agent, gateway, sessions, certificate, rooms.Clock.GetUtcNow());
            await SayAsync(served.Reply, person, "open to callers").ConfigureAwait(false);
            return served;
        }
        catch (Exception e)
        {
            // INVARIANT: what listens stands in the list of what is open, or is closed.
            if (gateway is not null)
            {
                await gateway.DisposeAsync().ConfigureAwait(false);
            }

            if (sessions is not null)
            {
                await sessions.DisposeAsync().ConfigureAwait(false);
            }

            certificate?.Dispose();
            if (e is IOException or SocketException)
            {
                throw Problem(125, $"the gateway can't be opened: {e.Message}", "see `serve` in its manifest");
            }

            throw;
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

    /// <summary>The place of one manifest's gateway, while it is opened and after that.</summary>
    private sealed class Place(string manifest)
    {
        public string Manifest => manifest;

        public Served? Served { get; set; }
    }
}
