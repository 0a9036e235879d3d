using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bartizan.Records.Tests.Export;

/// <summary>The distribution's rsyslog with a configuration and a folder of its own, receiving syslog over TLS; ended by its id.</summary>
internal sealed class Rsyslog : IDisposable
{
    private const string Program = "/usr/sbin/rsyslogd";
    private static readonly string[] s_modules = ["/usr/lib", "/usr/lib64", "/lib"];

    private readonly Process _process;
    private readonly string _folder;

    private Rsyslog(Process process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
    }

    /// <summary>What is missing here; null when nothing is.</summary>
    public static string? Missing =>
        !File.Exists(Program) ? "rsyslog is not installed"
        : Driver is null ? "rsyslog's module for TLS (rsyslog-gnutls or rsyslog-openssl) is not installed"
        : null;

    public int Port { get; }

    /// <summary>The authority that its certificate is of.</summary>
    public string Authority => Path.Combine(_folder, "ca.pem");

    /// <summary>What it received: one JSON object a line, made by rsyslog's own parser.</summary>
    public string Output => Path.Combine(_folder, "out.json");

    private static string? Driver =>
        Find("lmnsd_gtls.so") is not null ? "gtls"
        : Find("lmnsd_ossl.so") is not null ? "ossl"
        : null;

    /// <summary>Starts it; at <paramref name="port"/>, and with the folder of one before, when it comes back.</summary>
    public static async Task<Rsyslog> StartAsync(int port = 0, string? folder = null)
    {
        folder ??= Directory.CreateTempSubdirectory("bartizan-rsyslog-").FullName;
        port = port == 0 ? FreePort.Next() : port;
        if (!File.Exists(Path.Combine(folder, "ca.pem")))
        {
            MakeCertificates(folder);
        }

        var configuration = Path.Combine(folder, "rsyslog.conf");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            global(
              workDirectory="{{folder}}"
              defaultNetstreamDriver="{{Driver}}"
              defaultNetstreamDriverCAFile="{{folder}}/ca.pem"
              defaultNetstreamDriverCertFile="{{folder}}/server.pem"
              defaultNetstreamDriverKeyFile="{{folder}}/server.key"
              parser.escapeControlCharactersOnReceive="off"
            )
            module(load="imtcp" StreamDriver.Name="{{Driver}}" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
            template(name="json" type="list" option.jsonf="on") {
              property(outname="pri" name="pri" format="jsonf")
              property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
              property(outname="app" name="app-name" format="jsonf")
              property(outname="proc" name="procid" format="jsonf")
              property(outname="kind" name="msgid" format="jsonf")
              property(outname="data" name="structured-data" format="jsonf")
              property(outname="message" name="msg" format="jsonf")
            }
            input(type="imtcp" address="127.0.0.1" port="{{port}}")
            action(type="omfile" file="{{folder}}/out.json" template="json")
            """
        );
        var process = Process.Start(
            new ProcessStartInfo(Program, ["-n", "-f", configuration, "-i", Path.Combine(folder, "pid")])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            }
        )!;
        var peer = new Rsyslog(process, folder, port);
        await peer.ReadyAsync();
        return peer;
    }

    /// <summary>Ends it, and keeps its folder for when it comes back.</summary>
    public async Task<string> StopAsync(bool atOnce)
    {
        if (atOnce)
        {
            _process.Kill();
        }
        else
        {
            using var term = Process.Start(
                "/bin/kill",
                ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]
            );
            await term.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        return _folder;
    }

    public void Dispose()
    {
        try
        {
            _process.Kill();
            _process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // Ended already.
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ReadyAsync()
    {
        for (var tries = 0; tries < 400; tries++)
        {
            using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                await Task.Delay(25);
            }
        }

        throw new InvalidOperationException(
            $"rsyslog did not come up: {await _process.StandardError.ReadToEndAsync()}"
        );
    }

    private static void MakeCertificates(string folder)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch.AddYears(40),
            DateTimeOffset.UnixEpoch.AddYears(90)
        );
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        server.CertificateExtensions.Add(names.Build());
        using var certificate = server.Create(
            authority,
            DateTimeOffset.UnixEpoch.AddYears(41),
            DateTimeOffset.UnixEpoch.AddYears(80),
            [1, 2, 3]
        );
        File.WriteAllText(Path.Combine(folder, "ca.pem"), authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "server.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private static string? Find(string module) =>
        s_modules
            .Where(Directory.Exists)
            .SelectMany(folder => new[] { folder }.Concat(Directory.EnumerateDirectories(folder)))
            .Select(folder => Path.Combine(folder, "rsyslog", module))
            .FirstOrDefault(File.Exists);
}
