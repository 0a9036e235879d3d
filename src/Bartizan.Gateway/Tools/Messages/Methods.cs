using System.Collections.Frozen;

namespace Bartizan.Gateway.Tools.Messages;

/// <summary>The methods of both eras.</summary>
internal static class Methods
{
    /// <summary>Calls a tool.</summary>
    public const string ToolsCall = "tools/call";

    /// <summary>Lists the tools.</summary>
    public const string ToolsList = "tools/list";

    /// <summary>Opens a session.</summary>
    public const string Initialize = "initialize";

    /// <summary>Reads a resource.</summary>
    public const string ReadResource = "resources/read";

    /// <summary>Asks to be told of a resource's changes.</summary>
    public const string Subscribe = "resources/subscribe";

    /// <summary>Gets a prompt.</summary>
    public const string GetPrompt = "prompts/get";

    /// <summary>Listens for changes (2026-07-28).</summary>
    public const string Listen = "subscriptions/listen";

    /// <summary>Asks whether the other side is there.</summary>
    public const string Ping = "ping";

    /// <summary>Asks a server of the stateless era what it is.</summary>
    public const string Discover = "server/discover";

    /// <summary>Asks to be told no longer.</summary>
    public const string Unsubscribe = "resources/unsubscribe";

    /// <summary>Completes an argument of a prompt or of a resource's address.</summary>
    public const string Complete = "completion/complete";

    /// <summary>Says how much a server shall log.</summary>
    public const string SetLevel = "logging/setLevel";

    /// <summary>A client that is ready.</summary>
    public const string Initialized = "notifications/initialized";

    /// <summary>A request that isn't waited for any more.</summary>
    public const string Cancelled = "notifications/cancelled";

    /// <summary>A resource that has changed.</summary>
    public const string Updated = "notifications/resources/updated";

    /// <summary>A stream of what changes that has begun.</summary>
    public const string Acknowledged = "notifications/subscriptions/acknowledged";

    private static readonly FrozenDictionary<string, ClientMethod> OfClients = new Dictionary<string, ClientMethod>
    {
        [ToolsCall] = ClientMethod.Call,
        [ReadResource] = ClientMethod.Act,
        [GetPrompt] = ClientMethod.Act,
        [Subscribe] = ClientMethod.Act,
        [Complete] = ClientMethod.Act,
        [ToolsList] = ClientMethod.List,
        ["prompts/list"] = ClientMethod.List,
        ["resources/list"] = ClientMethod.List,
        ["resources/templates/list"] = ClientMethod.List,
        [Initialize] = ClientMethod.Open,
        [Listen] = ClientMethod.Listen,
        [Ping] = ClientMethod.Pass,
        [Discover] = ClientMethod.Pass,
        [SetLevel] = ClientMethod.Pass,
        [Unsubscribe] = ClientMethod.Pass,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> AskedOfClients = FrozenSet.Create(
        StringComparer.Ordinal,
        "sampling/createMessage",
        "elicitation/create",
        "roots/list"
    );

    private static readonly FrozenSet<string> SaidByClients = FrozenSet.Create(
        StringComparer.Ordinal,
        Initialized,
        Cancelled,
        "notifications/progress",
        "notifications/roots/list_changed"
    );

    private static readonly FrozenSet<string> SaidByServers = FrozenSet.Create(
        StringComparer.Ordinal,
        Cancelled,
        "notifications/progress",
        "notifications/message",
        "notifications/tools/list_changed",
        "notifications/prompts/list_changed",
        "notifications/resources/list_changed",
        Updated,
        "notifications/elicitation/complete",
        Acknowledged
    );

    private static readonly FrozenDictionary<string, string> Lists = new Dictionary<string, string>
    {
        [ToolsList] = "tools",
        ["prompts/list"] = "prompts",
        ["resources/list"] = "resources",
        ["resources/templates/list"] = "resourceTemplates",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What a client's request asks for.</summary>
    public static ClientMethod Of(string method) => OfClients.GetValueOrDefault(method);

    /// <summary>True for what a server may ask of a client, each time an action of its own.</summary>
    public static bool IsAskedOfClients(string method) => AskedOfClients.Contains(method);

    /// <summary>True for what a client may tell a server.</summary>
    public static bool IsSaidByClients(string method) => SaidByClients.Contains(method);

    /// <summary>True for what a server may tell a client.</summary>
    public static bool IsSaidByServers(string method) => SaidByServers.Contains(method);

    /// <summary>The member of a list's result that holds the items.</summary>
    public static string ItemsOf(string list) => Lists[list];

    /// <summary>
    /// True when a tool of this name would share its rules with a method: INVARIANT: such a tool isn't there, neither in a list
    /// nor for a call, so that a grant of one is never a grant of the other.
    /// </summary>
    public static bool IsName(string tool) =>
        AskedOfClients.Contains(tool)
        || OfClients.ContainsKey(tool)
        || tool.StartsWith("tasks/", StringComparison.Ordinal);
}
