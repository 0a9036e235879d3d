namespace Bartizan.Records.Projections;

/// <summary>What a projection was built from.</summary>
/// <param name="Layout">The layout of its tables; another program's is thrown away.</param>
/// <param name="Origin">The log.</param>
/// <param name="Size">How many entries of it, from the first on.</param>
/// <param name="Fit">The hash of the last of them; empty for no entries.</param>
internal sealed record ProjectionMark(string Layout, string Origin, long Size, string Fit);
