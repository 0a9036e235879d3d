using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Pins;
using Bartizan.Core.Ports;

namespace Bartizan.Gateway.Tools.Pins;

/// <summary>
/// How the tools of one server stand in one session: what its lists were judged to be. A call costs one look-up here.
/// INVARIANT: a tool of which nothing is known, or only something older than the server's last word that its list has changed,
/// is not known.
/// </summary>
internal sealed class ServerPins(string server, IToolPins pins, TimeProvider clock)
{
    /// <summary>Tools of one server that are known; further ones are not there.</summary>
    private const int MaxTools = PinFile.MaxTools;

    /// <summary>How long a name that the list doesn't have is known not to be there: a loop of calls isn't one of lists.</summary>
    private static readonly TimeSpan AbsentFor = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Known> _tools = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _listing = new(1, 1);
    private readonly Listed?[] _listed = new Listed?[2];
    private long _changes;

    /// <summary>How a tool stands; null when that isn't known.</summary>
    public PinVerdict? Find(string tool) =>
        _tools.TryGetValue(tool, out var known) && known.Mark == Now ? known.Verdict : null;

    /// <summary>The server says that its list isn't what it was.</summary>
    public void Change() => Interlocked.Increment(ref _changes);

    /// <summary>Judges a list; the verdicts stand in its order.</summary>
    public ValueTask<ImmutableArray<PinVerdict>> TakeAsync(JsonElement list, CancellationToken cancellationToken) =>
        TakeAsync(list, Now, cancellationToken);

    /// <summary>Judges what a server says of itself.</summary>
    public ValueTask<PinVerdict> JudgeAsync(ServerIdentity? identity, CancellationToken cancellationToken) =>
        pins.JudgeAsync(server, identity, cancellationToken);

    /// <summary>
    /// How a tool stands, for which the server is asked when it isn't known, or not since <paramref name="since"/>; one asks at a time.
    /// </summary>
    public async ValueTask<PinVerdict> FindAsync(
        string tool,
        bool stateless,
        long since,
        Func<Func<JsonElement, ValueTask<ImmutableArray<PinVerdict>>>, CancellationToken, Task<bool>> list,
        CancellationToken cancellationToken
    )
    {
        await _listing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var mark = Now;
            if (_tools.TryGetValue(tool, out var found) && found.Mark == mark && found.At >= since)
            {
                return found.Verdict;
            }

            var era = stateless ? 1 : 0;
            if (
                _listed[era] is { } last
                && last.Mark == mark
                && last.At >= since
                && clock.GetElapsedTime(last.At) < AbsentFor
            )
            {
                return Absent(tool);
            }

            if (!await list(page => TakeAsync(page, mark, cancellationToken), cancellationToken).ConfigureAwait(false))
            {
                return PinVerdict.Suspended(
                    "its server's list of tools can't be read, so that nobody knows what it is"
                );
            }

            // What the list has no longer was known only before.
            _listed[era] = new Listed(mark, clock.GetTimestamp());
            return _tools.TryGetValue(tool, out var known) && known.At >= since ? known.Verdict : Absent(tool);
        }
        finally
        {
            _listing.Release();
        }
    }

    private (long Edition, long Changes) Now => (pins.Edition, Interlocked.Read(ref _changes));

    private static PinVerdict Absent(string tool) =>
        PinVerdict.Suspended($"its server's list has no tool `{tool}`, so that nobody knows what it is");

    private async ValueTask<ImmutableArray<PinVerdict>> TakeAsync(
        JsonElement list,
        (long Edition, long Changes) mark,
        CancellationToken cancellationToken
    )
    {
        var definitions = list.EnumerateArray().Take(MaxTools).Select(ToolDefinition.Read).ToList();
        var verdicts = await pins.JudgeAsync(server, definitions, cancellationToken).ConfigureAwait(false);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var at = clock.GetTimestamp();
        for (var i = 0; i < definitions.Count; i++)
        {
            if (definitions[i] is { Name: var name })
            {
                Keep(name, new Known(verdicts[i], mark, at), isAgain: !names.Add(name));
            }
        }

        // What is too much is not looked at, and not there.
        var more = list.GetArrayLength() - definitions.Count;
        return more > 0
            ? verdicts.AddRange(Enumerable.Repeat(PinVerdict.Suspended("its list is too long"), more))
            : verdicts;
    }

    private void Keep(string name, Known known, bool isAgain)
    {
        if (!_tools.ContainsKey(name) && _tools.Count >= MaxTools)
        {
            // It isn't known, so it isn't called.
            return;
        }

        // Of a name that stands twice the stricter word counts for calls.
        _tools.AddOrUpdate(
            name,
            static (_, now) => now.Known,
            static (_, before, now) =>
                now.IsAgain && before.Mark == now.Known.Mark && !before.Verdict.IsTrusted ? before : now.Known,
            (Known: known, IsAgain: isAgain)
        );
    }

    private readonly record struct Known(PinVerdict Verdict, (long Edition, long Changes) Mark, long At);

    private sealed record Listed((long Edition, long Changes) Mark, long At);
}
