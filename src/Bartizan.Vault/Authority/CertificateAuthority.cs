using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Keys;

namespace Bartizan.Vault.Authority;

/// <summary>
/// The installation's certificate authority, made when a session first needs it. Whoever holds its key can be any host towards the
/// sandboxes that trust it, and towards nothing else: no host trusts it. A session keeps the authority that it began with; one
/// whose end is near is replaced for the sessions to come.
/// </summary>
public sealed class CertificateAuthority(IKeyDisk disk, TimeProvider clock) : ICertificateMint, IDisposable
{
    /// <summary>Longer than any session lives.</summary>
    public static readonly TimeSpan ReplaceBefore = TimeSpan.FromDays(30);

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<SessionId, SigningAuthority> _sessions = new();
    private SigningAuthority? _current;

    /// <inheritdoc/>
    public string AuthorityOf(SessionId session) => Of(session).Pem;

    /// <inheritdoc/>
    public SslStreamCertificateContext Certify(SessionId session, HostName host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return Of(session).Certify(host, clock.GetUtcNow());
    }

    /// <inheritdoc/>
    public void Forget(SessionId session) => _sessions.TryRemove(session, out _);

    /// <inheritdoc/>
    public void Dispose() => _current?.Dispose();

    private SigningAuthority Of(SessionId session)
    {
        if (_sessions.TryGetValue(session, out var held))
        {
            return held;
        }

        lock (_lock)
        {
            return _sessions.GetOrAdd(session, Current());
        }
    }

    private SigningAuthority Current()
    {
        var now = clock.GetUtcNow();
        _current ??= Read();
        if (_current is { } kept && now < kept.Ends - ReplaceBefore)
        {
            return kept;
        }

        // The one before lives on in its sessions, and with them it goes.
        var made = SigningAuthority.Make($"Bartizan {now:yyyy-MM-dd} {RandomNumberGenerator.GetHexString(8)}", now);
        disk.Replace(made.ToPem());
        return _current = made;
    }

    private SigningAuthority? Read()
    {
        try
        {
            return disk.Read() is { } text ? SigningAuthority.Read(text) : null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new IOException("the authority's file can't be read; move it away, and another is made", e);
        }
    }
}
