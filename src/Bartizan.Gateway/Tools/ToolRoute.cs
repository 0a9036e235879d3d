namespace Bartizan.Gateway.Tools;

/// <summary>A request's path, matched octet for octet: nothing is decoded, and what isn't there doesn't exist.</summary>
internal static class ToolRoute
{
    /// <summary>What the path of one server's endpoint starts with.</summary>
    public const string OneServer = "/mcp/";

    /// <summary>The server that a request target names; null when it names none.</summary>
    public static string? ServerOf(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? target : target[..mark];
        return path.StartsWith(OneServer, StringComparison.Ordinal) && path.Length > OneServer.Length
            ? path[OneServer.Length..]
            : null;
    }
}
