using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using Bartizan.Client.Identity;

namespace Bartizan.Daemon.Identity;

/// <summary>
/// What an endpoint shows in TLS. Certificates are renewed, so the files are looked at with each connection and each minute:
/// <code>
/// changed? ─ no ──────────────────────────► the pair of before
///          ─ yes ─ read ─ fit ────────────► the new pair, from this connection on
///                       ─ not ── said once ► the pair of before, until the files change again
/// </code>
/// </summary>
internal sealed class ServedCertificate : IDisposable
{
    /// <summary>How long before its end a certificate is complained of.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly TlsFiles _files;
    private readonly Action<string> _say;
    private readonly TimeProvider _clock;
    private readonly string _whose;
    private readonly ITimer _looks;
    private TlsPair _pair;
    private string _stamp;
    private string? _unfit;
    private string? _said;

    private ServedCertificate(
        TlsFiles files,
        string stamp,
        TlsPair pair,
        Action<string> say,
        TimeProvider clock,
        string whose
    )
    {
        (_files, _stamp, _pair, _say, _clock, _whose) = (files, stamp, pair, say, clock, whose);
        Look();
        _looks = clock.CreateTimer(static one => ((ServedCertificate)one!).Look(), this, s_every, s_every);
    }

    /// <summary>Reads the files for the first time.</summary>
    /// <exception cref="IOException">They aren't fit to be served.</exception>
    public static ServedCertificate Open(
        TlsFiles files,
        Action<string> say,
        TimeProvider clock,
        string whose = "the identity's"
    )
    {
        // Before they are read, so that a change meanwhile is seen next time.
        var stamp = files.Stamp();
        return new ServedCertificate(files, stamp, TlsPair.Read(files, clock.GetUtcNow()), say, clock, whose);
    }

    /// <summary>What to show on a connection that comes now.</summary>
    public SslStreamCertificateContext Now() => Look().Pair.Served;

    /// <summary>SHA-256 of what is shown now, in pairs of digits, as browsers show it.</summary>
    public string Fingerprint() =>
        string.Join(
            ':',
            SHA256
                .HashData(Look().Pair.Served.TargetCertificate.RawDataMemory.Span)
                .Select(b => b.ToString("X2", CultureInfo.InvariantCulture))
        );

    /// <summary>How it stands.</summary>
    public IdentityTls Standing()
    {
        var (pair, problem) = Look();
        return new IdentityTls(pair.Ends, problem);
    }

    /// <inheritdoc/>
    public void Dispose() => _looks.Dispose();

    private (TlsPair Pair, string? Problem) Look()
    {
        lock (_lock)
        {
            if (_files.Stamp() is var stamp && stamp != _stamp)
            {
                _stamp = stamp;
                Read();
            }

            var problem = Problem();
            if (problem is not null && problem != _said)
            {
                _say($"{_whose} TLS: {problem}");
            }

            _said = problem;
            return (_pair, problem);
        }
    }

    // The pair of before isn't disposed: a handshake may be using it.
    private void Read()
    {
        try
        {
            _pair = TlsPair.Read(_files, _clock.GetUtcNow());
            _unfit = null;
            _say($"{_whose} TLS: a new certificate is served, until {_pair.Ends.UtcDateTime:u}");
        }
        catch (IOException e)
        {
            _unfit = $"{e.Message}; the certificate from before is served on";
        }
    }

    private string? Problem()
    {
        var left = _pair.Ends - _clock.GetUtcNow();
        var ends =
            left <= TimeSpan.Zero ? $"the certificate ended on {_pair.Ends.UtcDateTime:u}: clients refuse it"
            : left <= Soon ? $"the certificate ends on {_pair.Ends.UtcDateTime:u}"
            : null;
        return (_unfit, ends) switch
        {
            (null, var one) => one,
            (var one, null) => one,
            var (one, other) => $"{one}; {other}",
        };
    }
}
