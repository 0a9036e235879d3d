using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace Bartizan.Vault.Tests.Providers;

/// <summary>
/// A real PostgreSQL of the distribution on a free port of loopback, with SCRAM and TLS, as an unprivileged user, ended by its pid. It has
/// a shop: its own administrator, who is no superuser, and tables that no agent may see whole.
/// </summary>
public sealed class OwnPostgres : IAsyncLifetime
{
    /// <summary>The password of the role that makes roles.</summary>
    public const string Password = "Adm-9f2c7be1d04a4c63";

    // `nobody` on Debian: PostgreSQL refuses to run as root.
    private const string Unprivileged = "65534";

    private const string SuperPassword = "Sup-51a0c9d27e";

    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-own-pg-").FullName;
    private Process? _server;

    /// <summary>Why there is none; null when there is.</summary>
    public string? Missing { get; private set; }

    public int Port { get; private set; }

    /// <summary>The address for a manifest, without TLS.</summary>
    public string Url => $"postgres://bartizan@127.0.0.1:{Port}/shop?sslmode=disable";

    /// <summary>The address for a manifest, with TLS.</summary>
    public string TlsUrl => $"postgres://bartizan@localhost:{Port}/shop";

    /// <summary>The authority of the server's certificate.</summary>
    public string Authority => Path.Combine(_home, "ca.pem");

    /// <summary>Where its programs are.</summary>
    public static string Programs { get; } =
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Max()!
            : "";

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Path.Combine(Programs, "initdb")))
        {
            Missing = "PostgreSQL isn't installed: apt-get install postgresql-15";
            return;
        }

        var word = Path.Combine(_home, "word");
        File.WriteAllText(word, SuperPassword);
        WriteCertificate();
        File.SetUnixFileMode(
            _home,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute
        );
        if (Environment.IsPrivilegedProcess)
        {
            using var own = Process.Start("chown", ["-R", Unprivileged, _home]);
            await own.WaitForExitAsync();
        }

        var data = Path.Combine(_home, "data");
        using var made = Spawn(
            "initdb",
            [
                "-D",
                data,
                "-U",
                "super",
                "-A",
                "scram-sha-256",
                $"--pwfile={word}",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ]
        );
        var words = await made.StandardError.ReadToEndAsync();
        await made.WaitForExitAsync();
        if (made.ExitCode != 0)
        {
            throw new InvalidOperationException(words);
        }

        Port = FreePort.Next();
        await StartAsync();
        await using (var super = await SuperAsync("postgres"))
        {
            await RunAsync(super, $"CREATE ROLE bartizan LOGIN CREATEROLE PASSWORD '{Password}'");
            await RunAsync(super, "CREATE DATABASE shop OWNER bartizan");
        }

        await using var admin = await OpenAsync(
            $"Host=127.0.0.1;Port={Port};Username=bartizan;Password={Password};Database=shop"
        );
        await RunAsync(admin, Shop);
    }

    private const string Shop = """
        CREATE SCHEMA IF NOT EXISTS hidden;
        CREATE TABLE public.orders (id serial PRIMARY KEY, customer int, status text, total numeric, note text);
        CREATE TABLE public.customers (id int PRIMARY KEY, name text, card text);
        CREATE TABLE public.secrets (id int, word text);
        CREATE TABLE hidden.orders (id int, status text);
        INSERT INTO public.orders (customer, status, total, note)
            SELECT i % 3, 'open', i * 1.5, 'note ' || i FROM generate_series(1, 100) i;
        INSERT INTO public.customers VALUES (0, 'Ann', '4111-CARD-0'), (1, 'Bob', '4111-CARD-1'), (2, 'Cyd', '4111-CARD-2');
        INSERT INTO public.secrets VALUES (1, 'SESAME-81');
        INSERT INTO hidden.orders VALUES (1, 'HIDDEN-ROW');
        CREATE FUNCTION public.lower(varchar) RETURNS text LANGUAGE sql AS $$ SELECT 'SHADOWED' $$;
        """;

    /// <summary>Starts the server; it was stopped, or never ran.</summary>
    public async Task StartAsync()
    {
        // fsync off: it is thrown away, and other tests want the disk.
        string[] settings =
        [
            "listen_addresses=127.0.0.1",
            $"port={Port}",
            $"unix_socket_directories={_home}",
            "fsync=off",
            "ssl=on",
            $"ssl_cert_file={_home}/server.pem",
            $"ssl_key_file={_home}/server.key",
            "log_statement=all",
            "log_connections=on",
        ];
        _server = Spawn(
            "postgres",
            ["-D", Path.Combine(_home, "data"), .. settings.SelectMany(s => (string[])["-c", s])]
        );
        _ = KeepLogAsync(_server.StandardError);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                await using var connection = await SuperAsync("postgres");
                return;
            }
            catch (NpgsqlException) when (!_server.HasExited)
            {
                await Task.Delay(50, limit.Token);
            }
        }
    }

    /// <summary>What the server wrote to its log.</summary>
    public string Log
    {
        get
        {
            lock (_home)
            {
                return _log.ToString();
            }
        }
    }

    private readonly System.Text.StringBuilder _log = new();

    private async Task KeepLogAsync(StreamReader errors)
    {
        while (await errors.ReadLineAsync() is { } line)
        {
            lock (_home)
            {
                _log.AppendLine(line);
            }
        }
    }

    /// <summary>Stops the server.</summary>
    public async Task StopAsync()
    {
        if (_server is { HasExited: false })
        {
            // SIGINT is its fast way to stop.
            using var kill = Process.Start("kill", ["-INT", $"{_server.Id}"]);
            await kill.WaitForExitAsync();
            await _server.WaitForExitAsync();
        }

        _server?.Dispose();
        _server = null;
    }

    /// <summary>The roles that were made for sessions.</summary>
    public async Task<IReadOnlyList<string>> RolesAsync()
    {
        await using var super = await SuperAsync("postgres");
        await using var command = super.CreateCommand();
        command.CommandText = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'bz\\_%'";
        await using var reader = await command.ExecuteReaderAsync();
        var roles = new List<string>();
        while (await reader.ReadAsync())
        {
            roles.Add(reader.GetString(0));
        }

        return roles;
    }

    /// <summary>A connection as the superuser.</summary>
    public Task<NpgsqlConnection> SuperAsync(string database) =>
        OpenAsync($"Host=127.0.0.1;Port={Port};Username=super;Password={SuperPassword};Database={database}");

    /// <summary>Runs statements.</summary>
    public static async Task RunAsync(NpgsqlConnection connection, string text)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_home, recursive: true);
    }

    private static async Task<NpgsqlConnection> OpenAsync(string words)
    {
        var connection = new NpgsqlConnection($"{words};Pooling=false;Timeout=5");
        try
        {
            await connection.OpenAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private void WriteCertificate()
    {
        using var authority = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=test authority", authority, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var (from, until) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var root = rootRequest.CreateSelfSigned(from, until);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var leaf = request.Create(root, from, until, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Authority, root.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_home, "server.pem"), leaf.ExportCertificatePem());
        var place = Path.Combine(_home, "server.key");
        File.WriteAllText(place, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(place, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(
            Authority,
            UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.UserWrite
        );
    }

    // setpriv becomes the program, so that the pid is the server's.
    private Process Spawn(string program, string[] words)
    {
        var path = Path.Combine(Programs, program);
        string[] command = Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid", Unprivileged, "--regid", Unprivileged, "--clear-groups", path, .. words]
            : [path, .. words];
        return Process.Start(
            new ProcessStartInfo(command[0], command[1..])
            {
                WorkingDirectory = _home,
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            }
        )!;
    }
}
