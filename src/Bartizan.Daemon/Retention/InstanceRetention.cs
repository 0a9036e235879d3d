using System.Globalization;
using System.Text;
using System.Text.Json;
using Bartizan.Client;
using Bartizan.Client.Retention;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Retention;
using Bartizan.Daemon.Erasures;
using Bartizan.Daemon.Exports;
using Bartizan.Records.Journals;
using Bartizan.Records.Projections;
using Bartizan.Records.Retention;

namespace Bartizan.Daemon.Retention;

/// <summary>
/// <c>retention.yaml</c> of an instance: read before every round, recorded when it changed, and carried out once a day, or when
/// somebody asks. Without the file, or with a mistake in it, everything is kept.
/// </summary>
internal sealed class InstanceRetention : IAsyncDisposable
{
    private const int InvalidFile = 3;
    private const string Itself = "bartizan";

    // An instance that is up for an hour a day comes to its round too, and its start isn't slowed by one.
    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_every = TimeSpan.FromDays(1);

    private readonly StateDirectory _state;
    private readonly Journal _journal;
    private readonly ErasureDesk _desk;
    private readonly InstanceExports _exports;
    private readonly TimeProvider _clock;
    private readonly Action<string> _say;
    private readonly Retainer _retainer;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _rounds;
    private Digest _recorded;

    public InstanceRetention(
        StateDirectory state,
        Journal journal,
        ErasureDesk desk,
        InstanceExports exports,
        TimeProvider clock,
        Action<string> say
    )
    {
        _state = state;
        _journal = journal;
        _desk = desk;
        _exports = exports;
        _clock = clock;
        _say = say;
        _retainer = new Retainer(journal, state.Log, Path.Combine(state.Home, "archive"), clock);
        _rounds = RoundsAsync();
    }

    /// <summary>Why nothing is let go of; null when nothing is wrong.</summary>
    public string? Problem { get; private set; }

