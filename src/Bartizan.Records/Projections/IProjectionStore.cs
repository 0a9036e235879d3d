namespace Bartizan.Records.Projections;

/// <summary>
/// A database that holds one log's projection. What it says is never taken for what the log says. For one thread at a time; database
/// errors come out as <see cref="System.Data.Common.DbException"/>.
/// </summary>
internal interface IProjectionStore : IDisposable
{
    /// <summary>What it was built from; null when it holds no projection of this layout.</summary>
    ProjectionMark? Mark();

    /// <summary>Throws away what there is and starts an empty projection of a log.</summary>
    void Reset(ProjectionMark empty);

    /// <summary>Adds to <paramref name="known"/> the ids of those texts that the projection holds.</summary>
    void Find(IReadOnlyCollection<string> texts, Dictionary<string, long> known);

    /// <summary>
    /// Adds a batch and moves the mark, both or neither. False when the mark wasn't <paramref name="from"/>: another process moved it.
    /// </summary>
    bool Append(ProjectionBatch batch, ProjectionMark from, ProjectionMark to);

    /// <summary>The largest id of a text.</summary>
    long LastText();

    /// <summary>
    /// Indexes above <paramref name="after"/> and below <paramref name="before"/> that a query may mean, in order, at most
    /// <paramref name="count"/>. The database stops when it is cancelled.
    /// </summary>
    /// <exception cref="OperationCanceledException">When it was.</exception>
    List<long> Candidates(
        Queries.LogQuery query,
        long after,
        long before,
        bool newestFirst,
        int count,
        CancellationToken cancellationToken
    );
}
