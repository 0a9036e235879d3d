using System.Collections.Frozen;

namespace Bartizan.Gateway.Tools.Messages;

/// <summary>The methods of both eras.</summary>
internal static class Methods
{
    /// <summary>Calls a tool.</summary>
    public const string ToolsCall = "tools/call";

    /// <summary>Lists the tools.</summary>
    public const string ToolsList = "tools/list";

    /// <summary>Lists the prompts.</summary>
    public const string PromptsList = "prompts/list";

    /// <summary>Lists the resources.</summary>
    public const string ResourcesList = "resources/list";

    /// <summary>Lists the templates of resources.</summary>
    public const string TemplatesList = "resources/templates/list";

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

    /// <summary>Another list of tools than before.</summary>
    public const string ToolsChanged = "notifications/tools/list_changed";

    /// <summary>A resource that has changed.</summary>
    public const string Updated = "notifications/resources/updated";

    /// <summary>A stream of what changes that has begun.</summary>
    public const string Acknowledged = "notifications/subscriptions/acknowledged";

    /// <summary>Asks how a task stands.</summary>
    public const string GetTask = "tasks/get";

    /// <summary>Asks for a task's result (2025-11-25).</summary>
    public const string TaskResult = "tasks/result";

    /// <summary>Answers what a task asks for (2026-07-28).</summary>
    public const string UpdateTask = "tasks/update";

    /// <summary>Ends a task.</summary>
    public const string CancelTask = "tasks/cancel";

    /// <summary>Lists the tasks (2025-11-25).</summary>
    public const string ListTasks = "tasks/list";

    /// <summary>How a task stands, told without being asked (2025-11-25).</summary>
    public const string TaskStatus = "notifications/tasks/status";

    private static readonly FrozenDictionary<string, ClientMethod> OfClients = new Dictionary<string, ClientMethod>
    {
        [ToolsCall] = ClientMethod.Call,
        [ReadResource] = ClientMethod.Act,
        [GetPrompt] = ClientMethod.Act,
        [Subscribe] = ClientMethod.Act,
        [Complete] = ClientMethod.Act,
        [ToolsList] = ClientMethod.List,
        [PromptsList] = ClientMethod.List,
        [ResourcesList] = ClientMethod.List,
        [TemplatesList] = ClientMethod.List,
        [Initialize] = ClientMethod.Open,
        [Listen] = ClientMethod.Listen,
        [Ping] = ClientMethod.Pass,
        [Discover] = ClientMethod.Pass,
        [SetLevel] = ClientMethod.Pass,
        [Unsubscribe] = ClientMethod.Pass,
        [GetTask] = ClientMethod.Task,
        [TaskResult] = ClientMethod.Task,
        [UpdateTask] = ClientMethod.Task,
        [CancelTask] = ClientMethod.Task,
        [ListTasks] = ClientMethod.Tasks,
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
        ToolsChanged,
        "notifications/prompts/list_changed",
        "notifications/resources/list_changed",
        Updated,
        "notifications/elicitation/complete",
        Acknowledged,
        TaskStatus
    );

    private static readonly FrozenDictionary<string, string> Lists = new Dictionary<string, string>
    {
        [ToolsList] = "tools",
        [PromptsList] = "prompts",
        [ResourcesList] = "resources",
        [TemplatesList] = "resourceTemplates",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What a client's request asks for.</summary>
    public static ClientMethod Of(string method) => OfClients.GetValueOrDefault(method);

    /// <summary>True for what only the other era has.</summary>
    public static bool IsOfOtherEra(string method, bool stateless) =>
        stateless ? method is TaskResult or ListTasks : method is UpdateTask;

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
