using System.Collections.Immutable;

namespace Bartizan.Core.Queries;

/// <summary>What one statement does.</summary>
/// <param name="Tables">The tables that it names.</param>
/// <param name="Functions">The functions it calls, in lower case.</param>
/// <param name="Rows">The most rows it returns; null when it doesn't say so with a number.</param>
internal sealed record SqlQuery(ImmutableArray<SqlTable> Tables, ImmutableArray<string> Functions, long? Rows)
{
    /// <summary>What it begins with.</summary>
    public SqlVerb Verb { get; init; } = SqlVerb.Select;

    /// <summary>The columns that it reads, without their tables; <c>*</c> for all.</summary>
    public ImmutableArray<string> Columns { get; init; } = [];

    /// <summary>The columns that it writes; <c>*</c> for all.</summary>
    public ImmutableArray<string> Sets { get; init; } = [];

    /// <summary>True where a WITH reads itself: a text can then be made of any number of rows.</summary>
    public bool IsRecursive { get; init; }

    /// <summary>What a name stands for where it says no schema: the schema's, by the index of the token.</summary>
    public ImmutableArray<(int Token, string Schema)> Schemas { get; init; } = [];
}
