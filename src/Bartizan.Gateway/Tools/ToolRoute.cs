namespace Bartizan.Gateway.Tools;

/// <summary>A request's path, matched octet for octet: nothing is decoded, and what isn't there doesn't exist.</summary>
internal static class ToolRoute
{
    /// <summary>What the path of one server's endpoint starts with.</summary>
    public const string OneServer = "/mcp/";

    /// <summary>The path of the endpoint of all servers.</summary>
    public const string AllServers = "/mcp";

    /// <summary>The server that a request target names; empty for all of them, null when it names none.</summary>
    public static string? ServerOf(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? target : target[..mark];
        return path == AllServers ? ""
            : path.StartsWith(OneServer, StringComparison.Ordinal) && path.Length > OneServer.Length
                ? path[OneServer.Length..]
            : null;
    }
}
