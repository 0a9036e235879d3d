namespace Bartizan.Control.OpenId;

/// <summary>
/// Where somebody is sent after they signed in: a page of this origin, and nothing that a browser could take for another (an open
/// redirect): browsers read <c>//evil</c> and <c>/\evil</c> as another host, and leave out tabs and ends of lines.
/// </summary>
internal static class LocalPath
{
    /// <summary>Characters of one.</summary>
    public const int MaxLength = 512;

    /// <summary>The path, or <c>/</c> for anything that isn't plainly one.</summary>
    public static string Of(string? next) => next is not null && IsOne(next) ? next : "/";

    private static bool IsOne(string next) =>
        next.Length <= MaxLength
        && next.StartsWith('/')
        && !next.StartsWith("//", StringComparison.Ordinal)
        && next.All(c =>
            char.IsAsciiLetterOrDigit(c)
            || c is '/' or '-' or '_' or '.' or '~' or '?' or '&' or '=' or '%' or '+' or ',' or ':'
        )
        && !Unescaped(next).Contains('\\', StringComparison.Ordinal)
        && !Unescaped(next).StartsWith("//", StringComparison.Ordinal)
        && !next.StartsWith("/v1", StringComparison.OrdinalIgnoreCase)
        && !next.StartsWith("/auth", StringComparison.OrdinalIgnoreCase);

    // What an intermediary might unescape once more before it passes it on.
    private static string Unescaped(string next)
    {
        for (var rounds = 0; rounds < 4 && next.Contains('%', StringComparison.Ordinal); rounds++)
        {
            next = Uri.UnescapeDataString(next);
        }

        return next;
    }
}
