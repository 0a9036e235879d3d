namespace Bartizan.Core.Manifests;

/// <summary>One permission of a GitHub App, and how much of it.</summary>
/// <param name="Name">Its name, as GitHub's API has it.</param>
/// <param name="Level">One of <see cref="GitHubForm.Levels"/>.</param>
internal readonly record struct GitHubPermission(string Name, string Level)
{
    /// <summary>What every token has: the names of what it reaches.</summary>
    public static GitHubPermission Metadata { get; } = new("metadata", "read");

    /// <summary>Reads <c>contents:read</c>.</summary>
    public static GitHubPermission Read(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return new(text[..colon], text[(colon + 1)..]);
    }

    /// <summary>True when these permissions hold it, or more of it.</summary>
    public bool IsIn(IReadOnlyDictionary<string, string> permissions) =>
        this == Metadata
        || (permissions.TryGetValue(Name, out var level) && GitHubForm.RankOf(level) >= GitHubForm.RankOf(Level));

    /// <inheritdoc/>
    public override string ToString() => $"{Name}:{Level}";
}
