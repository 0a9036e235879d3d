using System.Collections.Immutable;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Export.Formats;

/// <summary>A session's labels by name.</summary>
internal static class LabelNames
{
    /// <summary>The labels that are set.</summary>
    public static ImmutableArray<string> Of(Labels labels) =>
        [
            .. Enum.GetValues<Labels>()
                .Where(label => label != Labels.None && labels.HasFlag(label))
                .Select(EntryNames<Labels>.Of),
        ];
}
