using System.Collections.Immutable;

namespace Bartizan.Daemon.Approvals.Messages;

/// <summary>One place that is told of asks, from <c>approvals.yaml</c>.</summary>
internal sealed record Recipient
{
    public required string Name { get; init; }

    public required MessageKind Kind { get; init; }

    /// <summary>Where; of Slack and Teams a secret itself, so it may come from <c>file:</c>. <c>smtps</c> for mail.</summary>
    public required string Url { get; init; }

    /// <summary>The key that a webhook is signed with, or a mail account's password: <c>file:</c> or <c>env:</c>.</summary>
    public string? Secret { get; init; }

    /// <summary>The mail account; null for a server that takes mail without.</summary>
    public string? User { get; init; }

    /// <summary>From whom a mail is.</summary>
    public string From { get; init; } = "";

    /// <summary>To whom.</summary>
    public ImmutableArray<string> To { get; init; } = [];

    /// <summary>True when arguments and payloads are in the message; they may hold what a chat shouldn't.</summary>
    public bool Details { get; init; }

    /// <summary>An address or secret as it is: from a file or a variable where it says so.</summary>
    public static string Reveal(string text)
    {
        var value =
            text.StartsWith("file:", StringComparison.Ordinal) ? File.ReadAllText(text["file:".Length..]).Trim()
            : text.StartsWith("env:", StringComparison.Ordinal)
                ? Environment.GetEnvironmentVariable(text["env:".Length..])
            : text;
        return string.IsNullOrEmpty(value)
            ? throw new IOException("a secret that it names is empty or missing")
            : value;
    }

    /// <summary>Without its address and secret.</summary>
    public override string ToString() => $"{Name} ({Kind.ToString().ToLowerInvariant()})";
}
