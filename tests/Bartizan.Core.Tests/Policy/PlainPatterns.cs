using System.Net;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Tests.Policies;

/// <summary>
/// Whether a pattern means a target, by the words of docs/manifest.md and nothing else: texts are taken apart at their
/// separators and every way to match is tried. Shares no code with the product's patterns.
/// </summary>
internal static class PlainPatterns
{
    /// <summary>The alternatives of a pattern; null when its braces don't pair.</summary>
    public static IReadOnlyList<string>? Expand(string pattern)
    {
        var open = pattern.IndexOf('{', StringComparison.Ordinal);
        if (open < 0)
        {
            return [pattern];
        }

        var close = pattern.IndexOf('}', StringComparison.Ordinal);
        return close < 0
            ? null
            :
            [
                .. from choice in pattern[(open + 1)..close].Split(',')
                from rest in Expand(pattern[(close + 1)..])!
                select pattern[..open] + choice + rest,
            ];
    }

    /// <summary>Whether one alternative of a rule's pattern means the target. A file has one name here.</summary>
    public static bool Fits(Verb verb, string pattern, bool allows, bool grants, ActionTarget target) =>
        (verb, target) switch
        {
            (Verb.Connect, ConnectTarget t) => FitsAuthority(pattern, grants, t.Host, t.Port),
            (Verb.Http, HttpTarget t) => FitsUrl(pattern, grants, t),
            (Verb.Http, ConnectTarget t) => FitsTunnel(pattern, grants, t),
            (Verb.Read or Verb.Write, FileTarget t) => verb == t.Verb && FitsPath(pattern, grants, t.Names[0]),
            (Verb.Exec, ExecTarget t) => FitsWords(pattern, grants, [.. t.Argv])
                || (!allows && t.Spellings.Any(s => FitsWords(pattern, grants, [.. s]))),
            (Verb.Tool, ToolTarget t) => FitsPair(pattern, t.Server, t.Tool),
            (Verb.Model, ModelTarget t) => FitsPair(pattern, t.Provider, t.Model),
            (Verb.Delegate, DelegateTarget t) => All(pattern.Split('/'), t.Agent.Split('/')),
            (Verb.Serve, ServeTarget t) => pattern.Split(' ', 2) is [var method, var path]
                && Word(method, t.Method)
                && All(path[1..].Split('/'), t.Path[1..].Split('/')),
            _ => false,
        };

    /// <summary>Whether a rule on requests reaches https.</summary>
    public static bool IsHttps(string pattern) => Url(pattern).Scheme is "*" or "https";

    /// <summary>Whether an https rule is a tunnel's: it names the whole host.</summary>
    public static bool IsTunnel(string pattern)
    {
        var (method, scheme, _, _, path) = Url(pattern);
        return scheme is "*" or "https" && method == "*" && path is null;
    }

    /// <summary>Whether an https rule leaves no tunnel: it is finer than the host, or it puts a credential into requests.</summary>
    public static bool Closes(string pattern, bool lends, bool grants, ConnectTarget target)
    {
        var (_, scheme, host, port, _) = Url(pattern);
        return IsHttps(pattern)
            && (lends || !IsTunnel(pattern))
            && FitsHost(host, grants, target.Host.Text)
            && FitsPort(port == "*" && grants && scheme == "*" ? "443" : port, target.Port);
    }

    /// <summary>Whether a host fits: an address only its own text, or any host where `**` takes power away.</summary>
    public static bool FitsHost(string pattern, bool grants, string host)
    {
        var wild = pattern.Contains('*', StringComparison.Ordinal);
        var everything = pattern.Split('.').All(label => label == "**") && !grants;
        return everything
            || (IPAddress.TryParse(host, out _) && wild ? false : All(pattern.Split('.'), host.Split('.')));
    }

    /// <summary>Every way to lay segments on segments.</summary>
    public static bool All(ReadOnlySpan<string> pattern, ReadOnlySpan<string> text) =>
        pattern.IsEmpty ? text.IsEmpty
        : pattern[0] == "**" ? All(pattern[1..], text) || (!text.IsEmpty && All(pattern, text[1..]))
        : !text.IsEmpty && Word(pattern[0], text[0]) && All(pattern[1..], text[1..]);

