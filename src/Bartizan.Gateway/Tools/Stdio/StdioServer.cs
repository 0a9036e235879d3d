using System.Globalization;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Transport;

namespace Bartizan.Gateway.Tools.Stdio;

/// <summary>
/// A stdio server of one session: started when it is first needed, started again after it ended, but not at once and each time
/// later. Nothing that was under way is sent again.
/// </summary>
internal sealed class StdioServer(
    IIsolatedProcesses processes,
    ICredentialLender lender,
    Session session,
    ToolServer server,
    ToolGatewayOptions options,
    TimeProvider clock
)
{
    /// <summary>Doublings of the time before the next start.</summary>
    private const int MaxDoublings = 6;

    /// <summary>Before it is started for the second time; doubled each time after that.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>One that lived for so long begins anew.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private Task<StdioProcess>? _live;
    private StdioProcess? _process;
    private long _started;
    private long _notBefore;
    private int _lives;
    private int _failures;

    /// <summary>Its process of now, started when there is none.</summary>
    /// <exception cref="IOException">When it can't be started, or not yet again.</exception>
    public async Task<StdioProcess> LiveAsync(CancellationToken cancellationToken)
    {
        Task<StdioProcess> live;
        lock (_lock)
        {
            if (
                _live is { IsFaulted: true }
                || (_live is { IsCompleted: true } && _process is { Ended.IsCompleted: true })
            )
            {
                _failures = clock.GetElapsedTime(_started) > Settled ? 1 : Math.Min(_failures + 1, MaxDoublings + 1);
                _notBefore =
                    _started + (long)(FirstPause.TotalSeconds * clock.TimestampFrequency * (1 << (_failures - 1)));
                _live = null;
            }

            if (_live is null && _failures > 0 && clock.GetTimestamp() < _notBefore)
            {
                throw new IOException("the server ended, and isn't started again yet");
            }

            live = _live ??= StartAsync();
        }

        return await live.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Its process of now; null when there is none.</summary>
    public StdioProcess? Living
    {
        get
        {
            lock (_lock)
            {
                return _process is { IsLiving: true } living ? living : null;
            }
        }
    }

    private async Task<StdioProcess> StartAsync()
    {
        // Off the lock, and not of one client's patience: the next one finds it started.
        await Task.Yield();
        _started = clock.GetTimestamp();
        var name = string.Create(CultureInfo.InvariantCulture, $"life-{Interlocked.Increment(ref _lives)}");
        using var late = new CancellationTokenSource(options.StartWithin, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(session.Revoked, late.Token);
        try
        {
            var (variables, secrets) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<KeyEcho>());
            foreach (var (variable, credential) in server.Credentials)
            {
                using var lease = await lender
                    .LendAsync(session.Id, credential, null, limit.Token)
                    .ConfigureAwait(false);
                lease.Apply(secret => variables[variable] = secret.ToString());
                secrets.Add(KeyEcho.OfKey(variables[variable]));
            }

            var process = await processes.StartAsync(session, server, variables, limit.Token).ConfigureAwait(false);
            var begun = new StdioProcess(process, secrets, options.MaxAnswerBytes, name);
            if (session.Parent is not null)
            {
                // A reading is short, and what it read of stays no longer than it.
                session.Revoked.Register(() =>
                    _ = Task.Run(async () => await begun.DisposeAsync().ConfigureAwait(false))
                );
            }

            lock (_lock)
            {
                return _process = begun;
            }
        }
        catch (OperationCanceledException e)
        {
            throw new IOException("the server took too long to start", e);
        }
    }
}
