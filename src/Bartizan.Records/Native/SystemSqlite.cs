using System.Runtime.InteropServices;
using SQLitePCL;

namespace Bartizan.Records.Native;

/// <summary>
/// The distribution's SQLite, which gets its security updates; none is shipped. Nothing is declared here: the package's own imports are
/// pointed at <c>libsqlite3.so.0</c>.
/// </summary>
internal static class SystemSqlite
{
    private const string Library = "libsqlite3.so.0";

    // WITH … AS MATERIALIZED.
    private const int OldestVersion = 3_035_000;

    private static readonly Lazy<string?> s_problem = new(Load);

    /// <summary>Why SQLite can't be used; null when it can.</summary>
    public static string? Problem => s_problem.Value;

    private static string? Load()
    {
        if (!NativeLibrary.TryLoad(Library, out var library))
        {
            return $"`{Library}` is missing: install the package `libsqlite3-0`";
        }

        NativeLibrary.SetDllImportResolver(
            typeof(SQLite3Provider_e_sqlite3).Assembly,
            (name, _, _) => name == "e_sqlite3" ? library : IntPtr.Zero
        );
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return raw.sqlite3_libversion_number() >= OldestVersion
            ? null
            : $"`{Library}` is version {raw.sqlite3_libversion().utf8_to_string()}, which is older than 3.35: update the package `libsqlite3-0`";
    }
}
