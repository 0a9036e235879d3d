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
        foreach (var entry in entries)
        {
            foreach (var text in entry.Texts)
            {
                if (!string.IsNullOrEmpty(text) && !_known.ContainsKey(text))
                {
                    unknown.Add(text);
                }
            }
        }

        store.Find(unknown, _known);
        _knownCharacters += unknown.Sum(text => (long)text.Length);
        var texts = new List<(long, string)>();
        var rows = new List<(long, DateTimeOffset, long[])>(entries.Count);
        foreach (var entry in entries)
        {
            var columns = new long[ProjectionLayout.Columns.Length];
            entry.Codes.CopyTo(columns, 0);
            for (var i = 0; i < entry.Texts.Length; i++)
            {
                columns[ProjectionLayout.FirstText + i] = IdOf(entry.Texts[i], texts);
            }

            rows.Add((entry.Index, entry.Time, columns));
        }

        return new ProjectionBatch(texts, rows);
    }

    private long IdOf(string? text, List<(long, string)> texts)
    {
        if (string.IsNullOrEmpty(text))
        {
            return 0;
        }

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
