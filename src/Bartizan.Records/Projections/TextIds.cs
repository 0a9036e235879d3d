namespace Bartizan.Records.Projections;

/// <summary>
/// Turns the texts of entries into the ids under which a projection holds them, and gives new ones theirs. After a batch that was not
/// taken, a new one is needed.
/// </summary>
internal sealed class TextIds(IProjectionStore store)
{
    // What texts come again, come again soon; a full table (32 MiB) is emptied, and the database asked.
    private const int MaxKnownCharacters = 16 * 1024 * 1024;

    private readonly Dictionary<string, long> _known = new(StringComparer.Ordinal);
    private long? _lastText;
    private long _knownCharacters;

    /// <summary>A batch of entries, with the texts that the projection doesn't hold yet.</summary>
    public ProjectionBatch Batch(IReadOnlyList<ProjectedEntry> entries)
    {
        _lastText ??= store.LastText();
        if (_knownCharacters > MaxKnownCharacters)
        {
            _known.Clear();
            _knownCharacters = 0;
        }

        var unknown = new HashSet<string>(StringComparer.Ordinal);
        var rows = new List<(long, DateTimeOffset, long[])>(entries.Count);
        foreach (var entry in entries)
        {
            var columns = new long[ProjectionLayout.Columns.Length];
            entry.Codes.CopyTo(columns, 0);
            for (var i = 0; i < entry.Texts.Length; i++)
            {
                var text = entry.Texts[i];
                if (
                    !string.IsNullOrEmpty(text)
                    && !_known.TryGetValue(text, out columns[ProjectionLayout.FirstText + i])
                )
                {
                    unknown.Add(text);
                }
            }

            rows.Add((entry.Index, entry.Time, columns));
        }

        var texts = new List<(long, string)>();
        if (unknown.Count > 0)
        {
            store.Find(unknown, _known);
            _knownCharacters += unknown.Sum(text => (long)text.Length);
            for (var row = 0; row < entries.Count; row++)
            {
                FillIn(entries[row].Texts, rows[row].Item3.AsSpan(ProjectionLayout.FirstText), texts);
            }
        }

        return new ProjectionBatch(texts, rows);
    }

    // No text has the id 0: what has it is none, or isn't filled in yet.
    private void FillIn(string?[] texts, Span<long> ids, List<(long, string)> added)
    {
        for (var i = 0; i < texts.Length; i++)
        {
            if (ids[i] == 0 && texts[i] is { Length: > 0 } text)
            {
                ids[i] = IdOf(text, added);
            }
        }
    }

    private long IdOf(string text, List<(long, string)> texts)
    {
        if (!_known.TryGetValue(text, out var id))
        {
            id = (_lastText ?? 0) + 1;
            _lastText = id;
            _known.Add(text, id);
            texts.Add((id, text));
        }

        return id;
    }
}
