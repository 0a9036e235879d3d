using System.Collections.Immutable;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>
/// What one host has set as cookies (RFC 6265), and gets back. They are this host's alone: a <c>Domain</c> that names more than the host
/// gives no other host any.
/// </summary>
internal sealed class CookieJar
{
    /// <summary>Cookies of one host; the one that was set first goes for a further one.</summary>
    private const int MaxCookies = 64;

    /// <summary>Characters of one cookie with its attributes; a longer one is left out.</summary>
    private const int MaxCookieLength = 8192;

    private ImmutableList<KeptCookie> _kept = [];

    /// <summary>Takes what an answer sets.</summary>
    /// <param name="fields">Its <c>Set-Cookie</c> fields.</param>
    /// <param name="path">The path that was asked for.</param>
    /// <param name="now">When it came.</param>
    /// <param name="credentials">The credentials that were shown for it, by themselves or by cookies that stand for them.</param>
    public void Take(
        IEnumerable<string> fields,
        string path,
        DateTimeOffset now,
        ImmutableArray<string> credentials = default
    )
    {
        foreach (var field in fields)
        {
            if (field.Length <= MaxCookieLength && KeptCookie.Read(field, path, now) is { } read)
            {
                var cookie = read with { For = credentials.IsDefault ? [] : credentials };
                ImmutableInterlocked.Update(ref _kept, kept => With(kept, cookie, now));
            }
        }
    }

    /// <summary>The credentials for which cookies of a request were given.</summary>
    public ImmutableArray<string> CredentialsOf(string path, DateTimeOffset now) =>
        [.. Fitting(path, now).SelectMany(one => one.For).Distinct(StringComparer.Ordinal)];

    /// <summary>Lets go of what was given for a credential that is no more.</summary>
    public void Forget(string credential) =>
        ImmutableInterlocked.Update(ref _kept, kept => kept.RemoveAll(one => one.For.Contains(credential)));

    /// <summary>The <c>Cookie</c> field for a request; null when none belongs to it.</summary>
    public string? For(string path, DateTimeOffset now)
    {
        var text = string.Join("; ", Fitting(path, now).Select(one => $"{one.Name}={one.Value}"));
        return text.Length == 0 ? null : text;
    }

    private IEnumerable<KeptCookie> Fitting(string path, DateTimeOffset now) =>
        _kept.Where(one => one.IsFor(path) && !one.IsOver(now)).OrderByDescending(one => one.Path.Length);

    private static ImmutableList<KeptCookie> With(ImmutableList<KeptCookie> kept, KeptCookie cookie, DateTimeOffset now)
    {
        var at = kept.FindIndex(one => one.Name == cookie.Name && one.Path == cookie.Path);
        if (at >= 0)
        {
            return cookie.IsOver(now) ? kept.RemoveAt(at) : kept.SetItem(at, cookie);
        }

        if (cookie.IsOver(now))
        {
            return kept;
        }

        kept = kept.RemoveAll(one => one.IsOver(now));
        return (kept.Count < MaxCookies ? kept : kept.RemoveAt(0)).Add(cookie);
    }
}
