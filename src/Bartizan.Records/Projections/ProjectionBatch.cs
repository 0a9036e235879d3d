namespace Bartizan.Records.Projections;

/// <summary>What one transaction adds to a projection.</summary>
/// <param name="Texts">New texts with their ids.</param>
/// <param name="Rows">Entries; each row its index, its time, and then the numbers of <see cref="ProjectionLayout.Columns"/>.</param>
internal sealed record ProjectionBatch(
    IReadOnlyList<(long Id, string Text)> Texts,
    IReadOnlyList<(long Index, DateTimeOffset Time, long[] Columns)> Rows
);
