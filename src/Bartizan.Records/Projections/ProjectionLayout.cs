using System.Collections.Immutable;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Records.Entries;
using Bartizan.Records.Queries;

namespace Bartizan.Records.Projections;

/// <summary>
/// The tables of a projection, the same in each database: <c>mark</c> says what it was built from; <c>text</c> holds each text once, as it
/// is and folded; <c>entry</c> has a row for each entry, of numbers only: its index, its time, codes of closed choices, and ids of texts (0
/// for none). A projection says which entries may be meant; what is shown is read from the log.
/// </summary>
internal static class ProjectionLayout
{
    /// <summary>Columns of <c>entry</c> behind <c>idx</c> and <c>time</c>: choices and numbers, then ids of texts.</summary>
    public static ImmutableArray<string> Columns { get; } =
    [
        "kind",
        "verb",
        "decision",
        "verdict",
        "outcome",
        "labels",
        "observed",
        "passage",
        "session",
        "agent",
        "name",
        "person",
        "point",
        "target",
        "host",
        "reason",
        "detail",
        "needed",
        "credential",
        "policy",
        "action",
        "rules",
        "places",
        "tools",
    ];

    /// <summary>Where the ids of texts begin in <see cref="Columns"/>.</summary>
    public static int FirstText { get; } = Columns.IndexOf("session");

    /// <summary>Columns in which text without a key is looked for.</summary>
    public static ImmutableArray<string> Free { get; } =
    ["target", "reason", "detail", "needed", "credential", "agent", "person", "rules", "tools"];

    /// <summary>Changes with every table, column and code.</summary>
    public static string Version { get; } =
        Digest
            .Of(
                Encoding.UTF8.GetBytes(
                    string.Join(
                        '\n',
                        [
                            "projection 1",
                            .. Columns,
                            .. EntryNames<EntryKind>.All,
                            .. EntryNames<Verb>.All,
                            .. EntryNames<Effect>.All,
                            .. EntryNames<OutcomeKind>.All,
                        ]
                    )
                )
            )
            .ToString();

    /// <summary>A list as one text: each element between separators, found whole, by its start and by its end.</summary>
    public static string? List(IEnumerable<string> elements)
    {
        var all = new StringBuilder();
        foreach (var element in elements)
        {
            all.Append(TextPattern.Separator).Append(Storable(element));
        }

        return all.Length == 0 ? null : all.Append(TextPattern.Separator).ToString();
    }

    /// <summary>A storable text, or a list of them, as <see cref="TextPattern.Fold"/> would have it; a list's separators stay.</summary>
    public static string Fold(string storable) => storable.ToLowerInvariant();

    /// <summary>A text without the characters that no database can hold or that mark a list's elements.</summary>
    public static string Storable(string text) => text.Replace('\0', '\uFFFD').Replace(TextPattern.Separator, '\uFFFD');
}
