namespace Bartizan.Gateway.Tools.Messages;

/// <summary>What a JSON-RPC message is.</summary>
internal enum MessageKind
{
    /// <summary>None that can be read in one way.</summary>
    Unreadable = 0,

    /// <summary>It has a method and an id: it is answered.</summary>
    Request,

    /// <summary>It has a method and no id.</summary>
    Notification,

    /// <summary>The answer to a request: a result.</summary>
    Result,

    /// <summary>The answer to a request: an error.</summary>
    Error,
}
