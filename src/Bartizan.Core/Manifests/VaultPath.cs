namespace Bartizan.Core.Manifests;

/// <summary>The path of a credential in the vault, <c>anthropic/support-triage</c>.</summary>
public static class VaultPath
{
    /// <summary>The longest path.</summary>
    public const int MaxLength = 200;

    /// <summary>What is wrong with a path, to follow it in a sentence; null when nothing is.</summary>
    public static string? ProblemOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Length is 0 or > MaxLength ? $"has 1 to {MaxLength} characters"
            : !path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.')
                ? "has only letters, digits and `/ - _ .`"
            : path.Split('/').Any(part => part is "" or "." or "..") ? "has names between its slashes"
            : null;
    }
}
