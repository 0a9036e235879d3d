using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Vault.Tokens;

/// <summary>
/// Session tokens: <c>bz_</c> and 54 characters of base64url, of which 64 bits find the token and 256 random bits prove it.
/// What is kept is the SHA-256 of the proving part, so that neither a memory dump nor a log gives a token away. A token is
/// worth nothing once its session has ended, and nothing outside this instance.
/// </summary>
public sealed class SessionTokens : ISessionTokens
{
    private const string Prefix = "bz_";
    private const int IdBytes = sizeof(ulong);
    private const int ProofBytes = 32;
    private const int TextLength = 3 + 54;

    private readonly ConcurrentDictionary<ulong, Held> _held = new();

    /// <summary>Makes a token for a session. It can't be read again.</summary>
    public string Mint(SessionId session)
    {
        Span<byte> token = stackalloc byte[IdBytes + ProofBytes];
        while (true)
        {
            RandomNumberGenerator.Fill(token);
            var held = new Held(session, SHA256.HashData(token[IdBytes..]));
            if (_held.TryAdd(BinaryPrimitives.ReadUInt64LittleEndian(token), held))
            {
                var text = Prefix + Base64Url.EncodeToString(token);
                CryptographicOperations.ZeroMemory(token);
                return text;
            }
        }
    }

    /// <inheritdoc/>
    public SessionId? Verify(ReadOnlySpan<char> token)
    {
        if (token.Length != TextLength || !token.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[IdBytes + ProofBytes];
        var status = Base64Url.DecodeFromChars(token[Prefix.Length..], bytes, out _, out var length);
        if (status != OperationStatus.Done || length != bytes.Length)
        {
            return null;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[IdBytes..], digest);
        var known = _held.TryGetValue(BinaryPrimitives.ReadUInt64LittleEndian(bytes), out var held);
        CryptographicOperations.ZeroMemory(bytes);
        return known && CryptographicOperations.FixedTimeEquals(digest, held!.Digest) ? held.Session : null;
    }

    /// <summary>Makes every token of a session worthless, at once.</summary>
    public void Revoke(SessionId session)
    {
        foreach (var (id, held) in _held)
        {
            if (held.Session == session)
            {
                _held.TryRemove(id, out _);
            }
        }
    }

    private sealed record Held(SessionId Session, byte[] Digest);
}
