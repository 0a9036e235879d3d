using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>Reads the host of an argument: a host name, an address, or an http(s) address that can't be misread.</summary>
internal static class HostReader
{
    /// <summary>False for whatever two parsers could read differently: user names, backslashes, white space, escapes.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out HostName host)
    {
        host = null!;
        if (text.Length > WordGlob.MaxText)
        {
            return false;
        }

        var mark = text.IndexOf("://");
        if (mark < 0)
        {
            return HostName.TryParse(Unbracketed(text), out host, out _);
        }

        var scheme = text[..mark];
        var rest = text[(mark + 3)..];
        if (
            !scheme.Equals("https", StringComparison.OrdinalIgnoreCase)
            && !scheme.Equals("http", StringComparison.OrdinalIgnoreCase)
        )
        {
            return false;
        }

        foreach (var c in rest)
        {
            if (c is <= ' ' or >= '\x7f' or '\\')
            {
                return false;
            }
        }

        var end = rest.IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest : rest[..end];
        if (authority.IndexOfAny('@', '%') >= 0)
        {
            return false;
        }

        var (bracket, colon) = (authority.LastIndexOf(']'), authority.LastIndexOf(':'));
        var name = colon > bracket ? authority[..colon] : authority;
        return (colon <= bracket || IsPort(authority[(colon + 1)..]))
            && HostName.TryParse(Unbracketed(name), out host, out _);
    }

    private static bool IsPort(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 5 && !text.ContainsAnyExceptInRange('0', '9');

    private static ReadOnlySpan<char> Unbracketed(ReadOnlySpan<char> text) =>
        text.Length > 2 && text[0] == '[' && text[^1] == ']' && text.Contains(':') ? text[1..^1] : text;
}
