namespace Bartizan.Daemon.Approvals.Messages;

/// <summary>How people are told of an ask.</summary>
internal enum MessageKind
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>JSON to any HTTP server, signed.</summary>
    Webhook,

    /// <summary>Slack's blocks.</summary>
    Slack,

    /// <summary>An adaptive card for Teams.</summary>
    Teams,

    /// <summary>A mail.</summary>
    Email,
}
