using SQLitePCL;

namespace Bartizan.Records.Native;

/// <summary>
/// Ends SQLite's statements when nobody waits for them any more: the library itself looks every so many of its instructions, so that a
/// cancellation counts whenever it comes, before a statement's first row too.
/// </summary>
internal sealed class SqliteStop : IDisposable
{
    // A look costs some nanoseconds; an instruction that searches a long text takes some microseconds.
    private const int Instructions = 1000;

    private readonly sqlite3 _database;

    /// <summary>Looks from now on.</summary>
    public SqliteStop(sqlite3 database, CancellationToken cancellationToken)
    {
        _database = database;
        raw.sqlite3_progress_handler(
            database,
            Instructions,
            _ => cancellationToken.IsCancellationRequested ? 1 : 0,
            null
        );
    }

    /// <inheritdoc/>
    public void Dispose() => raw.sqlite3_progress_handler(_database, 0, null, null);
}
