using System.Collections.Immutable;

namespace Bartizan.Vault.Providers;

/// <summary>A table as its database describes it.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Sequences">The sequences that columns take their defaults of, quoted as they must be.</param>
internal sealed record KnownTable(
    string Schema,
    string Name,
    ImmutableHashSet<string> Columns,
    ImmutableArray<string> Sequences
);
