using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>
/// The person a session acts for, as conditions see them (<c>user.*</c>): known from who started it, never from the agent.
/// </summary>
/// <param name="Id">The person.</param>
public sealed record User(string Id)
{
    /// <summary>The groups of the manifest that name the person.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>A person and the groups of a manifest that name them.</summary>
    public static User Of(Manifest manifest, string person)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return new User(person)
        {
            Groups =
            [
                .. manifest
                    .Groups.Where(group => group.Value.Contains(person, StringComparer.Ordinal))
                    .Select(group => group.Key)
                    .Order(StringComparer.Ordinal),
            ],
        };
    }
}
