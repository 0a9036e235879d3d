using System.Collections.Immutable;
using Bartizan.Core.Entries;

namespace Bartizan.Records.Journals;

/// <summary>What the log knows of the instance's vault.</summary>
/// <param name="Mark">The last change that was recorded; the default for none.</param>
/// <param name="LastUses">When each version was lent last, by its handle.</param>
public sealed record RecordedVault(VaultMark Mark, ImmutableDictionary<string, DateTimeOffset> LastUses)
{
    /// <summary>Nothing.</summary>
    public static RecordedVault Nothing { get; } =
        new(default, ImmutableDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal));

    /// <summary>The same with one entry more.</summary>
    public RecordedVault With(Entry entry, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return VaultMark.In(entry.Detail) is { } mark ? this with { Mark = mark }
            : entry.Credential is { } handle && entry.Session != default
                ? this with
                {
                    LastUses = LastUses.SetItem(handle, time),
                }
            : this;
    }
}
