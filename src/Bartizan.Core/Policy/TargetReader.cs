using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Shell;

namespace Bartizan.Core.Policies;

/// <summary>
/// Reads a target as a person writes it (<c>explain</c>, <c>decide</c>, test vectors) and brings it into the canonical form
/// that enforcement points send. What an enforcement point refuses as malformed is refused here.
/// </summary>
public static class TargetReader
{
    /// <summary>
    /// Reads the target of a verb: <c>provider/model</c>, <c>host:port</c>, <c>METHOD url</c>, a path (a link's and its target's
    /// divided by <c> -&gt; </c>), a command. A problem is half a sentence.
    /// </summary>
    public static bool TryRead(Verb verb, string text, out ActionTarget target, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        target = null!;
        problem = "is empty";
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        return verb switch
        {
            Verb.Model => TryPair(text, (head, rest) => new ModelTarget(head, rest), out target, out problem),
            Verb.Tool => TryPair(text, (head, rest) => new ToolTarget(head, rest), out target, out problem),
            Verb.Connect => TryConnect(text, out target, out problem),
            Verb.Http => TryHttp(text, out target, out problem),
            Verb.Read or Verb.Write => TryFile(verb, text, out target, out problem),
            Verb.Exec => Succeed(CommandOf(text), out target, out problem),
            Verb.Delegate => Succeed(new DelegateTarget(text), out target, out problem),
            Verb.Serve when text.Split(' ', 2) is [var method, var path] && path.StartsWith('/') => Succeed(
                new ServeTarget(method, path),
                out target,
                out problem
            ),
            _ => Fail("is no target of this verb", out problem),
        };
    }

    // One simple command is its argv, as every shell reads it; anything else of a shell could run anything.
    private static ExecTarget CommandOf(string text) =>
        ShellScript.Parse(text, directory: null, home: null)
            is { Problem: null, Commands: [{ Redirections.IsEmpty: true, IsNegated: false } only] }
        && !only.Words.Any(word => word.IsPattern)
            ? new ExecTarget([.. only.Words.Select(word => word.Text)])
            : ExecTarget.Opaque(text);

    private static bool Succeed(ActionTarget made, out ActionTarget target, out string problem)
    {
        (target, problem) = (made, "");
        return true;
    }

    private static bool Fail(string what, out string problem)
    {
        problem = what;
        return false;
    }

    private static bool TryPair(
        string text,
        Func<string, string, ActionTarget> make,
        out ActionTarget target,
        out string problem
    )
    {
        target = null!;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < text.Length - 1
            ? Succeed(make(text[..slash], text[(slash + 1)..]), out target, out problem)
            : Fail("is not of the form `name/name`", out problem);
    }

    private static bool TryConnect(string text, out ActionTarget target, out string problem)
    {
        target = null!;
        if (!ConnectPattern.TrySplit(text, out var name, out var tail) || !ConnectPattern.TryPort(tail, out var port))
        {
            return Fail("is not of the form `host:port`", out problem);
        }

        if (port is not { } number)
        {
            return Fail("names no one port", out problem);
        }

        return HostName.TryParse(name, out var host, out problem)
            && Succeed(new ConnectTarget(host, number), out target, out problem);
    }

    private static bool TryHttp(string text, out ActionTarget target, out string problem)
    {
        target = null!;
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var url = space < 0 ? "" : text[(space + 1)..];
        var mark = url.IndexOf("://", StringComparison.Ordinal);
        if (
            space <= 0
            || mark < 0
            || url[..mark] is not ("http" or "https")
            || !text[..space].All(char.IsAsciiLetterUpper)
        )
        {
            return Fail("is not of the form `METHOD http://host/path`", out problem);
        }

        var (scheme, rest) = (url[..mark], url[(mark + 3)..]);
        var end = rest.AsSpan().IndexOfAny('/', '?', '#');
        var (authority, tail) = end < 0 ? (rest, "") : (rest[..end], rest[end..]);
        int? port = scheme == "http" ? 80 : 443;
        if (!ConnectPattern.TrySplit(authority, out var name, out var shownPort))
        {
            return Fail("names no host", out problem);
        }

        if (
            authority.EndsWith(':')
            || (shownPort.Length > 0 && !ConnectPattern.TryPort(shownPort, out port))
            || port is null
        )
        {
            return Fail("has a port that is no number", out problem);
        }

        var query = tail.AsSpan().IndexOfAny('?', '#');
        var path = query < 0 ? tail : tail[..query];
        return HostName.TryParse(name, out var host, out problem)
            && UrlPath.TryNormalize(path.Length == 0 ? "/" : path, out var normal, out problem)
            && Succeed(new HttpTarget(text[..space], scheme, host, port.Value, normal), out target, out problem);
    }

    private static bool TryFile(Verb verb, string text, out ActionTarget target, out string problem)
    {
        target = null!;
        ImmutableArray<string> names = [.. text.Split(" -> ")];
        return names.All(name => PathPattern.IsCanonical(name))
            ? Succeed(new FileTarget(verb, names), out target, out problem)
            : Fail(
                "is no path that starts at `/`, `workspace/`, `home/` or `tmp/`, without `.`, `..` and `//`",
                out problem
            );
    }
}
