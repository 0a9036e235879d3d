namespace Bartizan.Client.Workspaces;

/// <summary>What is to become of a session's changes.</summary>
public sealed record WorkspaceRequest
{
    /// <summary>The session.</summary>
    public required string Session { get; init; }

    /// <summary>For apply: a command to run on the result first, in a fresh sandbox without network or credentials.</summary>
    public IReadOnlyList<string> Check { get; init; } = [];

    /// <summary>For apply: take what the rules ask about and what is named dangerous, too.</summary>
    public bool Confirm { get; init; }

    /// <summary>For apply: what is applied carries no labels of its session, because the person has looked at it.</summary>
    public bool ClearLabels { get; init; }

    /// <summary>For labels and clear: a file, or a folder with all that is in it.</summary>
    public string Path { get; init; } = "";
}
