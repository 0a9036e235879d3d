namespace Bartizan.Core.Queries;

/// <summary>A table that a query reads.</summary>
/// <param name="Name">Its name with its schema, as the query writes it.</param>
/// <param name="IsQuoted">True when a part of it stands in quotes: its case then counts.</param>
internal sealed record SqlTable(string Name, bool IsQuoted)
{
    /// <summary>The name that it is compared by.</summary>
    public string Folded => IsQuoted ? Name : Name.ToLowerInvariant();
}
