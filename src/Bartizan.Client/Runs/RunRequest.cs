namespace Bartizan.Client.Runs;

/// <summary>Asks the instance to run an agent; the first text message of <c>GET /v1/run</c> (a WebSocket).</summary>
public sealed record RunRequest
{
    /// <summary>The manifest's absolute path; the daemon, which runs as the same user, reads it.</summary>
    public required string Manifest { get; init; }

    /// <summary>The words after <c>--</c>; empty for the manifest's own command.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>The person's current folder, to find a relative program.</summary>
    public required string Folder { get; init; }

    /// <summary>The person's <c>PATH</c>, to find the program.</summary>
    public required string SearchPath { get; init; }

    /// <summary>The values of the manifest's <c>env:</c> credentials that this person has, by variable; for this session only.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();

    /// <summary>The model that the person has chosen for this client; null for the client's own choice.</summary>
    public string? Model { get; init; }

    /// <summary><c>--observe</c>.</summary>
    public bool Observe { get; init; }

    /// <summary>The terminal's size when there is one; null for pipes.</summary>
    public TerminalSize? Terminal { get; init; }

    /// <summary>True when a person sits at the other end who can answer an ask.</summary>
    public bool CanAnswer { get; init; }

    /// <summary>True when the session goes on after the connection is gone.</summary>
    public bool Detach { get; init; }

    /// <summary>The record prints only its shape: credentials never reach a log by way of it.</summary>
    public override string ToString() => $"run of {Manifest}";
}
