using System.Text.Json;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Joined;

/// <summary>
/// How a name says its server where all servers share one endpoint: <c>server__name</c> for tools and prompts,
/// <c>server+uri</c> for resources. A server's name holds no <c>__</c> and doesn't end in <c>_</c>, so that each is read in one
/// way only, whatever a server calls its own.
/// </summary>
internal static class JoinedName
{
    /// <summary>The longest name of a server; the manifest's own bound.</summary>
    public const int MaxServerLength = 64;

    private const char UriDivider = '+';

    private const char IdDivider = '/';

    /// <summary>The name of a server's tool or prompt.</summary>
    public static string Of(string server, string name) => server + ToolServer.Divider + name;

    /// <summary>A server and its own name for a thing; null when it is no such name.</summary>
    public static (string Server, string Name)? Split(string? joined)
    {
        if (joined is null)
        {
            return null;
        }

        var at = joined.IndexOf(ToolServer.Divider, StringComparison.Ordinal);
        return at > 0 && IsServer(joined.AsSpan(0, at))
            ? (joined[..at], joined[(at + ToolServer.Divider.Length)..])
            : null;
    }

    /// <summary>
    /// True when the server's name can be the start of an address's scheme (RFC 3986); others' resources are only at their own
    /// endpoint: clients would not take the address for one.
    /// </summary>
    public static bool HasUris(string server) =>
        char.IsAsciiLetterLower(server[0])
        && server.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-');

    /// <summary>The address of a server's resource.</summary>
    public static string UriOf(string server, string uri) => server + UriDivider + uri;

    /// <summary>A server and its own address of a resource; null when it is no such address.</summary>
    public static (string Server, string Uri)? SplitUri(string? joined)
    {
        if (joined is null)
        {
            return null;
        }

        var at = joined.IndexOf(UriDivider, StringComparison.Ordinal);
        return at is > 0 and <= MaxServerLength && HasUris(joined[..at]) ? (joined[..at], joined[(at + 1)..]) : null;
    }

    /// <summary>The id of a server's question, as JSON text.</summary>
    public static string IdOf(string server, string id) =>
        JsonSerializer.Serialize(server + IdDivider + id, MessageText.Default.String);

    /// <summary>A server and its own id, as JSON text; null when it is no such id.</summary>
    public static (string Server, string Id)? SplitId(string id)
    {
        var text = id.StartsWith('"') ? JsonSerializer.Deserialize(id, MessageText.Default.String)! : "";
        var at = text.IndexOf(IdDivider, StringComparison.Ordinal);
        return at > 0 ? (text[..at], text[(at + 1)..]) : null;
    }

    /// <summary>An event's id that says its server.</summary>
    public static string EventOf(string server) => server + IdDivider;

    /// <summary>A server and its own id of an event; null when it is no such id.</summary>
    public static (string Server, string Id)? SplitEvent(string id)
    {
        var at = id.IndexOf(IdDivider, StringComparison.Ordinal);
        return at > 0 ? (id[..at], id[(at + 1)..]) : null;
    }

    private static bool IsServer(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return name.Length <= MaxServerLength;
    }
}
