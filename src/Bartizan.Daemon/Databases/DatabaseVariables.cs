using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Daemon.Databases;

/// <summary>Tells PostgreSQL clients inside a sandbox where the databases are. There is no password among it: none is asked for.</summary>
internal static class DatabaseVariables
{
    private const string Address = "127.0.0.1";

    private const string Port = "5432";

    /// <summary>The role that clients name; which one they are is the gateway's to say.</summary>
    private const string User = "agent";

    /// <summary>The variables; with one database it is the one that clients mean when they name none.</summary>
    public static ImmutableDictionary<string, string> Of(ImmutableDictionary<string, ToolDatabase> databases)
    {
        if (databases.IsEmpty)
        {
            return ImmutableDictionary<string, string>.Empty;
        }

        var variables = ImmutableDictionary<string, string>
            .Empty.Add("PGHOST", Address)
            .Add("PGPORT", Port)
            .Add("PGUSER", User)
            .Add("PGSSLMODE", "disable")
            .Add("PGGSSENCMODE", "disable");
        return databases.Count > 1
            ? variables
            : variables
                .Add("PGDATABASE", databases.Keys.Single())
                .Add("DATABASE_URL", $"postgres://{User}@{Address}:{Port}/{databases.Keys.Single()}?sslmode=disable");
    }
}
