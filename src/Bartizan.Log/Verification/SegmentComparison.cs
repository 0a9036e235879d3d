namespace Bartizan.Log.Verification;

/// <summary>Lays what a segment holds beside what it held, and names each difference.</summary>
internal static class SegmentComparison
{
    public static IEnumerable<LogFault> Differences(SegmentReading reading)
    {
        var first = reading.Segment.Header.FirstIndex;
        var path = reading.Segment.Path;
        var home = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < reading.KnownCount; i++)
        {
            home.TryAdd(Convert.ToHexString(reading.Known(i)), i);
        }

        var present = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < reading.Count; i++)
        {
            present.Add(Convert.ToHexString(reading.Hash(i)));
        }

        var found = 0;
        var known = 0;
        while (found < reading.Count || known < reading.KnownCount)
        {
            if (found == reading.Count)
            {
                var gone = Convert.ToHexString(reading.Known(known));
                if (!present.Contains(gone))
                {
                    yield return Fault(LogFaultKind.Missing, first + known, path, "is missing");
                }

                known++;
                continue;
            }

            if (known == reading.KnownCount)
            {
                // Newer than the index: nothing to hold it against here, the tree's root decides.
                yield break;
            }

            if (!reading.Readable(found))
            {
                yield return Fault(LogFaultKind.Changed, first + known, path, "was changed (its checksum is wrong)");
                found++;
                known++;
                continue;
            }

            if (reading.Hash(found).SequenceEqual(reading.Known(known)))
            {
                found++;
                known++;
                continue;
            }

            var hash = Convert.ToHexString(reading.Hash(found));
            var expectedIsElsewhere = present.Contains(Convert.ToHexString(reading.Known(known)));
            if (home.TryGetValue(hash, out var place))
            {
                if (expectedIsElsewhere || place < known)
                {
                    yield return Fault(
                        LogFaultKind.Moved,
                        first + known,
                        path,
                        $"was moved: entry {first + place} stands in its place"
                    );
                    found++;
                }
                else
                {
                    yield return Fault(LogFaultKind.Missing, first + known, path, "is missing");
                }

                known++;
                continue;
            }

            if (expectedIsElsewhere)
            {
                yield return Fault(
                    LogFaultKind.Inserted,
                    first + known,
                    path,
                    "has an entry before it that the log never had"
                );
                found++;
                continue;
            }

            yield return Fault(LogFaultKind.Changed, first + known, path, "was changed");
            found++;
            known++;
        }
    }

    private static LogFault Fault(LogFaultKind kind, long index, string path, string what) =>
        new(kind, index, $"entry {index} in `{path}` {what}");
}
