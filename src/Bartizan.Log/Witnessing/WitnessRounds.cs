using Bartizan.Log.Checkpoints;

namespace Bartizan.Log.Witnessing;

/// <summary>
/// Behind the log: has its checkpoints cosigned, and never holds an entry up.
/// <code>
/// published ── round: the newest checkpoint to every free witness at once ── enough cosignatures? ──▶ witnessed
///                     late, wrong, unreachable: absent, asked again later, less and less often
/// </code>
/// A round is one checkpoint, because cosignatures to different ones don't add up; it ends when the policy is met. When a checkpoint waits
/// too long, or a witness has seen what this log can't have been, that is told once, and once more when it is over.
/// </summary>
public sealed class WitnessRounds : IAsyncDisposable
{
    private readonly TransparencyLog _log;
    private readonly WitnessPolicy _policy;
    private readonly TimeProvider _clock;
    private readonly WitnessRoundOptions _options;
    private readonly Func<string, CancellationToken, Task> _tell;
    private readonly HttpMessageInvoker _http;
    private readonly AskedWitness[] _witnesses;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _running;
    private readonly Lock _lock = new();
    private (long Size, long Since)? _waiting;
    private string? _problem;
    private Trouble _told;

    /// <summary>Starts asking.</summary>
    /// <param name="log">The log; its options name the same policy.</param>
    /// <param name="directory">The log's directory, for the proofs.</param>
    /// <param name="policy">The witnesses, each with its address.</param>
    /// <param name="tell">Records an alarm, and its end.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="options">The bounds.</param>
    public WitnessRounds(
        TransparencyLog log,
        string directory,
        WitnessPolicy policy,
        Func<string, CancellationToken, Task> tell,
        TimeProvider clock,
        WitnessRoundOptions options
    )
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(options);
        (_log, _policy, _tell, _clock, _options) = (log, policy, tell, clock, options);
        _http = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                ConnectTimeout = options.AnswerWithin,
            }
        );
        _witnesses =
        [
            .. policy
                .Witnesses.Where(witness => witness.Url is not null)
                .Select(witness => new AskedWitness(
                    witness,
                    new WitnessClient(witness, _http, clock, options),
                    directory,
                    clock,
                    options
                )),
        ];
        _running = RunAsync(_closing.Token);
    }

    /// <summary>How far it has come.</summary>
    public WitnessingStatus Status()
    {
        var (witnessed, published) = (_log.Standing(LogRung.Witnessed), _log.Standing(LogRung.Published));
        lock (_lock)
        {
            return new WitnessingStatus(
                _policy.Quorum,
                witnessed.Size,
                published.Size,
                LagOf(witnessed.Size),
                AlarmOf(witnessed.Size).Says,
                [.. _witnesses.Select(witness => witness.Standing)]
            );
        }
    }

    /// <summary>Stops asking.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _http.Dispose();
        _closing.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var enough = await StepAsync(cancellationToken).ConfigureAwait(false);
                await TellAsync(cancellationToken).ConfigureAwait(false);
                if (!enough)
                {
                    await Task.Delay(_options.RetryAfter, _clock, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>Waits for something to witness and has it witnessed; false when it could not be.</summary>
    private async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        var witnessed = _log.Standing(LogRung.Witnessed).Size;
        var published = await _log.WaitAsync(new LogPosition(witnessed), LogRung.Published, cancellationToken)
            .ConfigureAwait(false);
        lock (_lock)
        {
            if (_waiting is not { } waiting || waiting.Size <= witnessed)
            {
                _waiting = (published.Size, _clock.GetTimestamp());
            }
        }

        try
        {
            var note = await RoundAsync(published.Checkpoint!, cancellationToken).ConfigureAwait(false);
            var met =
                note is not null && await _log.AcceptCosignaturesAsync(note, cancellationToken).ConfigureAwait(false);
            _problem = null;
            return met;
        }
        catch (Exception e) when (e is LogInconsistentException or IOException or UnauthorizedAccessException)
        {
            _problem = e.Message;
            return false;
        }
    }

    /// <summary>The checkpoint with enough cosignatures; null when they could not be had.</summary>
    private async Task<string?> RoundAsync(SignedCheckpoint signed, CancellationToken cancellationToken)
    {
        var asked = _witnesses
            .Where(witness => witness.IsFree)
            .Select(witness => witness.AskAsync(signed, cancellationToken))
            .ToList();
        var note = signed.Note;
        while (asked.Count > 0)
        {
            var answered = await Task.WhenAny(asked).ConfigureAwait(false);
            asked.Remove(answered);
            if (await answered.ConfigureAwait(false) is { } cosignature)
            {
                note += cosignature.Line + "\n";
                if (_policy.IsMet(note))
                {
                    return note;
                }
            }
        }

        return null;
    }

    private TimeSpan LagOf(long witnessed) =>
        _waiting is { } waiting && waiting.Size > witnessed ? _clock.GetElapsedTime(waiting.Since) : TimeSpan.Zero;

    private (Trouble Kind, string? Says) AlarmOf(long witnessed)
    {
        if (_witnesses.FirstOrDefault(witness => witness.Standing.Contradicts)?.Standing is { } one)
        {
            return (Trouble.Contradiction, $"the witness `{one.Name}` {one.Problem}");
        }

        if (LagOf(witnessed) < _options.AlarmAfter)
        {
            return default;
        }

        var problems = _witnesses
            .Select(witness => witness.Standing)
            .Where(standing => standing.Problem is not null)
            .Select(standing => $"`{standing.Name}` {standing.Problem}");
        return (Trouble.Lag, $"witnessing lags: {_problem ?? string.Join("; ", problems)}");
    }

    // Told when it starts, when it gets worse and when it ends; what it says in between may change with each answer.
    private async Task TellAsync(CancellationToken cancellationToken)
    {
        Trouble kind;
        string? says;
        lock (_lock)
        {
            (kind, says) = AlarmOf(_log.Standing(LogRung.Witnessed).Size);
        }

        if (kind == _told)
        {
            return;
        }

        _told = kind;
        try
        {
            await _tell(says ?? "witnessing has caught up", cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            // A log that takes nothing more denies every action by itself; the status still says what is wrong.
            _problem = e.Message;
        }
    }

    private enum Trouble
    {
        None = 0,
        Lag,
        Contradiction,
    }
}
