using System.Collections.Immutable;

namespace Bartizan.Core.Queries;

/// <summary>What one query that only reads does.</summary>
/// <param name="Tables">The tables it reads.</param>
/// <param name="Functions">The functions it calls, in lower case.</param>
/// <param name="Rows">The most rows it returns; null when it doesn't say so with a number.</param>
internal sealed record SqlQuery(ImmutableArray<SqlTable> Tables, ImmutableArray<string> Functions, long? Rows);
