namespace Bartizan.Core.Queries;

/// <summary>A table that a query reads.</summary>
/// <param name="Name">Its name with its schema, each part as a server reads it: in quotes its case counts, without it doesn't.</param>
internal sealed record SqlTable(string Name);
