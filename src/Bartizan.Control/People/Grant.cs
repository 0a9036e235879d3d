using System.Collections.Immutable;

namespace Bartizan.Control.People;

/// <summary>A role for agents: <c>*</c> for all of them, a name, or the beginning of names: <c>support-*</c>.</summary>
/// <param name="Role">The role.</param>
/// <param name="Agents">For whom; none is for nobody.</param>
public sealed record Grant(Role Role, ImmutableArray<string> Agents)
{
    /// <summary>Grants of one person.</summary>
    public const int MaxGrants = 32;

    /// <summary>Agents, or beginnings of names, of one grant.</summary>
    public const int MaxAgents = 64;

    /// <summary>Characters of one of them.</summary>
    public const int MaxLength = 128;

    private const string Everything = "*";

    /// <summary>A role for all agents, and for the instance itself.</summary>
    public static Grant OfEverything(Role role) => new(role, [Everything]);

    /// <summary>True when it is for the whole instance.</summary>
    public bool IsOfAll => !Agents.IsDefault && Agents.Contains(Everything, StringComparer.Ordinal);

    /// <summary>Reads one; null when it is none.</summary>
    public static Grant? Read(string role, IEnumerable<string>? agents)
    {
        ImmutableArray<string> names = agents is null ? [Everything] : [.. agents.Distinct(StringComparer.Ordinal)];
        return
            Enum.TryParse<Role>(role, ignoreCase: true, out var read)
            && Enum.IsDefined(read)
            && read != Role.None
            && role.All(char.IsAsciiLetter)
            && names.Length is > 0 and <= MaxAgents
            && names.All(IsPattern)
            ? new Grant(read, names)
            : null;
    }

    /// <summary>True when an agent is one of its own.</summary>
    /// <param name="agent">The agent's name, without a version.</param>
    public bool Covers(string agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        return !Agents.IsDefault && Agents.Any(pattern => Fits(pattern, agent));
    }

    /// <summary>True when all that it gives another gives, too.</summary>
    public bool IsWithin(Grant other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Permission.Implies(other.Role, Role)
            && Agents.All(mine => other.Agents.Any(theirs => IsWithin(mine, theirs)));
    }

    /// <inheritdoc/>
    public bool Equals(Grant? other) =>
        other is not null && Role == other.Role && Agents.SequenceEqual(other.Agents, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Role, Agents.Length);

    /// <inheritdoc/>
    public override string ToString() => $"{Role.ToString().ToLowerInvariant()} of {string.Join(", ", Agents)}";

    private static bool Fits(string pattern, string agent) =>
        pattern.EndsWith('*')
            ? agent.StartsWith(pattern[..^1], StringComparison.Ordinal)
            : string.Equals(pattern, agent, StringComparison.Ordinal);

    private static bool IsWithin(string mine, string theirs) =>
        theirs.EndsWith('*')
            ? mine.TrimEnd('*').StartsWith(theirs[..^1], StringComparison.Ordinal)
            : string.Equals(mine, theirs, StringComparison.Ordinal);

    private static bool IsPattern(string text) =>
        text is { Length: > 0 and <= MaxLength }
        && text.TrimEnd('*').Length >= text.Length - 1
        && text.TrimEnd('*').All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/');
}
