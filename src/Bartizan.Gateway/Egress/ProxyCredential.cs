using System.Text;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Egress;

/// <summary>Reads the session token out of a Proxy-Authorization field (RFC 7617 Basic, as the password; RFC 6750 Bearer).</summary>
internal static class ProxyCredential
{
    /// <summary>Longer than any token with its user name.</summary>
    private const int MaxLength = 1024;

    /// <summary>The session whose live token it is; null for anything else.</summary>
    public static SessionId? Verify(string field, ISessionTokens tokens)
    {
        var space = field.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || field.Length > MaxLength)
        {
            return null;
        }

        var scheme = field.AsSpan(0, space);
        var value = field.AsSpan(space + 1).Trim(' ');
        if (scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return tokens.Verify(value);
        }

        Span<byte> decoded = stackalloc byte[MaxLength];
        if (
            !scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            || !Convert.TryFromBase64Chars(value, decoded, out var written)
        )
        {
            return null;
        }

        var pair = decoded[..written];
        var colon = pair.IndexOf((byte)':');
        Span<char> token = stackalloc char[MaxLength];
        var length = Encoding.Latin1.GetChars(pair[(colon + 1)..], token);
        return colon < 0 ? null : tokens.Verify(token[..length]);
    }
}