    /// <summary>Says what would go, or lets it go.</summary>
    /// <exception cref="ControlException">When the file has a mistake, or it could not be done.</exception>
    public Task<PruneReply> AnswerAsync(PruneRequest request, string person, CancellationToken cancellationToken) =>
        _desk.InTurnAsync(
            async () =>
            {
                var settings = await ReadAsync(person, cancellationToken).ConfigureAwait(false);
                try
                {
                    return await AnswerAsync(request, settings, person, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw new ControlException(
                        new ControlProblem(
                            125,
                            $"it could not be done: {e.Message}",
                            "what is done stays done; ask again"
                        )
                    );
                }
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _rounds.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task<PruneReply> AnswerAsync(
        PruneRequest request,
        RetentionSettings settings,
        string person,
        CancellationToken cancellationToken
    )
    {
        var plan = await _retainer
            .PlanAsync(settings, Exported(), counts: true, cancellationToken)
            .ConfigureAwait(false);
        var reply = new PruneReply
        {
            DryRun = request.DryRun,
            Says = "",
            Minimum = plan.Minimum,
            To = plan.To,
            Payloads = [.. plan.Payloads.Select(one => Line(one.Class, one.Age, one.Goes, one.Stays))],
            Entries = [.. plan.Entries.Select(one => Line(one.Kind, one.Age, one.Goes, one.Stays))],
            Stop = plan.Stop?.Text,
        };
        if (request.DryRun)
        {
            return reply with
            {
                Says = Sentence("would go", plan.Payloads.Sum(one => one.Goes), plan.To - plan.Minimum),
            };
        }

        var outcome = await _retainer.RunAsync(settings, Exported(), person, cancellationToken).ConfigureAwait(false);
        ForgetRows(outcome.Pruned);
        return reply with
        {
            Says = Sentence("went", outcome.Payloads, outcome.Pruned),
            Minimum = _journal.Log.Pruning.Minimum,
            Destroyed = outcome.Payloads,
            Pruned = outcome.Pruned,
            Archive = outcome.Archive,
            Waits = outcome.Waits,
        };
    }

    private async Task RoundsAsync()
    {
        try
        {
            // What the last run has recorded is finished first, whatever the file says now.
            await TryAsync(() => _retainer.ResumeAsync(_closing.Token)).ConfigureAwait(false);
            for (var wait = s_first; ; wait = s_every)
            {
                await Task.Delay(wait, _clock, _closing.Token).ConfigureAwait(false);
                await TryAsync(RoundAsync).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The instance goes down; the next one goes on.
        }
    }

    private async Task<string?> RoundAsync()
    {
        var settings = await ReadAsync(Itself, _closing.Token).ConfigureAwait(false);
        if (settings.KeepsEverything)
        {
            return null;
        }

        var outcome = await _retainer.RunAsync(settings, Exported(), Itself, _closing.Token).ConfigureAwait(false);
        ForgetRows(outcome.Pruned);
        if (outcome.Payloads + outcome.Pruned > 0)
        {
            _say($"retention: {Sentence("went", outcome.Payloads, outcome.Pruned)}");
        }

        return outcome.Waits;
    }

    private async Task TryAsync(Func<Task<string?>> step)
    {
        try
        {
            Problem = await _desk.InTurnAsync(step, _closing.Token).ConfigureAwait(false);
        }
        catch (ControlException e)
        {
            Problem = e.Problem.Error;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Problem = e.Message;
        }

        if (Problem is { } problem)
        {
            _say($"retention: {problem}");
        }
    }

    // Who shortens how long is kept changes what can be known later: it is part of the record.
    private async Task<RetentionSettings> ReadAsync(string person, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_state.Home, RetentionFile.Name);
        var text = File.Exists(path)
            ? await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false)
            : null;
        var load = text is null ? new RetentionLoad(RetentionSettings.Forever, []) : RetentionFile.Load(text, path);
        Problem = load.Errors.IsEmpty ? null : ManifestLoader.Describe(load.Errors[0]);
        if (Problem is { } problem)
        {
            throw new ControlException(
                new ControlProblem(InvalidFile, problem, "until it is mended everything is kept")
            );
        }

        var digest = text is null ? default : Digest.Of(Encoding.UTF8.GetBytes(text));
        if (digest != _recorded)
        {
            await _journal
                .AppendAsync(
                    new Entry
                    {
                        Kind = EntryKind.Instance,
                        Person = person,
                        Detail = $"retention: {Describe(load.Settings)}",
                        Policy = digest,
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            _recorded = digest;
        }

        return load.Settings;
    }

    // The projection holds rows and texts of what went: it is built again from what is left.
    private void ForgetRows(long pruned)
    {
        if (pruned > 0)
        {
            new ProjectionPlace { Home = _state.Home }.Distrust();
        }
    }

    // What isn't sent yet isn't pruned. Of a file that can't be read nobody knows who waits.
    private (long Size, string Slowest) Exported()
    {
        if (_exports.Problem is not null)
        {
            return (0, "the file of exports has a mistake");
        }

        var slowest = _exports.Status().MinBy(sink => sink.Next);
        return slowest is null
            ? (long.MaxValue, "")
            : (
                slowest.Next,
                string.Create(CultureInfo.InvariantCulture, $"`{slowest.Name}` is at entry {slowest.Next}")
            );
    }

    private static string Describe(RetentionSettings settings) =>
        settings.KeepsEverything
            ? "everything for ever"
            : string.Join(
                ", ",
                Enum.GetValues<PayloadClass>()
                    .Select(one => $"payloads of `{Word(one)}` {Keep(settings.AgeOf(one))}")
                    .Append($"entries {Keep(settings.EntryDefault)}")
                    .Concat(settings.Entries.Select(one => $"`{Word(one.Key)}` {Keep(one.Value)}"))
            );

    private static PruneLine Line<T>(T name, TimeSpan? age, long goes, IReadOnlyDictionary<KeptReason, long> stays)
        where T : struct, Enum =>
        new(Word(name), Keep(age), goes, stays.ToDictionary(one => Word(one.Key), one => one.Value));

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static string Keep(TimeSpan? age) =>
        age is { } days ? string.Create(CultureInfo.InvariantCulture, $"{days.TotalDays}d") : "forever";

    private static string Sentence(string verb, long payloads, long entries) =>
        string.Create(CultureInfo.InvariantCulture, $"{payloads} payloads and {entries} entries {verb}");
}
