using Bartizan.Client.Records;
using Bartizan.Core.Entries;
using Bartizan.Records.Entries;

namespace Bartizan.Daemon.Reading;

/// <summary>Adds entries up in equal stretches of time.</summary>
internal sealed class Counting
{
    // As many stretches as a small drawing can tell apart.
    private const int Stretches = 96;
    private const int LeastSeconds = 60;

    private readonly int _step;
    private readonly CountLine[] _lines;

    /// <summary>Begins to count.</summary>
    /// <param name="now">The end.</param>
    /// <param name="hours">How long before it begins.</param>
    public Counting(DateTimeOffset now, int hours)
    {
        _step = Math.Max(LeastSeconds, hours * 3600 / Stretches);
        var first = now.AddHours(-hours).ToUnixTimeSeconds() / _step * _step;
        From = DateTimeOffset.FromUnixTimeSeconds(first);
        _lines =
        [
            .. Enumerable
                .Range(0, (int)((now.ToUnixTimeSeconds() - first) / _step) + 1)
                .Select(at => new CountLine(From.AddSeconds(at * (long)_step), 0, 0, 0, 0, 0)),
        ];
    }

    /// <summary>The beginning.</summary>
    public DateTimeOffset From { get; }

    /// <summary>Adds an entry.</summary>
    public void Add(EntryRow row)
    {
        var at = (int)((row.Stamp.Time - From).TotalSeconds / _step);
        if (at < 0 || at >= _lines.Length)
        {
            return;
        }

        var line = _lines[at];
        var entry = row.Entry;
        _lines[at] = entry.Kind switch
        {
            EntryKind.Intent => line with { Calls = line.Calls + 1 },
            EntryKind.Refusal => line with { Refusals = line.Refusals + entry.Count },
            EntryKind.Finding => line with { Findings = line.Findings + 1 },
            EntryKind.Outcome => line with
            {
                Tokens = line.Tokens + (entry.Usage?.InputTokens ?? 0) + (entry.Usage?.OutputTokens ?? 0),
                MicroDollars = line.MicroDollars + (entry.Spend?.MicroDollars ?? 0),
            },
            _ => line,
        };
    }

    /// <summary>What was counted.</summary>
    public CountsReply Reply(DateTimeOffset since) => new(_step, _lines, since);
}
