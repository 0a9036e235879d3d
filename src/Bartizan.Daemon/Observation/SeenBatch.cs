using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Redactions;
using Bartizan.Sandbox.Observation;

namespace Bartizan.Daemon.Observation;

/// <summary>
/// Sightings of one kind on their way into one entry: its target names them, one behind the other, so that they are found by a search;
/// its count says how often in all. Of programs a payload has the rest: processes, parents, arguments one by one.
/// </summary>
internal sealed class SeenBatch(Verb verb, string detail)
{
    /// <summary>Between two of them.</summary>
    public const string Between = "; ";

    /// <summary>
    /// Characters of a target and its payload from which on the entry is written: well below where a leaf cuts texts.
    /// </summary>
    private const int FullAt = 4096;

    /// <summary>Characters of one of them in the target; a payload has more of a program.</summary>
    private const int MaxItem = 512;

    private readonly List<string> _items = [];
    private readonly List<SeenProgram> _programs = [];
    private int _length;

    /// <summary>How many calls they are.</summary>
    public long Count { get; private set; }

    /// <summary>True when an entry should be written of it.</summary>
    public bool IsFull => _length >= FullAt;

    /// <summary>Adds one.</summary>
    public void Add(Sighting sighting)
    {
        Count += sighting.Count;
        var text = RecordedText.Of(sighting.Path);
        if (sighting.Kind == SightingKind.Started)
        {
            var arguments = RecordedText.OfArguments(sighting.Arguments);
            var said = sighting.Said == sighting.Path ? null : Cut(RecordedText.Of(sighting.Said));
            _programs.Add(new SeenProgram(text, said, arguments, sighting.Process, sighting.Parent));
            _length += text.Length + (said?.Length ?? 0) + arguments.Sum(one => one.Length);
            text = string.Join(' ', arguments.Skip(1).Prepend(text));
        }

        text = Cut(Plain(text));
        if (sighting.Count > 1)
        {
            text = FormattableString.Invariant($"{text} ×{sighting.Count}");
        }

        _items.Add(text);
        _length += text.Length + Between.Length;
    }

    /// <summary>The entry of what was added since the last one.</summary>
    public Entry Take(Session session, long lost)
    {
        var entry = SeenRecord.Of(session) with
        {
            Verb = verb,
            Target = string.Join(Between, _items),
            Detail = detail,
            Count = Count,
            Lost = lost,
            Payloads = _programs.Count == 0 ? [] : [new Payload("programs", "application/json", Json())],
        };
        _items.Clear();
        _programs.Clear();
        (_length, Count) = (0, 0);
        return entry;
    }

    // Both ends: an agent can make the beginning of a name as long as it likes, and the file is at its end.
    private static string Cut(string text) =>
        text.Length > MaxItem ? $"{text[..(MaxItem / 4)]}…{text[^(MaxItem * 3 / 4)..]}" : text;

    // INVARIANT: no file's name reads as two items, or as a count: what separates them doesn't stand in one.
    private static string Plain(string text) =>
        text.Replace(Between, "\\x3b ", StringComparison.Ordinal).Replace(" ×", " \\xd7", StringComparison.Ordinal);

    private byte[] Json() => JsonSerializer.SerializeToUtf8Bytes(_programs, JsonSerializerOptions.Web);

    /// <summary>One start of a program.</summary>
    private sealed record SeenProgram(
        string Path,
        string? Said,
        ImmutableArray<string> Arguments,
        int Process,
        int Parent
    );
}
