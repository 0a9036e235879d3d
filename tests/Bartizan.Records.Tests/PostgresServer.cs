using System.Diagnostics;
using Npgsql;

namespace Bartizan.Records.Tests;

/// <summary>
/// A real PostgreSQL of the distribution, in a directory of its own, on a Unix socket there, as an unprivileged user; ended by its pid.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    // `nobody` on Debian: PostgreSQL refuses to run as root.
    private const string Unprivileged = "65534";
    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-pg-").FullName;
    private Process? _server;

    /// <summary>Why there is none; null when there is.</summary>
    public string? Missing { get; private set; }

    /// <summary>How to reach it.</summary>
    public string ConnectionString => $"Host={_home};Username=bartizan;Database=postgres";

    public async ValueTask InitializeAsync()
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Max()
            : null;
        if (programs is null || !File.Exists(Path.Combine(programs, "initdb")))
        {
            Missing = "PostgreSQL isn't installed: apt-get install postgresql-15";
            return;
        }

        if (Environment.IsPrivilegedProcess)
        {
            using var own = Process.Start("chown", [Unprivileged, _home]);
            await own.WaitForExitAsync();
        }

        var data = Path.Combine(_home, "data");
        using var made = Start(
            Path.Combine(programs, "initdb"),
            ["-D", data, "-U", "bartizan", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        );
        var words = await made.StandardError.ReadToEndAsync();
        await made.WaitForExitAsync();
        if (made.ExitCode != 0)
        {
            throw new InvalidOperationException(words);
        }

        // fsync off: it is thrown away, and other tests want the disk.
        string[] settings = ["listen_addresses=", $"unix_socket_directories={_home}", "fsync=off"];
        _server = Start(
            Path.Combine(programs, "postgres"),
            ["-D", data, .. settings.SelectMany(setting => (string[])["-c", setting])]
        );
        _ = _server.StandardError.BaseStream.CopyToAsync(Stream.Null);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString);
                await connection.OpenAsync(limit.Token);
                return;
            }
            catch (NpgsqlException) when (!_server.HasExited)
            {
                await Task.Delay(50, limit.Token);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { HasExited: false })
        {
            // SIGINT is its fast way to stop.
            using var kill = Process.Start("kill", ["-INT", $"{_server.Id}"]);
            await kill.WaitForExitAsync();
            await _server.WaitForExitAsync();
        }

        _server?.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    // setpriv becomes the program, so that the pid is the server's.
    private Process Start(string program, string[] words)
    {
        string[] command = Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid", Unprivileged, "--regid", Unprivileged, "--clear-groups", program, .. words]
            : [program, .. words];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = _home,
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }
}
