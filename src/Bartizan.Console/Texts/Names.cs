namespace Bartizan.Console.Texts;

/// <summary>
/// What may stand in an address of the console. INVARIANT: no text of an agent's becomes part of an address: an id is one that the instance
/// makes, or there is no link.
/// </summary>
public static class Names
{
    private const int SessionLength = 22;
    private const int MaxAsk = 40;
    private const string Letters = "0123456789abcdefghijklmnopqrstuvwxyz-";

    /// <summary>True for a session's id.</summary>
    public static bool IsSession(string? id) =>
        id is { Length: SessionLength } && id.StartsWith("s-", StringComparison.Ordinal) && Plain(id);

    /// <summary>True for an ask's id.</summary>
    public static bool IsAsk(string? id) =>
        id is { Length: > 2 and <= MaxAsk } && id.StartsWith("a-", StringComparison.Ordinal) && Plain(id);

    /// <summary>The path to go on to after signing in: one of the console's own, or its first page.</summary>
    public static string Next(string? path) =>
        path is { Length: > 1 and <= 2000 }
        && path[0] == '/'
        && path[1] is not ('/' or '\\')
        && !path.AsSpan().ContainsAnyExceptInRange('!', '~')
        && path.AsSpan().IndexOf('\\') < 0
            ? path
            : "/";

    private static bool Plain(string id) => !id.AsSpan().ContainsAnyExcept(Letters);
}
