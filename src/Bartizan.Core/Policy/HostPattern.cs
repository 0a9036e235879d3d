using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>
/// A pattern of hosts. A name is matched label by label, so <c>*.example.com</c> is never <c>evil-example.com</c> and never
/// <c>example.com.evil</c>; <c>**.example.com</c> is the name and everything below it. An address is matched only by
/// itself, unless the rule takes power away: then <c>**</c> is every host however written.
/// </summary>
internal sealed class HostPattern
{
    // Names below these are private by their standards (RFC 6761, 6762, 8375; `internal` reserved by ICANN in 2024): a rule
    // that names one of them names a private host.
    private static readonly string[] _privateSuffixes = ["localhost", "internal", "local", "home.arpa", "test"];

    private readonly SegmentPattern? _labels;
    private readonly HostName? _exact;
    private readonly bool _everything;

    private HostPattern(string canonical, SegmentPattern? labels, HostName? exact, bool everything)
    {
        Canonical = canonical;
        _labels = labels;
        _exact = exact;
        _everything = everything;
    }

    /// <summary>The canonical spelling; an IPv6 address stands in brackets.</summary>
    public string Canonical { get; }

    /// <summary>The one host, when no wildcard stands in it.</summary>
    public HostName? Exact => _exact;

    /// <summary>The labels, when a wildcard stands in it; they match names only.</summary>
    public SegmentPattern? Labels => _labels;

    /// <summary>True when it is every host however written.</summary>
    public bool IsEverything => _everything;

    /// <summary>True for every host, and for a whole top-level domain that isn't a private one.</summary>
    public bool IsWide
    {
        get
        {
            if (_labels is null)
            {
                return false;
            }

            var literals = _labels.Segments.Reverse().TakeWhile(s => s is { IsLiteral: true }).Count();
            return literals == 0 || (literals == 1 && _labels.Segments.Any(s => s is null) && !NamesPrivateZone);
        }
    }

    /// <summary>True when it is an address, or the exact name of a host that is private by its name's standard.</summary>
    public bool NamesPrivateHost => _exact is { } host && (host.Address is not null || IsPrivate(host.Text));

    /// <summary>True when all it matches is private by its name's standard.</summary>
    public bool NamesPrivateZone => NamesPrivateHost || (_labels is not null && IsPrivate(Canonical));

    /// <summary>Reads a host pattern.</summary>
    public static HostPattern? Parse(string text, bool grants, out PatternProblem problem)
    {
        problem = default;
        var lower = text.ToLowerInvariant();
        if (!lower.Contains('*', StringComparison.Ordinal))
        {
            if (HostName.TryParse(lower, out var host, out var what))
            {
                return new HostPattern(host.ToString(), null, host, false);
            }

            problem = new($"names a host that {what}", "");
            return null;
        }

        if (lower.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '*')))
        {
            problem = new("names a host with a character that no host name has", "");
            return null;
        }

        if (lower.Split('.').Any(label => label.Length == 0))
        {
            problem = new("names a host with an empty label", "");
            return null;
        }

        if (lower.Any(char.IsAsciiDigit) && lower.All(c => char.IsAsciiDigit(c) || c is '.' or '*'))
        {
            problem = new("has a wildcard in an address", "Name each address in a rule of its own.");
            return null;
        }

        if (!SegmentPattern.TryParse(lower, '.', out var pattern, out var stars))
        {
            problem = new(stars, "");
            return null;
        }

        return new HostPattern(lower, pattern, null, pattern.IsAny && !grants);
    }

    /// <summary>True when the host fits.</summary>
    public bool Matches(HostName host) =>
        _everything || (_exact is not null ? _exact.Equals(host) : host.Address is null && _labels!.Matches(host.Text));

    private static bool IsPrivate(string name) =>
        _privateSuffixes.Any(suffix =>
            name == suffix
            || (name.EndsWith(suffix, StringComparison.Ordinal) && name[name.Length - suffix.Length - 1] == '.')
        );
}
