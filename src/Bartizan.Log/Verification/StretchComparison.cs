namespace Bartizan.Log.Verification;

/// <summary>Lays what a file holds beside what it held, and names each difference.</summary>
/// <param name="stretch">What was found.</param>
/// <param name="known">
/// The hash of each entry that belongs here, in order; empty where it isn't known, which whatever stands there fits.
/// </param>
/// <param name="endsLog">Whether the log ends with these entries.</param>
/// <param name="goesOn">Whether what stands behind them is nobody's business here.</param>
internal sealed class StretchComparison(Stretch stretch, IReadOnlyList<byte[]> known, bool endsLog, bool goesOn)
{
    private readonly Dictionary<string, int> _home = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _present = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _surplus = new(StringComparer.Ordinal);

    public IEnumerable<LogFault> Differences()
    {
        Count();

        var (found, at) = (0, 0);
        while (found < stretch.Count || at < known.Count)
        {
            if (found == stretch.Count)
            {
                foreach (var fault in Gone(at))
                {
                    yield return fault;
                }

                yield break;
            }

            if (at == known.Count)
            {
                if (!endsLog && !goesOn)
                {
                    yield return Fault(LogFaultKind.Inserted, at, "is followed by entries that the log never had");
                }

                yield break;
            }

            if (known[at].Length == 0 || Fits(found, at))
            {
                found++;
                at++;
                continue;
            }

            if (!stretch.Readable(found))
            {
                yield return Fault(LogFaultKind.Changed, at, "was changed (its checksum is wrong)");
                found++;
                at++;
                continue;
            }

            var expectedIsElsewhere = _present.ContainsKey(Convert.ToHexString(known[at]));
            var hash = Convert.ToHexString(stretch.Hash(found));
            if (_home.TryGetValue(hash, out var place))
            {
                if (_surplus[hash] > 0)
                {
                    // There are more of it than the log had: this one is a copy.
                    _surplus[hash]--;
                    yield return Fault(
                        LogFaultKind.Replayed,
                        at,
                        expectedIsElsewhere
                            ? $"has a copy of entry {stretch.First + place} before it"
                            : $"was replaced by a copy of entry {stretch.First + place}"
                    );
                    found++;
                    at += expectedIsElsewhere ? 0 : 1;
                }
                else if (expectedIsElsewhere || place < at)
                {
                    yield return Fault(
                        LogFaultKind.Moved,
                        at,
                        $"was moved: entry {stretch.First + place} stands in its place"
                    );
                    var (behind, before) = (Fits(found + 1, at), Fits(found, at + 1));
                    found += before && !behind ? 0 : 1;
                    at += behind ? 0 : 1;
                }
                else
                {
                    yield return Fault(LogFaultKind.Missing, at, "is missing");
                    at++;
                }

                continue;
            }

            if (expectedIsElsewhere)
            {
                yield return Fault(LogFaultKind.Inserted, at, "has an entry before it that the log never had");
                found++;
                continue;
            }

            yield return Fault(LogFaultKind.Changed, at, "was changed");
            found++;
            at++;
        }
    }

    private bool Fits(int found, int at) =>
        found < stretch.Count
        && at < known.Count
        && stretch.Readable(found)
        && stretch.Hash(found).SequenceEqual(known[at]);

    private void Count()
    {
        for (var i = 0; i < stretch.Count; i++)
        {
            var hash = Convert.ToHexString(stretch.Hash(i));
            _present[hash] = _present.GetValueOrDefault(hash) + 1;
        }

        foreach (var (hash, count) in _present)
        {
            _surplus[hash] = count;
        }

        for (var i = 0; i < known.Count; i++)
        {
            var hash = Convert.ToHexString(known[i]);
            _home.TryAdd(hash, i);
            _surplus[hash] = _surplus.GetValueOrDefault(hash) - 1;
        }
    }

    // The end is not there: one fault when the log ends, else one for each entry.
    private IEnumerable<LogFault> Gone(int from)
    {
        var gone = Enumerable
            .Range(from, known.Count - from)
            .Where(i => !_present.ContainsKey(Convert.ToHexString(known[i])))
            .ToList();
        if (endsLog && gone.Count == known.Count - from && gone.Count > 0)
        {
            yield return new LogFault(
                LogFaultKind.Truncated,
                stretch.First + from,
                $"the log was cut short: it ends before entry {stretch.First + from}, its checkpoint covers {stretch.First + known.Count} entries"
            );
            yield break;
        }

        for (var i = 0; i < gone.Count; )
        {
            var start = i;
            while (++i < gone.Count && gone[i] == gone[i - 1] + 1)
            {
                // One fault for neighbours.
            }

            yield return Fault(
                LogFaultKind.Missing,
                gone[start],
                i - start == 1 ? "is missing" : $"and all up to entry {stretch.First + gone[i - 1]} are missing"
            );
        }
    }

    private LogFault Fault(LogFaultKind kind, int at, string what) =>
        new(kind, stretch.First + at, $"entry {stretch.First + at} in `{stretch.Path}` {what}");
}
