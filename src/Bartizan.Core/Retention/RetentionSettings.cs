using System.Collections.Immutable;
using Bartizan.Core.Entries;

namespace Bartizan.Core.Retention;

/// <summary>How long what is kept. What isn't named is kept for ever.</summary>
public sealed record RetentionSettings
{
    /// <summary>Everything is kept for ever.</summary>
    public static RetentionSettings Forever { get; } = new();

    /// <summary>How long payloads are kept, by their class; null for ever.</summary>
    public ImmutableDictionary<PayloadClass, TimeSpan?> Payloads { get; init; } =
        ImmutableDictionary<PayloadClass, TimeSpan?>.Empty;

    /// <summary>How long payloads of every other class are kept; null for ever.</summary>
    public TimeSpan? PayloadDefault { get; init; }

    /// <summary>How long entries are kept, by their kind; null for ever.</summary>
    public ImmutableDictionary<EntryKind, TimeSpan?> Entries { get; init; } =
        ImmutableDictionary<EntryKind, TimeSpan?>.Empty;

    /// <summary>How long entries of every other kind are kept; null for ever.</summary>
    public TimeSpan? EntryDefault { get; init; }

    /// <summary>Where archives of pruned entries are put; the instance's own place if null.</summary>
    public string? Archive { get; init; }

    /// <summary>True when nothing is ever destroyed or pruned.</summary>
    public bool KeepsEverything =>
        PayloadDefault is null
        && EntryDefault is null
        && Payloads.Values.All(age => age is null)
        && Entries.Values.All(age => age is null);

    /// <summary>How long payloads of a class are kept after their session's last entry; null for ever.</summary>
    public TimeSpan? AgeOf(PayloadClass payloads) => Payloads.TryGetValue(payloads, out var age) ? age : PayloadDefault;

    /// <summary>How long entries of a kind are kept; null for ever.</summary>
    public TimeSpan? AgeOf(EntryKind kind) => Entries.TryGetValue(kind, out var age) ? age : EntryDefault;
}
