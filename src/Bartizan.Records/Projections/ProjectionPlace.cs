using Bartizan.Records.Journals;

namespace Bartizan.Records.Projections;

/// <summary>
/// Where an instance's projection is: the file <c>index.db</c> in its state directory, or the PostgreSQL database whose connection string
/// stands in <c>index.postgres</c> there.
/// </summary>
public sealed record ProjectionPlace
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The state directory.</summary>
    public required string Home { get; init; }

    /// <summary>The log and what belongs to it.</summary>
    public JournalOptions Record => JournalOptions.In(Home);

    /// <summary>The embedded database.</summary>
    public string Database => Path.Combine(Home, "index.db");

    /// <summary>Holds one line, a connection string of PostgreSQL; 0600, since a password may stand in it.</summary>
    public string PostgresFile => Path.Combine(Home, "index.postgres");

    // Held by whoever writes the projection: the daemon as long as it runs, else a command for a moment.
    private string LockFile => Path.Combine(Home, "index.lock");

    // Its presence says that the projection was caught in a lie; who writes next builds it again.
    private string DistrustFile => Path.Combine(Home, "index.distrusted");

    /// <summary>Has the projection built again by whoever writes it next.</summary>
    public void Distrust() => File.WriteAllText(DistrustFile, "");

    /// <summary>The log's name; null while there is no log.</summary>
    internal string? Origin()
    {
        var path = Path.Combine(Record.LogDirectory, "vkey");
        return File.Exists(path) && File.ReadAllText(path).Split('+', 3) is [{ Length: > 0 } name, _, _] ? name : null;
    }

    /// <summary>The right to write the projection; null while another process has it.</summary>
    internal FileStream? TryLock()
    {
        try
        {
            return new FileStream(
                LockFile,
                new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = Private,
                }
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Opens the database to read from; null when there is none.</summary>
    internal IProjectionStore? OpenToRead() => IsDistrusted ? null : Open(mayWrite: false);

    /// <summary>Opens the database to write to, by who has the lock. A file that is broken or was caught lying is taken away.</summary>
    internal IProjectionStore OpenToWrite()
    {
        var distrusted = IsDistrusted;
        if (Postgres() is null && (distrusted || IsBroken()))
        {
            SqliteProjection.Delete(Database);
        }

        var store = Open(mayWrite: true)!;
        if (distrusted)
        {
            store.Reset(new ProjectionMark(ProjectionLayout.Version, "", 0, ""));
            File.Delete(DistrustFile);
        }

        return store;
    }

    /// <summary>True when somebody caught the projection lying and nobody has built it again yet.</summary>
    internal bool IsDistrusted => File.Exists(DistrustFile);

    private bool IsBroken()
    {
        try
        {
            using var store = SqliteProjection.Open(Database, mayWrite: false);
            _ = store?.Mark();
            return false;
        }
        catch (System.Data.Common.DbException)
        {
            return true;
        }
    }

    private IProjectionStore? Open(bool mayWrite) =>
        Postgres() is { } connection
            ? PostgresProjection.Open(connection, Origin() ?? "", mayWrite)
            : SqliteProjection.Open(Database, mayWrite);

    private string? Postgres()
    {
        if (!File.Exists(PostgresFile))
        {
            return null;
        }

        if ((File.GetUnixFileMode(PostgresFile) & ~Private) != UnixFileMode.None)
        {
            throw new IOException($"`{PostgresFile}` may hold a password: run `chmod 600` on it");
        }

        return File.ReadAllText(PostgresFile).Trim() is { Length: > 0 } text
            ? text
            : throw new IOException($"`{PostgresFile}` is empty: put a connection string into it, or remove it");
    }
}
