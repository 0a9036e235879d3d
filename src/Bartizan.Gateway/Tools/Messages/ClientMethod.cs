namespace Bartizan.Gateway.Tools.Messages;

/// <summary>What a client's request asks for, by its method. What isn't named here is denied.</summary>
internal enum ClientMethod
{
    /// <summary>Not one of the protocol's, or not mediated: denied.</summary>
    Denied = 0,

    /// <summary><c>tools/call</c>: an action under the tool's name.</summary>
    Call,

    /// <summary>Acts: an action under the method's name.</summary>
    Act,

    /// <summary>A list, which is filtered to what the agent may use.</summary>
    List,

    /// <summary><c>initialize</c>: opens an MCP session.</summary>
    Open,

    /// <summary><c>subscriptions/listen</c>: a stream of what changes.</summary>
    Listen,

    /// <summary>Belongs to the protocol alone: it reaches for nothing.</summary>
    Pass,

    /// <summary>About one task that a call has become: it belongs to that call.</summary>
    Task,

    /// <summary><c>tasks/list</c>, which is filtered to the session's own.</summary>
    Tasks,
}
