using Bartizan.Core.Entries;
using Bartizan.Core.Exports;

namespace Bartizan.Records.Export;

/// <summary>Which entries a sink is sent.</summary>
internal static class SinkFilter
{
    /// <summary>True when the entry is sent.</summary>
    public static bool Passes(SinkSettings settings, Entry entry) =>
        (settings.Kinds.IsEmpty || settings.Kinds.Contains(entry.Kind))
        && (settings.Decisions.IsEmpty || entry.Effect is not { } effect || settings.Decisions.Contains(effect));
}