    /// <summary>One segment; a `*` in it never makes an empty one fit.</summary>
    private static bool Word(string pattern, string text) =>
        pattern.Contains('*', StringComparison.Ordinal) ? text.Length > 0 && Letters(pattern, text) : pattern == text;

    private static bool Letters(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text) =>
        pattern.IsEmpty ? text.IsEmpty
        : pattern[0] == '*' ? Letters(pattern[1..], text) || (!text.IsEmpty && Letters(pattern, text[1..]))
        : !text.IsEmpty && pattern[0] == text[0] && Letters(pattern[1..], text[1..]);

    private static bool FitsPair(string pattern, string head, string rest)
    {
        var slash = pattern.IndexOf('/', StringComparison.Ordinal);
        return pattern == "**"
            || (Word(pattern[..slash], head) && All(pattern[(slash + 1)..].Split('/'), rest.Split('/')));
    }

    private static bool FitsAuthority(string pattern, bool grants, HostName host, int port)
    {
        var colon = pattern.LastIndexOf(':');
        return FitsPort(pattern[(colon + 1)..], port) && FitsHost(pattern[..colon], grants, host.Text);
    }

    private static bool FitsPort(string pattern, int port) => pattern == "*" || pattern == $"{port}";

    private static bool FitsUrl(string pattern, bool grants, HttpTarget target)
    {
        var (method, scheme, host, port, path) = Url(pattern);
        return (method == "*" || method == target.Method)
            && (scheme == "*" || scheme == target.Scheme)
            && FitsHost(host, grants, target.Host.Text)
            && FitsPort(port, target.Port)
            && (path is null || All(path.Split('/'), target.Path[1..].Split('/')));
    }

    // A tunnel of any port means the usual one where it is granted: what else is https can't be known from outside.
    private static bool FitsTunnel(string pattern, bool grants, ConnectTarget target)
    {
        var (_, _, host, port, _) = Url(pattern);
        return IsTunnel(pattern)
            && FitsHost(host, grants, target.Host.Text)
            && FitsPort(port == "*" && grants ? "443" : port, target.Port);
    }

    private static (string Method, string Scheme, string Host, string Port, string? Path) Url(string pattern)
    {
        var space = pattern.IndexOf(' ', StringComparison.Ordinal);
        var (method, url) = (pattern[..space], pattern[(space + 1)..]);
        if (url == "**")
        {
            return (method, "*", "**", "*", null);
        }

        var mark = url.IndexOf("://", StringComparison.Ordinal);
        var (scheme, rest) = (url[..mark], url[(mark + 3)..]);
        if (rest == "**")
        {
            return (method, scheme, "**", "*", null);
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var authority = rest[..slash].Split(':');
        var usual = scheme switch
        {
            "http" => "80",
            "https" => "443",
            _ => "*",
        };
        var path = rest[(slash + 1)..];
        return (method, scheme, authority[0], authority.Length > 1 ? authority[1] : usual, path == "**" ? null : path);
    }

    // What ends in a plain name means all below it too, where it takes away.
    private static bool FitsPath(string pattern, bool grants, string name)
    {
        var segments = pattern.Split('/');
        var below = !grants && !segments[^1].Contains('*', StringComparison.Ordinal);
        return All(below ? [.. segments, "**"] : segments, name.Split('/'));
    }

    // A program that is named without a folder is meant wherever it lies, unless the rule grants. A lone `*` is any word.
    private static bool FitsWords(string pattern, bool grants, string[] argv)
    {
        var words = pattern.Split(' ');
        bool Fits(string first) =>
            All(words, [.. new[] { first }.Concat(argv.Skip(1)).Select(w => w.Length == 0 ? "\0" : w)]);
        var anywhere = !grants && !words[0].Contains('/', StringComparison.Ordinal);
        return Fits(argv[0]) || (anywhere && Fits(argv[0][(argv[0].LastIndexOf('/') + 1)..]));
    }
}
