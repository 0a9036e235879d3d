using System.Collections.Immutable;
using System.Globalization;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>A cookie as a host set it (RFC 6265, 5.2).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, as it is sent back.</param>
/// <param name="Path">The path that it is for, and all below.</param>
/// <param name="Ends">When it is over; null for the session's end.</param>
internal sealed record KeptCookie(string Name, string Value, string Path, DateTimeOffset? Ends)
{
    /// <summary>The credentials that it was given for, and without each of which it isn't sent.</summary>
    public ImmutableArray<string> For { get; init; } = [];

    /// <summary>Reads a <c>Set-Cookie</c> field; null for one that sets nothing.</summary>
    public static KeptCookie? Read(string field, string asked, DateTimeOffset now)
    {
        // A control character has no place in a field, and would end up in a request's.
        if (field.AsSpan().ContainsAnyInRange('\0', '\u001f') || field.Contains('\u007f', StringComparison.Ordinal))
        {
            return null;
        }

        var parts = field.Split(';');
        var equals = parts[0].IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? "" : parts[0][..equals].Trim();
        if (name.Length == 0)
        {
            return null;
        }

        string? path = null;
        DateTimeOffset? expires = null;
        TimeSpan? within = null;
        foreach (var part in parts.Skip(1))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            var (attribute, value) = at < 0 ? (part.Trim(), "") : (part[..at].Trim(), part[(at + 1)..].Trim());
            if (attribute.Equals("Path", StringComparison.OrdinalIgnoreCase))
            {
                path = value.StartsWith('/') ? value : null;
            }
            else if (attribute.Equals("Max-Age", StringComparison.OrdinalIgnoreCase))
            {
                within = SecondsOf(value) ?? within;
            }
            else if (attribute.Equals("Expires", StringComparison.OrdinalIgnoreCase))
            {
                expires = DateTimeOffset.TryParse(
                    value.Replace('-', ' '),
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var date
                )
                    ? date
                    : expires;
            }
        }

        var ends = within is { } time ? now + time : expires;
        return new KeptCookie(name, parts[0][(equals + 1)..].Trim(), path ?? DefaultPath(asked), ends);
    }

    /// <summary>True when it is no more.</summary>
    public bool IsOver(DateTimeOffset now) => Ends <= now;

    /// <summary>True when it belongs to requests for a path (RFC 6265, 5.1.4).</summary>
    public bool IsFor(string path) =>
        path.StartsWith(Path, StringComparison.Ordinal)
        && (path.Length == Path.Length || Path.EndsWith('/') || path[Path.Length] == '/');

    private static string DefaultPath(string asked)
    {
        var last = asked.LastIndexOf('/');
        return last <= 0 ? "/" : asked[..last];
    }

    // More than a year is a year: a session is over before.
    private static TimeSpan? SecondsOf(string text) =>
        text.AsSpan(text.StartsWith('-') ? 1 : 0) is { IsEmpty: false } digits
        && !digits.ContainsAnyExceptInRange('0', '9')
            ? text.StartsWith('-') || digits.TrimStart('0').IsEmpty
                ? TimeSpan.Zero
                : TimeSpan.FromSeconds(
                    digits.Length > 8 ? 31_536_000 : long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture)
                )
            : null;
}
