using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Sockets;
using System.Security.Authentication;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;

namespace Bartizan.Gateway.Databases;

/// <summary>One connection of an agent, from its start-up to its end: steps 1 and 2 of the drawing, then both directions.</summary>
internal sealed class DatabaseConnection(DatabaseWiring wiring, DatabaseBinding binding, Socket client)
{
    private readonly CancellationTokenSource _over = new();
    private (string Code, string Message)? _failure;
    private UpstreamLogin? _login;
    private byte[] _upstreamKey = [];

    /// <summary>What was sent on and isn't answered.</summary>
    public ConcurrentQueue<Pending> Pending { get; } = new();

    /// <summary>What the session's connections hold, this one among them.</summary>
    public KeptBytes Kept => binding.Kept;

    /// <summary>The agent's statements.</summary>
    public Names<Prepared> Statements { get; } = new((byte)'S', wiring.Options.MaxPrepared, binding.Kept);

    /// <summary>The agent's portals.</summary>
    public Names<Portal> Portals { get; } = new((byte)'P', wiring.Options.MaxPrepared, binding.Kept);

    /// <summary>Takes away the one that is answered.</summary>
    public Pending? TakeAnswered()
    {
        if (Pending.TryDequeue(out var pending))
        {
            Kept.Return(pending.Bytes);
        }

        return pending;
    }

    /// <summary>Serves it to its end.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ending, _over.Token);
        var agent = new WireStream(new NetworkStream(client, ownsSocket: true), wiring.Options.MostOf, binding.Kept);
        await using (agent.ConfigureAwait(false))
        {
            try
            {
                await ServeAsync(agent, over.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (Told(e) is { } told && !ending.IsCancellationRequested)
            {
                _failure ??= told;
            }

            if (_failure is { } failure)
            {
                await SayLastAsync(agent, failure, ending).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Stops what it is at, on the server.</summary>
    public Task CancelAsync(CancellationToken cancellationToken) =>
        _login is { } login && _upstreamKey.Length > 0
            ? login.CancelAsync(_upstreamKey, cancellationToken)
            : Task.CompletedTask;

    private async Task ServeAsync(WireStream agent, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(wiring.Options.GreetWithin);
        if (await Greeting.ReadAsync(agent, wiring.Options, patience.Token).ConfigureAwait(false) is not { } greeting)
        {
            return;
        }

        if (!greeting.CancelKey.IsEmpty)
        {
            // Of another session, or of nobody: nothing happens, and nothing is told, as with a server.
            await (binding.Find(greeting.CancelKey)?.CancelAsync(patience.Token) ?? Task.CompletedTask).ConfigureAwait(
                false
            );
            return;
        }

        var database = Find(greeting.Database);
        var role = await wiring.Roles.LendAsync(wiring.Session.Id, database.Name, patience.Token).ConfigureAwait(false);
        using var revoked = role.Revoked.UnsafeRegister(static one => ((CancellationTokenSource)one!).Cancel(), _over);
        _login = new UpstreamLogin(database, wiring.Options);
        var server = await _login.OpenAsync(role, greeting.Settings, patience.Token).ConfigureAwait(false);
        _upstreamKey = server.CancelKey;
        var key = binding.Enlist(this);
        try
        {
            await using (server.Wire.ConfigureAwait(false))
            {
                await WelcomeAsync(agent, greeting, server, key, patience.Token).ConfigureAwait(false);
                await CarryAsync(database, agent, server.Wire, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            binding.Delist(key);
        }
    }

    private ToolDatabase Find(string name) =>
        wiring.Session.Manifest.Databases.TryGetValue(name, out var database)
            ? database
            : throw new WireBrokenException(
                $"there is no database `{name}` in the manifest; there is {string.Join(", ", wiring.Session.Manifest.Databases.Keys.Order(StringComparer.Ordinal))}",
                "3D000"
            );

    private static async Task WelcomeAsync(
        WireStream agent,
        Greeting greeting,
        SignedIn server,
        ImmutableArray<byte> key,
        CancellationToken cancellationToken
    )
    {
        if (greeting.IsNewer || !greeting.Unknown.IsEmpty)
        {
            var body = new WireBody().Int(0).Int(greeting.Unknown.Length);
            foreach (var one in greeting.Unknown)
            {
                body.Text(one);
            }

            agent.Write((byte)'v', body.Written);
        }

        agent.Write((byte)'R', new WireBody().Int(0).Written);
        foreach (var setting in server.Settings)
        {
            agent.Write(setting.Type, setting.Body);
        }

        agent.Write((byte)'K', key.AsSpan());
        agent.Write((byte)'Z', "I"u8);
        await agent.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CarryAsync(
        ToolDatabase database,
        WireStream agent,
        WireStream server,
        CancellationToken cancellationToken
    )
    {
        using var one = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var forth = new AgentSide(wiring, this, database.Name, agent, server).RunAsync(one.Token);
        var back = new ServerSide(wiring, this, agent, server).RunAsync(one.Token);
        var first = await Task.WhenAny(forth, back).ConfigureAwait(false);
        try
        {
            await first.ConfigureAwait(false);
            if (first == forth && !Pending.IsEmpty)
            {
                // The agent went away: what it began isn't wanted any more.
                await CancelAsync(one.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (Told(e) is { } told)
        {
            _failure ??= told;
        }
        finally
        {
            await one.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(forth, back).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await LetGoAsync().ConfigureAwait(false);
        }
    }

    private async Task LetGoAsync()
    {
        var outcome = wiring.Session.Revoked.IsCancellationRequested
            ? new Outcome(OutcomeKind.Cut, "the session ended")
            : new Outcome(OutcomeKind.Cancelled, "the connection ended");
        while (TakeAnswered() is { } pending)
        {
            foreach (var passage in pending.Passages.Skip(pending.At).OfType<Passage>())
            {
                await passage.CompleteAsync(outcome).ConfigureAwait(false);
                await passage.DisposeAsync().ConfigureAwait(false);
            }
        }

        Statements.Clear();
        Portals.Clear();
    }

    // The last word, where the other side still reads.
    private async Task SayLastAsync(WireStream agent, (string Code, string Message) failure, CancellationToken ending)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ending);
        patience.CancelAfter(wiring.Options.DrainWithin);
        try
        {
            agent.Write((byte)'E', WireBody.Error("FATAL", failure.Code, failure.Message));
            await agent.FlushAsync(patience.Token).ConfigureAwait(false);
            client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e)
            when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It doesn't read any more.
        }
    }

    // What the agent is told; null for a bug, which ends the connection without a word.
    private static (string Code, string Message)? Told(Exception e) =>
        e switch
        {
            WireBrokenException broken => (broken.Code, Named(broken.Message)),
            CredentialUnavailableException none => ("28000", Named(none.Message)),
            AuthenticationException => (
                "08006",
                "bartizan: the server's certificate isn't trusted, or isn't for its name"
            ),
            SocketException or IOException => ("08006", "bartizan: the database can't be reached"),
            OperationCanceledException => ("57P01", "bartizan ended the connection"),
            ObjectDisposedException => ("57P01", "bartizan ended the connection"),
            _ => null,
        };

    private static string Named(string message) =>
        message.StartsWith("bartizan", StringComparison.Ordinal) ? message : $"bartizan: {message}";
}
